#pragma once

#include "CoordinateTrajectory.h"

#include <OpenSim/Common/TimeSeriesTable.h>
#include <nmm/Agreement.h>
#include <nmm/artefact/Artefact.h>

#include <optional>
#include <string>
#include <vector>

namespace nmm::osim {

/// How a series of the trial agrees with its reference.
struct ScoredSeries {
    std::string label; ///< "knee_angle_r_moment", "soleus_r_excitation"
    std::string units; ///< of rmse and mae
    Agreement asPredicted;
    /// After the best non-negative scale: only where the scale of the reference means nothing, as
    /// of an EMG envelope.
    std::optional<Agreement> afterBestScale;
};

/// Muscle moments against inverse dynamics.
/// @param labels of the columns of both, see getGeneralizedForceLabel()
std::vector<ScoredSeries> scoreMoments(const std::vector<std::string>& labels,
        const Matrix& moments, const Matrix& inverseDynamics);

/// Deep excitations against the recordings that the artefact names, where the EMG file has them.
/// The recording is sampled at the EMG's own time, t - delay; frames before its first sample are
/// left out. It serves no other purpose, so call this when all excitations are known.
/// @param emgName what to call the recording in messages
std::vector<ScoredSeries> scoreDeepEMG(const Artefact& artefact, const std::vector<double>& times,
        const Matrix& excitations, const OpenSim::TimeSeriesTable& emg, const std::string& emgName);

/// One row, at `time`: `<label>/r`, `/rmse`, `/nrmse`, `/mae`, `/vaf`, and where the best scale is
/// meant `/best_scale`, `/rmse_best_scale`, `/mae_best_scale` and `/vaf_best_scale`.
OpenSim::TimeSeriesTable makeAgreementTable(const std::vector<ScoredSeries>& scores, double time);

/// Log the scores, if there are any, as a table.
void logAgreement(const std::vector<ScoredSeries>& scores);

} // namespace nmm::osim
