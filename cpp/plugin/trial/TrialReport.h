#pragma once

#include "MuscleVerdicts.h"
#include "Trial.h"
#include "TrialAgreement.h"

#include <optional>
#include <string>
#include <vector>

namespace OpenSim {
class Model;
}

namespace nmm::osim {

/// Everything that is reported of a trial.
struct TrialReport {
    std::string name;          ///< the beginning of every file's name
    std::vector<double> times; ///< of the frames, s
    TrialResults results;
    ExcitationIntervals intervals;
    std::vector<MuscleVerdict> verdicts;
    std::vector<std::string> momentLabels; ///< see getGeneralizedForceLabel()
    std::optional<Matrix> inverseDynamics; ///< frames x moment coordinates
    std::vector<ScoredSeries> scores;
    std::optional<OpenSim::TimeSeriesTable> states; ///< see makeStatesTable()
};

/// One of a trial's tables; its file is `<name of the trial>_<kind>.sto`.
struct TrialTable {
    std::string kind; ///< such as `excitations`
    OpenSim::TimeSeriesTable table;
};

/// All tables of a trial:
/// - `excitations`: columns `/forceset/soleus_r`. The time column is the EMG's own time,
///   t - delay; the header says the delay, which muscles are measured, deep, tied and unscored, and
///   how far deep ones are to be believed, see addMuscleVerdicts().
/// - `excitation_intervals`, if the artefact has intervals: columns
///   `/forceset/soleus_r/lower` and `/forceset/soleus_r/upper` hold the true excitation with a
///   probability of 90 %; time as above.
/// - `outside_training`, if the artefact tells what training saw: how far each frame lies outside,
///   columns `channels`, `coordinates`, `speeds`, and `external_loads` where the network sees any;
///   time as above.
/// - `activations`: columns `/forceset/soleus_r/activation`, as in a states file.
/// - `muscle_forces`: columns `/forceset/soleus_r`, tendon forces in N.
/// - `joint_moments`: columns `knee_angle_r_moment` and, with inverse dynamics,
///   `knee_angle_r_moment_inverse_dynamics`.
/// - `agreement`, if anything was scored: see makeAgreementTable().
/// - `states`, if there are states: a states file of OpenSim.
std::vector<TrialTable> makeTrialTables(
        const OpenSim::Model& model, const Artefact& artefact, const TrialReport& report);

/// Write a trial's tables as files, all of them or none. Files of an earlier run that this one has
/// no table for are removed.
/// @throws nmm::Error if a file cannot be written.
void writeTrialReport(const std::string& folder, const OpenSim::Model& model,
        const Artefact& artefact, const TrialReport& report);

} // namespace nmm::osim
