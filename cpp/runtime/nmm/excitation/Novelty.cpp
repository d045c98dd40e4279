#include "Novelty.h"

#include <algorithm>

namespace nmm {

namespace {

/// What is compared with what: inputs of one kind.
struct Group {
    std::string name;
    const std::vector<InputRange>& ranges;
    std::vector<std::string> inputs;
    const Matrix& values;
};

double computeExcess(const InputRange& range, double x) {
    return std::max({0.0, range.low - x, x - range.high}) / (range.high - range.low);
}

void add(Novelty& novelty, const Group& group) {
    const auto column = novelty.groups.size();
    novelty.groups.push_back(group.name);
    novelty.farthest.emplace_back();
    double largest = 0.0;
    for (std::size_t frame = 0; frame < novelty.values.rows; ++frame) {
        for (std::size_t i = 0; i < group.ranges.size(); ++i) {
            const double excess = computeExcess(group.ranges[i], group.values(frame, i));
            auto& value = novelty.values(frame, column);
            value = std::max(value, excess);
            if (excess > largest) {
                largest = excess;
                novelty.farthest[column] = group.inputs[i];
            }
        }
    }
}

} // namespace

double Novelty::getLargest(std::size_t frame) const {
    double largest = 0.0;
    for (std::size_t group = 0; group < values.columns; ++group) {
        largest = std::max(largest, values(frame, group));
    }
    return largest;
}

std::vector<double> Novelty::getLargest() const {
    std::vector<double> largest(values.rows);
    for (std::size_t frame = 0; frame < values.rows; ++frame) {
        largest[frame] = getLargest(frame);
    }
    return largest;
}

double Novelty::getOutsideShare() const {
    const auto largest = getLargest();
    const auto outside =
            std::count_if(largest.begin(), largest.end(), [](double x) { return x > 0.0; });
    return largest.empty() ? 0.0
                           : static_cast<double>(outside) / static_cast<double>(largest.size());
}

Novelty computeNovelty(
        const Artefact& artefact, const Matrix& envelopes, const FrameInputs& frames) {
    const auto& range = *artefact.trainingRange;
    const auto& predictor = artefact.predictor;
    std::vector<Group> groups{{"channels", range.channels, artefact.getChannelNames(), envelopes},
            {"coordinates", range.coordinates, predictor.coordinates, frames.coordinates},
            {"speeds", range.speeds, predictor.speeds, frames.speeds}};
    if (!range.externalLoads.empty()) {
        groups.push_back({"external_loads", range.externalLoads, predictor.externalLoads,
                frames.externalLoads});
    }
    Novelty novelty;
    novelty.values = Matrix(envelopes.rows, groups.size());
    for (const auto& group : groups) {
        add(novelty, group);
    }
    return novelty;
}

} // namespace nmm
