#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace nmm {

/// A muscle curve as a table: cubic Hermite pieces on an even grid, linear beyond both ends.
///
/// OpenSim's muscle curves are quintic Bezier splines in x and y (Millard et al., 2013), whose
/// evaluation needs an iteration. Sampled with their slopes they take a few nanoseconds and stay
/// continuously differentiable.
class Curve {
public:
    struct ValueAndSlope {
        double value;
        double slope;
    };
    using Source = std::function<ValueAndSlope(double)>;

    /// Sample `source` over [start, stop] on the coarsest grid that follows it within 1e-7 in value
    /// and 1e-5 in slope (relative to the steepest slope, where that is above 1).
    /// @throws Error if the source is not finite, or too sharply bent for a table.
    static Curve sample(const Source& source, double start, double stop);

    /// From values and slopes (per unit of x) on the grid start + k * step.
    Curve(double start, double step, const std::vector<double>& values,
            const std::vector<double>& slopes);

    ValueAndSlope evaluate(double x) const;

    double getStart() const { return _start; }
    double getStep() const { return _step; }
    std::vector<double> getValues() const;
    std::vector<double> getSlopes() const;

private:
    struct Knot {
        double value;
        double rise; ///< slope times step
    };

    double _start;
    double _step;
    double _stepsPerUnit;
    std::vector<Knot> _knots;
};

inline Curve::ValueAndSlope Curve::evaluate(double x) const {
    const double position = (x - _start) * _stepsPerUnit;
    const auto last = static_cast<double>(_knots.size() - 1);
    if (!(position > 0.0 && position < last)) {
        const auto& end = position > 0.0 ? _knots.back() : _knots.front();
        const double beyond = position > 0.0 ? position - last : position;
        return {end.value + beyond * end.rise, end.rise * _stepsPerUnit};
    }
    const auto cell = static_cast<std::size_t>(position);
    const double t = position - static_cast<double>(cell);
    const auto& from = _knots[cell];
    const auto& to = _knots[cell + 1];
    const double change = to.value - from.value;
    const double square = 3.0 * change - 2.0 * from.rise - to.rise;
    const double cube = from.rise + to.rise - 2.0 * change;
    return {from.value + t * (from.rise + t * (square + t * cube)),
            (from.rise + t * (2.0 * square + 3.0 * t * cube)) * _stepsPerUnit};
}

} // namespace nmm
