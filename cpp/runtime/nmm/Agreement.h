#pragma once

#include <vector>

namespace nmm {

/// How well an estimate agrees with a reference series of the same length.
struct Agreement {
    double r = 0.0;         ///< Pearson correlation; NaN if either series is constant
    double rmse = 0.0;      ///< in the reference's unit
    double nrmse = 0.0;     ///< rmse divided by the range (max - min) of the reference
    double mae = 0.0;       ///< in the reference's unit
    double vaf = 0.0;       ///< 1 - sum (reference - estimate)^2 / sum reference^2
    double bestScale = 1.0; ///< the non-negative scale of the estimate with the least rmse
};

/// @throws Error if the lengths differ or are below 2, or a value is not finite.
Agreement computeAgreement(
        const std::vector<double>& estimate, const std::vector<double>& reference);

} // namespace nmm
