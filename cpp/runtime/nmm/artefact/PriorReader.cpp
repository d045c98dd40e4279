#include "PriorReader.h"

#include "JsonChecks.h"

namespace nmm {

namespace {

PriorMuscle readPriorMuscle(
        const JsonReader& reader, const std::vector<std::string>& channels, bool hasPopulation) {
    PriorMuscle muscle;
    muscle.gain = readNonNegative(reader.at("gain"));
    for (const auto& item : reader.at("channels").items()) {
        muscle.channels.push_back(readIndex(item, channels, "one of the artefact's channels"));
    }
    for (const auto& item : reader.at("channel_peaks").items()) {
        muscle.channelPeaks.push_back(readPositive(item));
    }
    if (muscle.channelPeaks.size() != muscle.channels.size()) {
        reader.at("channel_peaks")
                .fail("a list of " + std::to_string(muscle.channels.size()) +
                        ", one peak per channel");
    }
    const auto peak = reader.at("population_peak");
    if (!peak.isNull()) {
        if (!hasPopulation) {
            peak.fail("null, because there are no other subjects");
        }
        muscle.populationPeak = readPositive(peak);
    }
    if (muscle.channels.empty() && !muscle.populationPeak) {
        reader.at("channels").fail("a witness: a channel or other subjects");
    }
    return muscle;
}

} // namespace

ExcitationPrior readPrior(const JsonReader& reader, const std::vector<std::string>& channels,
        const PredictorArchitecture& predictor) {
    ExcitationPrior prior;
    prior.rest = reader.at("rest").number(
            "a number above 0, up to 1", [](double x) { return x > 0.0 && x <= 1.0; });
    const auto population = reader.at("population");
    if (!population.isNull()) {
        const auto coordinates = population.at("coordinates");
        for (const auto& item : coordinates.items()) {
            readIndex(item, predictor.coordinates, "one of the predictor's coordinates");
            readIndex(item, predictor.speeds, "one of the predictor's speeds");
        }
        prior.populationCoordinates = coordinates.names();
        if (prior.populationCoordinates.empty()) {
            coordinates.fail("at least 1 coordinate");
        }
        prior.kernelWidth = readPositive(population.at("kernel_width"));
    }
    const bool hasPopulation = !prior.populationCoordinates.empty();
    for (const auto& item : reader.at("muscles").items()) {
        prior.muscles.push_back(readPriorMuscle(item, channels, hasPopulation));
    }
    if (prior.muscles.empty()) {
        reader.at("muscles").fail("at least 1 muscle");
    }
    return prior;
}

} // namespace nmm
