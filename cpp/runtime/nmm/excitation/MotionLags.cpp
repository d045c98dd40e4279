#include "MotionLags.h"

#include <algorithm>

namespace nmm {

namespace {

Matrix sampleEarlier(const TimeSeries& recording, std::vector<double> times, double lag) {
    for (auto& time : times) {
        time -= lag;
    }
    // An integrator asks for one moment of a long recording at a time.
    return sample(selectNeighbours(recording, times), times);
}

} // namespace

Matrix addEarlier(const Matrix& own, const TimeSeries& recording, const std::vector<double>& times,
        const std::vector<double>& lags) {
    Matrix result(own.rows, lags.size() * own.columns);
    if (own.values.empty()) {
        return result;
    }
    for (std::size_t lag = 0; lag < lags.size(); ++lag) {
        const auto values = lags[lag] == 0.0 ? own : sampleEarlier(recording, times, lags[lag]);
        for (std::size_t row = 0; row < own.rows; ++row) {
            std::copy_n(values.values.begin() + row * own.columns, own.columns,
                    result.values.begin() + row * result.columns + lag * own.columns);
        }
    }
    return result;
}

} // namespace nmm
