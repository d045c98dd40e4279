#include "PriorReader.h"

#include "JsonChecks.h"

#include <string>
#include <utility>
#include <vector>

namespace nmm {

namespace {

/// @param expected what each item is, for messages: "peak"
void checkOnePerChannel(
        const JsonReader& list, const PriorMuscle& muscle, const std::string& expected) {
    if (list.items().size() != muscle.channels.size()) {
        list.fail("a list of " + std::to_string(muscle.channels.size()) + ", one " + expected +
                  " per channel");
    }
}

/// What all formats have.
PriorMuscle readChannels(const JsonReader& reader, const std::vector<std::string>& known) {
    PriorMuscle muscle;
    muscle.gain = readNonNegative(reader.at("gain"));
    const auto channels = reader.at("channels");
    for (const auto& item : channels.items()) {
        muscle.channels.push_back(readIndex(item, known, "one of the artefact's channels"));
    }
    channels.names(); // each once
    const auto peaks = reader.at("channel_peaks");
    checkOnePerChannel(peaks, muscle, "peak");
    for (const auto& item : peaks.items()) {
        muscle.channelPeaks.push_back(readPositive(item));
    }
    return muscle;
}

/// The pose speaks of every muscle, in logarithms.
void readWeights(const JsonReader& reader, bool hasPose, PriorMuscle& muscle) {
    checkOnePerChannel(reader.at("weights"), muscle, "weight");
    muscle.weights = reader.at("weights").numbers();
    muscle.poseWeight = hasPose ? 1.0 : 0.0;
}

/// Format 2 has no weights: its prior is the geometric mean of the witnesses, and other subjects
/// are one of them where they have a peak.
void weighEqually(const JsonReader& reader, bool hasPose, PriorMuscle& muscle) {
    const auto peak = reader.at("population_peak");
    if (!peak.isNull()) {
        if (!hasPose) {
            peak.fail("null, because there are no other subjects");
        }
        muscle.posePeak = readPositive(peak);
    }
    const auto numChannels = muscle.channels.size();
    const double weight = 1.0 / static_cast<double>(numChannels + (muscle.posePeak ? 1 : 0));
    muscle.weights.assign(numChannels, weight);
    muscle.poseWeight = muscle.posePeak ? weight : 0.0;
}

PoseKernels readPose(const JsonReader& reader, const PredictorArchitecture& predictor) {
    PoseKernels pose;
    const auto coordinates = reader.at("coordinates");
    readNamesAmong(coordinates, predictor.coordinates, "one of the predictor's coordinates");
    pose.coordinates =
            readNamesAmong(coordinates, predictor.speeds, "one of the predictor's speeds");
    if (pose.coordinates.empty()) {
        coordinates.fail("at least 1 coordinate");
    }
    pose.width = readPositive(reader.at("kernel_width"));
    return pose;
}

} // namespace

ExcitationPrior readPrior(const JsonReader& reader, const Artefact& artefact,
        const PredictorArchitecture& predictor) {
    ExcitationPrior prior;
    prior.rest = readRest(reader.at("rest"));
    prior.endsAtPeak = artefact.format == 2;
    const std::string poseName = artefact.format == 2 ? "population" : "pose";
    const auto pose = reader.at(poseName);
    if (!pose.isNull()) {
        prior.pose = readPose(pose, predictor);
        prior.pose->tensorPrefix = poseName + ".";
    }
    const auto complete = artefact.format == 2 ? weighEqually : readWeights;
    for (const auto& item : reader.at("muscles").items()) {
        auto muscle = readChannels(item, artefact.getChannelNames());
        complete(item, prior.pose.has_value(), muscle);
        if (muscle.channels.empty() && muscle.poseWeight == 0.0) {
            item.at("channels").fail("a witness: a channel or the pose");
        }
        prior.muscles.push_back(std::move(muscle));
    }
    if (prior.muscles.empty()) {
        reader.at("muscles").fail("at least 1 muscle");
    }
    return prior;
}

} // namespace nmm
