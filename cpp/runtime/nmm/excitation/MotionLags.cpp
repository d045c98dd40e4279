#include "MotionLags.h"

#include <algorithm>

namespace nmm {

std::vector<double> listMoments(const std::vector<double>& times, const std::vector<double>& lags) {
    std::vector<double> moments;
    moments.reserve(times.size() * lags.size());
    for (const double time : times) {
        for (const double lag : lags) {
            moments.push_back(time - lag);
        }
    }
    return moments;
}

Matrix addEarlier(const Matrix& own, const TimeSeries& recording, const std::vector<double>& times,
        const std::vector<double>& lags) {
    Matrix result(own.rows, lags.size() * own.columns);
    if (own.values.empty()) {
        return result;
    }
    if (std::any_of(lags.begin(), lags.end(), [](double lag) { return lag > 0.0; })) {
        // An integrator asks for one moment of a long recording at a time. Rows of every lag of a
        // frame are that frame's row.
        const auto moments = listMoments(times, lags);
        result.values = sample(selectNeighbours(recording, moments), moments).values;
    }
    for (std::size_t lag = 0; lag < lags.size(); ++lag) {
        for (std::size_t row = 0; lags[lag] == 0.0 && row < own.rows; ++row) {
            std::copy_n(own.values.begin() + row * own.columns, own.columns,
                    result.values.begin() + row * result.columns + lag * own.columns);
        }
    }
    return result;
}

} // namespace nmm
