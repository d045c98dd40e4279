#include "ShapeFunction.h"

#include <cmath>

namespace nmm {

namespace {

// Below it the closed forms are 0/0 or lose digits, while the series, cut off after A^3, is exact
// to 1e-14.
constexpr double NearIdentity = 1e-3;

} // namespace

ShapeFunction::ShapeFunction(double shapeFactor)
        : _shapeFactor(shapeFactor), _expm1(std::expm1(shapeFactor)),
          _isNearIdentity(std::abs(shapeFactor) < NearIdentity) {}

// u = e + A e(e-1)/2 + A^2 e(e-1)(2e-1)/12 + A^3 e^2(e-1)^2/24 + O(A^4)
double ShapeFunction::calcValue(double e) const {
    const double A = _shapeFactor;
    if (_isNearIdentity) {
        const double p = e * (e - 1.0);
        return e + A * p * (0.5 + A * ((2.0 * e - 1.0) / 12.0 + A * p / 24.0));
    }
    return std::expm1(A * e) / _expm1;
}

double ShapeFunction::calcSlope(double e) const {
    const double A = _shapeFactor;
    if (_isNearIdentity) {
        const double p = e * (e - 1.0);
        const double dp = 2.0 * e - 1.0;
        return 1.0 + A * (dp / 2.0 + A * ((6.0 * p + 1.0) / 12.0 + A * p * dp / 12.0));
    }
    return A * std::exp(A * e) / _expm1;
}

double ShapeFunction::calcShapeFactorDerivative(double e) const {
    const double A = _shapeFactor;
    if (_isNearIdentity) {
        const double p = e * (e - 1.0);
        return p * (0.5 + A * ((2.0 * e - 1.0) / 6.0 + A * p / 8.0));
    }
    const double u = calcValue(e);
    return u * (e - 1.0) + (e - u) / _expm1;
}

} // namespace nmm
