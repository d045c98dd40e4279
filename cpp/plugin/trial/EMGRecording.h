#pragma once

#include <OpenSim/Common/TimeSeriesTable.h>
#include <nmm/TimeSeries.h>
#include <nmm/artefact/Artefact.h>

#include <string>

namespace nmm::osim {

/// An EMG file with its clock put right.
struct EMGRecording {
    std::string name;               ///< for messages: "EMG file '/data/emg.sto'"
    OpenSim::TimeSeriesTable table; ///< all of it: hidden channels serve to score, and nothing else
    TimeSeries channels;            ///< the artefact's, checked
};

/// Read an EMG file (.sto, .mot).
/// @param timeOffset added to its times, s
/// @throws nmm::Error naming file, column and time of what is wrong.
EMGRecording readEMG(const std::string& file, double timeOffset, const Artefact& artefact);

} // namespace nmm::osim
