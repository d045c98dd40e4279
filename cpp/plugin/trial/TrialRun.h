#pragma once

#include "TrialRecordings.h"
#include "TrialReport.h"

#include <string>

namespace nmm::osim {

/// What a trial is compared with.
struct TrialReferences {
    std::string inverseDynamicsFile; ///< absolute; empty: none
    bool scoreDeepEMG = false;       ///< against channels of the EMG file that are no inputs
};

/// Compute a trial, compare it with its references, and log how it agrees. Every class of the
/// plugin that runs a whole trial does it here.
/// @param name of the trial: the beginning of its files' names
/// @param model calibrated for the artefact, see loadCalibratedModel()
/// @param trajectory has the artefact's coordinates
/// @throws nmm::Error naming file, channel, coordinate and time of what is wrong.
TrialReport computeTrialReport(const std::string& name, const OpenSim::Model& model,
        const ExcitationModel& excitationModel, const CoordinateTrajectory& trajectory,
        const TrialRecordings& recordings, const TrialReferences& references);

} // namespace nmm::osim
