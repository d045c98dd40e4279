#pragma once

#include <OpenSim/Common/TimeSeriesTable.h>
#include <nmm/excitation/Novelty.h>

#include <string>
#include <vector>

namespace nmm::osim {

/// One column per group of inputs: how far each frame lies outside what training saw.
/// @param times of the rows, s
OpenSim::TimeSeriesTable makeOutsideTrainingTable(
        const Novelty& novelty, const std::vector<double>& times);

/// How many frames lie outside, in one line; for each group how many, and which of its inputs most.
/// Empty where none does.
std::string describeOutsideTraining(const Novelty& novelty);

} // namespace nmm::osim
