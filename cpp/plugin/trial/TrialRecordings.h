#pragma once

#include "EMGRecording.h"
#include "ExternalLoadsRecording.h"

#include <string>

namespace nmm::osim {

/// The files of what was recorded beside a motion.
struct RecordingFiles {
    std::string emgFile;           ///< absolute
    double emgTimeOffset = 0;      ///< s
    std::string externalLoadsFile; ///< absolute; empty: none

    bool operator==(const RecordingFiles& other) const;
};

/// What an NMM reads beside a motion.
struct TrialRecordings {
    EMGRecording emg;
    ExternalLoadsRecording externalLoads;
};

/// @throws nmm::Error naming file, column and time of what is wrong.
TrialRecordings readRecordings(const RecordingFiles& files, const Artefact& artefact);

} // namespace nmm::osim
