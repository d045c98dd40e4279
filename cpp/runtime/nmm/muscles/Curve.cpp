#include "Curve.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

constexpr std::size_t FirstNumCells = 512;
constexpr std::size_t MaxNumCells = 65536;
constexpr double ValueTolerance = 1e-7;
constexpr double SlopeTolerance = 1e-5;

Curve tabulate(const Curve::Source& source, double start, double stop, std::size_t numCells) {
    const double step = (stop - start) / static_cast<double>(numCells);
    std::vector<double> values, slopes;
    for (std::size_t k = 0; k <= numCells; ++k) {
        const double x = start + static_cast<double>(k) * step;
        const auto found = source(x);
        if (!std::isfinite(found.value) || !std::isfinite(found.slope)) {
            throw Error("Expected a curve that is finite, but received " + toText(found.value) +
                        " with slope " + toText(found.slope) + " at " + toText(x) + ".");
        }
        values.push_back(found.value);
        slopes.push_back(found.slope);
    }
    return Curve(start, step, values, slopes);
}

/// Off its knots a table errs most about the middle of a cell in value, and about a quarter from
/// its ends in slope.
bool follows(const Curve& curve, const Curve::Source& source, std::size_t numCells) {
    const auto slopes = curve.getSlopes();
    double scale = 1.0;
    for (const double slope : slopes) {
        scale = std::max(scale, std::abs(slope));
    }
    for (std::size_t k = 0; k < numCells; ++k) {
        for (const double within : {0.25, 0.5, 0.75}) {
            const double x = curve.getStart() + (static_cast<double>(k) + within) * curve.getStep();
            const auto expected = source(x);
            const auto found = curve.evaluate(x);
            if (std::abs(found.value - expected.value) > ValueTolerance ||
                    std::abs(found.slope - expected.slope) > SlopeTolerance * scale) {
                return false;
            }
        }
    }
    return true;
}

} // namespace

Curve Curve::sample(const Source& source, double start, double stop) {
    for (std::size_t numCells = FirstNumCells; numCells <= MaxNumCells; numCells *= 2) {
        auto curve = tabulate(source, start, stop, numCells);
        if (follows(curve, source, numCells)) {
            return curve;
        }
    }
    throw Error("Expected a curve that " + std::to_string(MaxNumCells) + " samples from " +
                toText(start) + " to " + toText(stop) +
                " can follow, but received one with sharper corners; lower its curviness.");
}

Curve::Curve(double start, double step, const std::vector<double>& values,
        const std::vector<double>& slopes)
        : _start(start), _step(step), _stepsPerUnit(1.0 / step) {
    if (values.size() < 2 || values.size() != slopes.size() || !(step > 0.0)) {
        throw Error("Expected a curve with at least 2 values, as many slopes and a step above 0, "
                    "but received " +
                    std::to_string(values.size()) + " values, " + std::to_string(slopes.size()) +
                    " slopes and a step of " + toText(step) + ".");
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        _knots.push_back({values[k], slopes[k] * step});
    }
}

std::vector<double> Curve::getValues() const {
    std::vector<double> values;
    for (const auto& knot : _knots) {
        values.push_back(knot.value);
    }
    return values;
}

std::vector<double> Curve::getSlopes() const {
    std::vector<double> slopes;
    for (const auto& knot : _knots) {
        slopes.push_back(knot.rise * _stepsPerUnit);
    }
    return slopes;
}

} // namespace nmm
