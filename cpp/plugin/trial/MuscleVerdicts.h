#pragma once

#include <OpenSim/Common/TimeSeriesTable.h>
#include <nmm/excitation/Novelty.h>
#include <nmm/excitation/TrialVerdict.h>

#include <optional>
#include <string>
#include <vector>

namespace nmm::osim {

/// How far a deep muscle is to be believed in a trial.
struct MuscleVerdict {
    std::string muscle;
    TrialVerdict verdict;
    std::optional<Expectation> expectation; ///< absent where the artefact tells none
};

/// One for each muscle that the artefact judges.
/// @param novelty of the trial; absent where the artefact does not tell what training saw
std::vector<MuscleVerdict> findMuscleVerdicts(
        const Artefact& artefact, const std::optional<Novelty>& novelty);

/// One line each; those of muscles that are not to be used are warnings.
void logMuscleVerdicts(const std::vector<MuscleVerdict>& verdicts);

/// Entries of a table's header: `trust`, `use_with_care` and `do_not_use` list muscles, those
/// without muscles are left out; `expected_r` lists `soleus_r 0.75 0.55 0.88`: muscle, r, and the
/// ends of its range.
void addMuscleVerdicts(OpenSim::TimeSeriesTable& table, const std::vector<MuscleVerdict>& verdicts);

} // namespace nmm::osim
