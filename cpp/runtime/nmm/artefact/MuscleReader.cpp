#include "MuscleReader.h"

#include "JsonChecks.h"
#include "JudgementReader.h"

#include <nmm/Text.h>
#include <nmm/muscles/Activation.h>

#include <set>
#include <string>
#include <utility>

namespace nmm {

namespace {

constexpr double MinShapeFactor = -5.0;
constexpr double HalfPi = 1.57079632679489661923;

double readTimeConstant(const JsonReader& reader) {
    return reader.number("a number of at least " + toText(MinTimeConstant) + " s",
            [](double x) { return x >= MinTimeConstant; });
}

Muscle readMuscle(const JsonReader& reader) {
    Muscle muscle;
    muscle.maxIsometricForce = readPositive(reader.at("max_isometric_force"));
    muscle.optimalFiberLength = readPositive(reader.at("optimal_fiber_length"));
    muscle.tendonSlackLength = readPositive(reader.at("tendon_slack_length"));
    muscle.pennationAngleAtOptimal =
            reader.at("pennation_angle_at_optimal")
                    .number("an angle from 0 to below pi/2 rad",
                            [](double x) { return x >= 0.0 && x < HalfPi; });
    muscle.activationTimeConstant = readTimeConstant(reader.at("activation_time_constant"));
    muscle.deactivationTimeConstant = readTimeConstant(reader.at("deactivation_time_constant"));
    muscle.minimumActivation =
            reader.at("minimum_activation").number("a number from 0 to below 1", [](double x) {
                return x >= 0.0 && x < 1.0;
            });
    muscle.shapeFactor = reader.at("shape_factor")
                                 .number("a number from " + toText(MinShapeFactor) + " to 0",
                                         [](double x) { return x >= MinShapeFactor && x <= 0.0; });
    return muscle;
}

MuscleSource::Kind readKind(const JsonReader& reader) {
    const auto name = reader.choice({"measured", "deep", "tied", "unscored"});
    using Kind = MuscleSource::Kind;
    return name == "measured" ? Kind::Measured
           : name == "deep"   ? Kind::Deep
           : name == "tied"   ? Kind::Tied
                              : Kind::Unscored;
}

void readMeasured(const JsonReader& reader, const Artefact& artefact, MuscleSource& source) {
    const auto channels = artefact.getChannelNames();
    const auto names = reader.at("channels");
    for (const auto& item : names.items()) {
        source.channels.push_back(readIndex(item, channels, "one of the artefact's channels"));
    }
    if (names.names().empty()) {
        names.fail("at least 1 channel");
    }
    source.weights = reader.at("weights").numbers();
    if (source.weights.size() != source.channels.size()) {
        reader.at("weights").fail(
                "a list of " + std::to_string(source.channels.size()) + ", one weight per channel");
    }
}

void readPredicted(const JsonReader& reader, const Artefact& artefact, MuscleSource& source) {
    source.output = reader.at("output").count();
    const auto numOutputs = artefact.getNumOutputs();
    if (source.output >= numOutputs) {
        reader.at("output").fail(
                "an output of the network, from 0 to " + std::to_string(numOutputs - 1));
    }
    if (source.kind != MuscleSource::Kind::Deep) {
        return;
    }
    source.interval = readInterval(reader, artefact.format);
    source.judgement = readJudgement(reader, artefact.format);
    if (reader.at("recorded_channel").isNull()) {
        return;
    }
    const auto recorded = reader.at("recorded_channel");
    source.recordedChannel = recorded.string();
    for (const auto& channel : artefact.channels) {
        if (channel.name == source.recordedChannel) {
            // A score on a channel that the network has seen would be worthless.
            recorded.fail("a channel that is no input");
        }
    }
}

void readTied(const JsonReader& reader, const Artefact& artefact, MuscleSource& source) {
    const auto to = reader.at("to");
    source.tiedTo = readIndex(to, artefact.getMuscleNames(), "one of the artefact's muscles");
    if (artefact.muscles[source.tiedTo].source.kind == MuscleSource::Kind::Tied) {
        to.fail("a muscle that is not tied itself",
                "tie this muscle to the one at the end of the chain");
    }
    source.ratio = readNonNegative(reader.at("ratio"));
}

} // namespace

void readMuscles(const JsonReader& reader, Artefact& artefact) {
    const auto items = reader.items();
    std::set<std::string> names;
    // Kinds first: a muscle may be tied to one that comes later in the list.
    for (const auto& item : items) {
        auto muscle = readMuscle(item);
        muscle.name = readUniqueName(item.at("name"), names);
        muscle.source.kind = readKind(item.at("source").at("kind"));
        artefact.muscles.push_back(std::move(muscle));
    }
    if (items.empty()) {
        reader.fail("at least 1 muscle");
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto entry = items[i].at("source");
        auto& source = artefact.muscles[i].source;
        switch (source.kind) {
        case MuscleSource::Kind::Measured:
            readMeasured(entry, artefact, source);
            break;
        case MuscleSource::Kind::Tied:
            readTied(entry, artefact, source);
            break;
        case MuscleSource::Kind::Deep:
        case MuscleSource::Kind::Unscored:
            readPredicted(entry, artefact, source);
            break;
        }
    }
}

} // namespace nmm
