#include "FittedPaths.h"

#include "PathPolynomial.h"

#include <nmm/Error.h>

#include <algorithm>
#include <utility>

namespace nmm {

namespace {

constexpr auto MaxNumCoordinates = FittedPath::MaxNumCoordinates;

void checkShape(
        const Matrix& matrix, std::size_t rows, std::size_t columns, const std::string& what) {
    if (matrix.rows != rows || matrix.columns != columns) {
        throw Error("Fitted paths: Expected " + what + " of shape " + std::to_string(rows) + " x " +
                    std::to_string(columns) + ", but received " + std::to_string(matrix.rows) +
                    " x " + std::to_string(matrix.columns) + ".");
    }
}

/// A few neighbouring frames of one path. A block that the frames do not fill repeats the last one.
class FrameBlock {
public:
    FrameBlock(std::size_t first, std::size_t numFrames)
            : _first(first), _count(std::min(Lanes::Count, numFrames - first)) {}

    Lanes get(const Matrix& matrix, std::size_t column) const {
        Lanes lanes;
        for (std::size_t i = 0; i < Lanes::Count; ++i) {
            lanes.values[i] = matrix(_first + std::min(i, _count - 1), column);
        }
        return lanes;
    }

    void set(Matrix& matrix, std::size_t column, const Lanes& lanes) const {
        for (std::size_t i = 0; i < _count; ++i) {
            matrix(_first + i, column) = lanes.values[i];
        }
    }

    void add(Matrix& matrix, std::size_t column, const Lanes& lanes) const {
        for (std::size_t i = 0; i < _count; ++i) {
            matrix(_first + i, column) += lanes.values[i];
        }
    }

private:
    std::size_t _first;
    std::size_t _count;
};

Lanes scale(const FittedPath& path, std::size_t j, const Lanes& values) {
    return (values + Lanes(-path.center[j])) * Lanes(1.0 / path.halfRange[j]);
}

} // namespace

FittedPaths::FittedPaths(std::vector<FittedPath> paths, std::vector<std::string> coordinates)
        : _paths(std::move(paths)), _coordinates(std::move(coordinates)) {
    for (std::size_t m = 0; m < _paths.size(); ++m) {
        const auto what = "Fitted path " + std::to_string(m);
        _paths[m].check(what);
        auto& columns = _columns.emplace_back();
        for (const auto& name : _paths[m].coordinates) {
            const auto found = std::find(_coordinates.begin(), _coordinates.end(), name);
            if (found == _coordinates.end()) {
                throw Error(what + ": Expected its coordinate '" + name +
                            "' among the motion's coordinates, but found none.");
            }
            columns.push_back(static_cast<std::size_t>(found - _coordinates.begin()));
        }
    }
}

void FittedPaths::checkMotion(const Matrix& values, const Matrix& speeds) const {
    checkShape(values, values.rows, _coordinates.size(), "values (frames x coordinates)");
    checkShape(speeds, values.rows, _coordinates.size(), "speeds (frames x coordinates)");
}

PathGeometry FittedPaths::computeGeometry(const Matrix& values, const Matrix& speeds) const {
    checkMotion(values, speeds);
    const auto numFrames = values.rows;
    const auto numCoordinates = _coordinates.size();
    PathGeometry geometry{Matrix(numFrames, _paths.size()), Matrix(numFrames, _paths.size()),
            Matrix(numFrames, _paths.size() * numCoordinates)};
    std::array<Lanes, MaxNumCoordinates> x, gradient;
    for (std::size_t m = 0; m < _paths.size(); ++m) {
        const auto& path = _paths[m];
        const auto& columns = _columns[m];
        for (std::size_t frame = 0; frame < numFrames; frame += Lanes::Count) {
            const FrameBlock block(frame, numFrames);
            for (std::size_t j = 0; j < columns.size(); ++j) {
                x[j] = scale(path, j, block.get(values, columns[j]));
            }
            block.set(geometry.lengths, m, evaluateScaled(path, x.data(), gradient.data()));
            Lanes lengtheningSpeed(0.0);
            for (std::size_t j = 0; j < columns.size(); ++j) {
                const auto slope = gradient[j] * Lanes(1.0 / path.halfRange[j]);
                lengtheningSpeed += slope * block.get(speeds, columns[j]);
                block.set(
                        geometry.momentArms, m * numCoordinates + columns[j], slope * Lanes(-1.0));
            }
            block.set(geometry.speeds, m, lengtheningSpeed);
        }
    }
    return geometry;
}

/// With g_L, g_S and g_r the given derivatives by length, speed and moment arms, and H the Hessian:
/// by q: g_L dL/dq + H v, with v = g_S dq/dt - g_r; by dq/dt: g_S dL/dq. H v is the derivative of
/// the gradient along v.
CoordinateGradients FittedPaths::computeGradients(
        const Matrix& values, const Matrix& speeds, const PathGeometry& gradient) const {
    checkMotion(values, speeds);
    const auto numFrames = values.rows;
    const auto numCoordinates = _coordinates.size();
    checkShape(gradient.lengths, numFrames, _paths.size(), "gradient of lengths");
    checkShape(gradient.speeds, numFrames, _paths.size(), "gradient of speeds");
    checkShape(gradient.momentArms, numFrames, _paths.size() * numCoordinates,
            "gradient of moment arms");

    CoordinateGradients result{
            Matrix(numFrames, numCoordinates), Matrix(numFrames, numCoordinates)};
    std::array<Dual<Lanes>, MaxNumCoordinates> x, slopes;
    for (std::size_t m = 0; m < _paths.size(); ++m) {
        const auto& path = _paths[m];
        const auto& columns = _columns[m];
        for (std::size_t frame = 0; frame < numFrames; frame += Lanes::Count) {
            const FrameBlock block(frame, numFrames);
            const auto byLength = block.get(gradient.lengths, m);
            const auto bySpeed = block.get(gradient.speeds, m);
            for (std::size_t j = 0; j < columns.size(); ++j) {
                const auto byMomentArm =
                        block.get(gradient.momentArms, m * numCoordinates + columns[j]);
                const auto direction =
                        bySpeed * block.get(speeds, columns[j]) + byMomentArm * Lanes(-1.0);
                x[j] = {scale(path, j, block.get(values, columns[j])),
                        direction * Lanes(1.0 / path.halfRange[j])};
            }
            evaluateScaled(path, x.data(), slopes.data());
            for (std::size_t j = 0; j < columns.size(); ++j) {
                const Lanes inverse(1.0 / path.halfRange[j]);
                const auto slope = slopes[j].value * inverse;
                block.add(result.values, columns[j],
                        byLength * slope + slopes[j].derivative * inverse);
                block.add(result.speeds, columns[j], bySpeed * slope);
            }
        }
    }
    return result;
}

} // namespace nmm
