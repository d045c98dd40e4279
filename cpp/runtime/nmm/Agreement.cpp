#include "Agreement.h"

#include "Error.h"
#include "Text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace nmm {

namespace {

using Series = std::vector<double>;

void checkFinite(const Series& series, const std::string& name) {
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (!std::isfinite(series[i])) {
            throw Error("Agreement: Expected finite numbers in the " + name + ", but found " +
                        toText(series[i]) + " at position " + std::to_string(i) + ".");
        }
    }
}

double range(const Series& series) {
    const auto [least, greatest] = std::minmax_element(series.begin(), series.end());
    return *greatest - *least;
}

double mean(const Series& series) {
    return std::accumulate(series.begin(), series.end(), 0.0) / static_cast<double>(series.size());
}

double correlation(const Series& x, const Series& y) {
    // The range is exactly 0 for a constant series; its variance may be a rounding error.
    if (range(x) == 0.0 || range(y) == 0.0) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    const double meanX = mean(x), meanY = mean(y);
    double xx = 0.0, yy = 0.0, xy = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double dx = x[i] - meanX, dy = y[i] - meanY;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

} // namespace

Agreement computeAgreement(const Series& estimate, const Series& reference) {
    if (estimate.size() != reference.size() || estimate.size() < 2) {
        throw Error("Agreement: Expected two series of the same length, at least 2, but received " +
                    std::to_string(estimate.size()) + " and " + std::to_string(reference.size()) +
                    " values.");
    }
    checkFinite(estimate, "estimate");
    checkFinite(reference, "reference");

    double squaredError = 0.0, absoluteError = 0.0;
    double estimateEnergy = 0.0, referenceEnergy = 0.0, product = 0.0;
    for (std::size_t i = 0; i < estimate.size(); ++i) {
        const double error = estimate[i] - reference[i];
        squaredError += error * error;
        absoluteError += std::abs(error);
        estimateEnergy += estimate[i] * estimate[i];
        referenceEnergy += reference[i] * reference[i];
        product += estimate[i] * reference[i];
    }

    const auto numFrames = static_cast<double>(estimate.size());
    Agreement agreement;
    agreement.r = correlation(estimate, reference);
    agreement.rmse = std::sqrt(squaredError / numFrames);
    agreement.nrmse = agreement.rmse / range(reference);
    agreement.mae = absoluteError / numFrames;
    agreement.vaf = 1.0 - squaredError / referenceEnergy;
    // Any scale of an estimate that is 0 throughout is as good as 1.
    agreement.bestScale = estimateEnergy > 0.0 ? std::max(0.0, product / estimateEnergy) : 1.0;
    return agreement;
}

} // namespace nmm
