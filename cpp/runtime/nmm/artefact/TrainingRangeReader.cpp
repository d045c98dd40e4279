#include "TrainingRangeReader.h"

#include <nmm/Text.h>

#include <cmath>
#include <string>
#include <vector>

namespace nmm {

namespace {

InputRange readRange(const JsonReader& reader) {
    const auto ends = reader.numbers();
    // Of ends that are too far apart nothing could be divided by.
    if (ends.size() != 2 || !(ends[0] < ends[1]) || !std::isfinite(ends[1] - ends[0])) {
        reader.fail("a range [low, high] with low below high");
    }
    return {ends[0], ends[1]};
}

/// @param inputs the names of what the ranges belong to
std::vector<InputRange> readRanges(
        const JsonReader& reader, const std::vector<std::string>& inputs) {
    const auto items = reader.items();
    if (items.size() != inputs.size()) {
        reader.fail("a list of " + std::to_string(inputs.size()) + ", one range for each of [" +
                    quote(inputs) + "]");
    }
    std::vector<InputRange> ranges;
    for (const auto& item : items) {
        ranges.push_back(readRange(item));
    }
    return ranges;
}

} // namespace

std::optional<TrainingRange> readTrainingRange(const JsonReader& reader, const Artefact& artefact) {
    if (artefact.format < 3 || !reader.has("training_range") ||
            reader.at("training_range").isNull()) {
        return std::nullopt;
    }
    const auto entry = reader.at("training_range");
    const auto& predictor = artefact.predictor;
    TrainingRange range;
    range.channels = readRanges(entry.at("channels"), artefact.getChannelNames());
    range.coordinates = readRanges(entry.at("coordinates"), predictor.coordinates);
    range.speeds = readRanges(entry.at("speeds"), predictor.speeds);
    if (!predictor.externalLoads.empty() || entry.has("external_loads")) {
        range.externalLoads = readRanges(entry.at("external_loads"), predictor.externalLoads);
    }
    return range;
}

} // namespace nmm
