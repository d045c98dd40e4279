#include "OutsideTraining.h"

#include "files/Tables.h"

#include <nmm/Text.h>

namespace nmm::osim {

OpenSim::TimeSeriesTable makeOutsideTrainingTable(
        const Novelty& novelty, const std::vector<double>& times) {
    return makeTable(times, novelty.groups, novelty.values);
}

std::string describeOutsideTraining(const Novelty& novelty) {
    const auto& values = novelty.values;
    std::size_t outside = 0;
    std::vector<std::size_t> counts(novelty.groups.size(), 0);
    for (std::size_t frame = 0; frame < values.rows; ++frame) {
        outside += novelty.getLargest(frame) > 0.0 ? 1 : 0;
        for (std::size_t group = 0; group < counts.size(); ++group) {
            counts[group] += values(frame, group) > 0.0 ? 1 : 0;
        }
    }
    if (outside == 0) {
        return "";
    }
    std::string groups;
    for (std::size_t group = 0; group < counts.size(); ++group) {
        if (counts[group] > 0) {
            groups += (groups.empty() ? "" : ", ") + novelty.groups[group] + " at " +
                      std::to_string(counts[group]) + " (most: '" + novelty.farthest[group] + "')";
        }
    }
    return std::to_string(outside) + " of " + std::to_string(values.rows) +
           " frames lie outside what training saw: " + groups;
}

} // namespace nmm::osim
