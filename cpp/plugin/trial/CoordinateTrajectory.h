#pragma once

#include <nmm/Matrix.h>

#include <optional>
#include <string>
#include <vector>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Values and speeds of coordinates at the frames of a trial.
struct CoordinateTrajectory {
    std::vector<double> times;            ///< s, strictly increasing
    std::vector<std::string> coordinates; ///< names
    Matrix values;                        ///< frames x coordinates, rad or m
    Matrix speeds;                        ///< frames x coordinates, rad/s or m/s

    /// The named columns of `values` or `speeds`.
    Matrix select(const Matrix& from, const std::vector<std::string>& names) const;
};

/// Which part of a coordinates file is read, and how.
struct CoordinatesFile {
    std::string file;
    double lowpassCutoffFrequency = -1; ///< Hz; -1: no filter
    std::optional<double> initialTime;  ///< s; default: the first time of the file
    std::optional<double> finalTime;    ///< s; default: the last time of the file
};

/// Read the coordinates of a model from a .mot or .sto file. Columns are coordinate names or
/// absolute state paths (/jointset/<joint>/<coordinate>/value); others are ignored.
///
/// The frames are the times of the file within [initialTime, finalTime]. The whole file is filtered
/// (OpenSim's low-pass filter, which pads both ends) and splined (quintic, through every point);
/// the speeds are the derivative of the splines. So a trial does not depend on where it is cut.
/// Degrees become radians for rotational coordinates.
///
/// @param required coordinates that the file must have; the model's others are read if it has them
/// @throws nmm::Error naming file, column and time of what is wrong.
CoordinateTrajectory readCoordinates(const CoordinatesFile& source, const OpenSim::Model& model,
        const std::vector<std::string>& required);

} // namespace nmm::osim
