#pragma once

#include "FittedPath.h"

namespace nmm {

/// Lengths (m) and lengthening speeds (m/s), frames x muscles, and moment arms (m, or dimensionless
/// of translational coordinates), frames x (muscles x coordinates): those of one muscle are
/// neighbours. In the same layout the derivatives of a scalar by each of these numbers.
struct PathGeometry {
    Matrix lengths;
    Matrix speeds;
    Matrix momentArms;
};

/// Derivatives of a scalar by coordinate values and speeds, frames x coordinates.
struct CoordinateGradients {
    Matrix values;
    Matrix speeds;
};

/// The fitted paths of several muscles over the frames of a trial.
class FittedPaths {
public:
    /// @param coordinates names of the columns of values and speeds
    /// @throws Error if a path does not hold together, or needs a coordinate that is not there.
    FittedPaths(std::vector<FittedPath> paths, std::vector<std::string> coordinates);

    /// @param values frames x coordinates, rad or m
    /// @param speeds frames x coordinates, rad/s or m/s
    PathGeometry computeGeometry(const Matrix& values, const Matrix& speeds) const;

    /// The exact adjoint of computeGeometry().
    /// @param gradient derivatives of a scalar by its results
    CoordinateGradients computeGradients(
            const Matrix& values, const Matrix& speeds, const PathGeometry& gradient) const;

    const std::vector<FittedPath>& getPaths() const { return _paths; }
    const std::vector<std::string>& getCoordinates() const { return _coordinates; }

private:
    void checkMotion(const Matrix& values, const Matrix& speeds) const;

    std::vector<FittedPath> _paths;
    std::vector<std::string> _coordinates;
    /// Per path the columns of its coordinates.
    std::vector<std::vector<std::size_t>> _columns;
};

} // namespace nmm
