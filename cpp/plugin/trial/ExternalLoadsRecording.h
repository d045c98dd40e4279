#pragma once

#include <nmm/TimeSeries.h>
#include <nmm/artefact/Artefact.h>

#include <string>
#include <vector>

namespace nmm::osim {

/// What the network of an artefact sees of external loads, such as ground reactions; nothing where
/// it sees none.
struct ExternalLoadsRecording {
    std::string name;     ///< for messages: "External loads data file '/data/grf.mot'"
    std::string dataFile; ///< absolute; empty: none is needed
    TimeSeries columns;   ///< the artefact's, checked

    /// @param lags s before the times, 0 first; before the recording's first sample its values are
    /// held, but not at the times themselves
    /// @returns frames x (lags x columns)
    /// @throws nmm::Error if the recording does not cover the times.
    Matrix sampleAt(const std::vector<double>& times, const std::vector<double>& lags) const;
};

/// Read external loads as OpenSim's tools have them.
/// @param file ExternalLoads (.xml), absolute; may be empty where the artefact needs none, and is
/// not read then
/// @throws nmm::Error naming file and column of what is wrong, or that a file is needed.
ExternalLoadsRecording readExternalLoads(const std::string& file, const Artefact& artefact);

} // namespace nmm::osim
