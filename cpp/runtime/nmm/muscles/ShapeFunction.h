#pragma once

namespace nmm {

/// The exponential shape function u(e) = (exp(A e) - 1)/(exp(A) - 1) from excitation to neural
/// activation; the identity at A = 0.
class ShapeFunction {
public:
    explicit ShapeFunction(double shapeFactor);

    double calcValue(double excitation) const;
    /// du/de
    double calcSlope(double excitation) const;
    /// du/dA
    double calcShapeFactorDerivative(double excitation) const;

private:
    double _shapeFactor;
    double _expm1;
    bool _isNearIdentity;
};

} // namespace nmm
