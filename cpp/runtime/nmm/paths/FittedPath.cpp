#include "FittedPath.h"

#include "PathPolynomial.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace nmm {

namespace {

// Files keep times and angles in decimal.
constexpr double DomainTolerance = 1e-9; // of the half range

bool areFinite(const std::vector<double>& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::isfinite(x); });
}

void checkSize(const std::vector<double>& numbers, std::size_t expected, const std::string& name,
        const std::string& what) {
    if (numbers.size() != expected) {
        throw Error(what + ": Expected " + std::to_string(expected) + " numbers in '" + name +
                    "', but found " + std::to_string(numbers.size()) + ".");
    }
    if (!areFinite(numbers)) {
        throw Error(what + ": Expected finite numbers in '" + name + "', but found others.");
    }
}

void checkCoordinate(const FittedPath& path, std::size_t j, const std::vector<double>& times,
        const Matrix& values, std::size_t column, const std::string& what) {
    const double reach = path.halfRange[j] * (1.0 + DomainTolerance);
    for (std::size_t frame = 0; frame < values.rows; ++frame) {
        const double value = values(frame, column);
        if (!(std::abs(value - path.center[j]) <= reach)) {
            throw Error(what + ": Expected coordinate '" + path.coordinates[j] + "' within " +
                        toText(path.center[j] - path.halfRange[j]) + " to " +
                        toText(path.center[j] + path.halfRange[j]) +
                        " (rad or m), where the fitted muscle paths hold, but found " +
                        toText(value) + " at " + toText(times[frame]) +
                        " s. Choose a time range within it, or train again with this motion "
                        "among the trials or with <path_model>model</path_model>.");
        }
    }
}

} // namespace

std::size_t countTerms(std::size_t numCoordinates, std::size_t degree) {
    std::size_t count = 1;
    for (std::size_t i = 1; i <= numCoordinates; ++i) {
        count = count * (degree + i) / i;
    }
    return count;
}

void FittedPath::check(const std::string& what) const {
    const auto numCoordinates = coordinates.size();
    if (numCoordinates == 0 || numCoordinates > MaxNumCoordinates ||
            std::set<std::string>(coordinates.begin(), coordinates.end()).size() !=
                    numCoordinates) {
        throw Error(what + ": Expected 1 to " + std::to_string(MaxNumCoordinates) +
                    " different coordinates, but found " + std::to_string(numCoordinates) + ": " +
                    quote(coordinates) + ".");
    }
    checkSize(center, numCoordinates, "center", what);
    checkSize(halfRange, numCoordinates, "half_range", what);
    const auto least = std::min_element(halfRange.begin(), halfRange.end());
    if (*least <= 0.0) {
        throw Error(what + ": Expected half ranges above 0, but found " + toText(*least) +
                    " for '" + coordinates[static_cast<std::size_t>(least - halfRange.begin())] +
                    "'.");
    }
    if (degree > MaxDegree || countTerms(numCoordinates, degree) > MaxNumTerms) {
        throw Error(what + ": Expected a degree of at most " + std::to_string(MaxDegree) +
                    " and at most " + std::to_string(MaxNumTerms) + " terms, but found degree " +
                    std::to_string(degree) + " in " + std::to_string(numCoordinates) +
                    " coordinates.");
    }
    checkSize(coefficients, countTerms(numCoordinates, degree), "coefficients", what);
}

double computeLength(const FittedPath& path, const double* values, double* gradient) {
    std::array<double, FittedPath::MaxNumCoordinates> x{};
    const auto numCoordinates = path.coordinates.size();
    for (std::size_t j = 0; j < numCoordinates; ++j) {
        x[j] = (values[j] - path.center[j]) / path.halfRange[j];
    }
    const double length = evaluateScaled(path, x.data(), gradient);
    for (std::size_t j = 0; j < numCoordinates; ++j) {
        gradient[j] /= path.halfRange[j];
    }
    return length;
}

void checkDomain(const std::vector<FittedPath>& paths, const std::vector<std::string>& coordinates,
        const std::vector<double>& times, const Matrix& values, const std::string& what) {
    for (const auto& path : paths) {
        for (std::size_t j = 0; j < path.coordinates.size(); ++j) {
            const auto found =
                    std::find(coordinates.begin(), coordinates.end(), path.coordinates[j]);
            if (found == coordinates.end()) {
                throw Error(what + ": Expected coordinate '" + path.coordinates[j] +
                            "', which the fitted muscle paths need, but found none.");
            }
            checkCoordinate(path, j, times, values,
                    static_cast<std::size_t>(found - coordinates.begin()), what);
        }
    }
}

} // namespace nmm
