#pragma once

#include "CoordinateTrajectory.h"
#include "TrialRecordings.h"

#include <nmm/excitation/ExcitationModel.h>

#include <optional>

namespace nmm::osim {

/// What an NMM computes of a trial; each has one row per frame.
struct TrialResults {
    Matrix excitations; ///< x muscles, 0 to 1; row k belongs to the EMG's own time, t_k - delay
    Matrix activations; ///< x muscles, 0 to 1
    Matrix forces;      ///< x muscles: tendon forces, N
    /// x muscles, m; empty with rigid tendons, whose muscles have no such state
    Matrix fiberLengths;
    /// How far frames lie outside what training saw; absent where the artefact does not tell. Rows
    /// belong to the same times as the excitations'.
    std::optional<Novelty> novelty;
    Matrix moments; ///< x moment coordinates: N m, or N about a translational coordinate
};

/// Run an NMM over a trial: recordings and motion to excitations, activations, forces and moments.
/// Every class of the plugin that runs a whole trial does it here.
/// @param model calibrated for the artefact, see loadCalibratedModel()
/// @param trajectory has the artefact's coordinates
/// @param recordings made for the artefact, see readRecordings()
/// @throws nmm::Error if a recording is too short, a coordinate leaves the range of
/// fitted paths, or the model gives a force that is not finite.
TrialResults computeTrial(const OpenSim::Model& model, const ExcitationModel& excitationModel,
        const CoordinateTrajectory& trajectory, const TrialRecordings& recordings);

} // namespace nmm::osim
