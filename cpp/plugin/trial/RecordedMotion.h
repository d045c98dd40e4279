#pragma once

#include "CoordinateTrajectory.h"

#include <nmm/TimeSeries.h>
#include <nmm/artefact/Artefact.h>

#include <string>
#include <vector>

namespace nmm::osim {

/// What the network of an artefact sees of the motion before a state, which itself only knows its
/// own time: a recording. Nothing of it is looked at where the network sees no earlier motion.
struct RecordedMotion {
    std::string name; ///< for messages: "Coordinates file '/data/walk.mot'"
    std::vector<double> lags;
    TimeSeries coordinates; ///< the values that the network listens to
    TimeSeries speeds;      ///< the speeds that the network listens to

    /// @param own one row, the state's own values
    /// @returns one row of lags x coordinates
    /// @throws nmm::Error if the recording ends before what the network sees.
    Matrix addEarlierValues(double time, const Matrix& own) const;
    /// Likewise of the speeds.
    Matrix addEarlierSpeeds(double time, const Matrix& own) const;
};

/// @param source its file is absolute; it may be empty where the network sees no earlier motion,
/// and is not read then
/// @param model  has its coordinates, see readCoordinates()
/// @throws nmm::Error naming file, column and time of what is wrong, or that a file is needed.
RecordedMotion readMotion(
        const CoordinatesFile& source, const OpenSim::Model& model, const Artefact& artefact);

} // namespace nmm::osim
