#pragma once

#include "FittedPath.h"

#include <array>

namespace nmm {

/// Several numbers that go through the same arithmetic: the frames of a trial. The steps of a
/// Horner scheme wait for each other; the steps of several frames do not.
struct Lanes {
    static constexpr std::size_t Count = 4;
    std::array<double, Count> values;

    Lanes() = default;
    Lanes(double value) { values.fill(value); }

    Lanes& operator+=(const Lanes& other) {
        for (std::size_t i = 0; i < Count; ++i) {
            values[i] += other.values[i];
        }
        return *this;
    }
    Lanes& operator*=(const Lanes& other) {
        for (std::size_t i = 0; i < Count; ++i) {
            values[i] *= other.values[i];
        }
        return *this;
    }
    friend Lanes operator+(Lanes a, const Lanes& b) { return a += b; }
    friend Lanes operator*(Lanes a, const Lanes& b) { return a *= b; }
};

/// A number with its derivative along one direction.
template <typename Scalar>
struct Dual {
    Scalar value;
    Scalar derivative;

    Dual() = default;
    Dual(double constant) : value(constant), derivative(0.0) {}
    Dual(const Scalar& v, const Scalar& d) : value(v), derivative(d) {}

    friend Dual operator+(const Dual& a, const Dual& b) {
        return {a.value + b.value, a.derivative + b.derivative};
    }
    friend Dual operator*(const Dual& a, const Dual& b) {
        return {a.value * b.value, a.derivative * b.value + a.value * b.derivative};
    }
};

/// Value and gradient of a polynomial of N variables by nested Horner schemes, in one pass over the
/// coefficients from the last to the first.
/// @param end behind the last coefficient; afterwards at the first
template <std::size_t N, typename Scalar>
Scalar evaluatePolynomial(
        const double*& end, const Scalar* x, std::size_t degree, Scalar* gradient) {
    Scalar value(0.0);
    if constexpr (N == 1) {
        Scalar slope(0.0);
        for (std::size_t i = 0; i <= degree; ++i) {
            slope = slope * x[0] + value;
            value = value * x[0] + Scalar(*--end);
        }
        gradient[0] = slope;
    } else {
        std::array<Scalar, N - 1> inner;
        for (std::size_t j = 0; j < N; ++j) {
            gradient[j] = Scalar(0.0);
        }
        // What multiplies the highest power of x[0] comes last and is a constant.
        for (std::size_t innerDegree = 0; innerDegree <= degree; ++innerDegree) {
            const auto term =
                    evaluatePolynomial<N - 1, Scalar>(end, x + 1, innerDegree, inner.data());
            gradient[0] = gradient[0] * x[0] + value;
            for (std::size_t j = 1; j < N; ++j) {
                gradient[j] = gradient[j] * x[0] + inner[j - 1];
            }
            value = value * x[0] + term;
        }
    }
    return value;
}

/// Value and gradient by the scaled coordinates of a path that has been checked.
template <typename Scalar>
Scalar evaluateScaled(const FittedPath& path, const Scalar* x, Scalar* gradient) {
    const double* end = path.coefficients.data() + path.coefficients.size();
    switch (path.coordinates.size()) {
    case 1:
        return evaluatePolynomial<1>(end, x, path.degree, gradient);
    case 2:
        return evaluatePolynomial<2>(end, x, path.degree, gradient);
    case 3:
        return evaluatePolynomial<3>(end, x, path.degree, gradient);
    case 4:
        return evaluatePolynomial<4>(end, x, path.degree, gradient);
    case 5:
        return evaluatePolynomial<5>(end, x, path.degree, gradient);
    case 6:
        return evaluatePolynomial<6>(end, x, path.degree, gradient);
    case 7:
        return evaluatePolynomial<7>(end, x, path.degree, gradient);
    default:
        static_assert(FittedPath::MaxNumCoordinates == 8);
        return evaluatePolynomial<8>(end, x, path.degree, gradient);
    }
}

} // namespace nmm
