#include "Artefact.h"

#include "FittedPathReader.h"
#include "Json.h"
#include "JsonChecks.h"
#include "PredictorTensors.h"
#include "PriorReader.h"

#include <nmm/Error.h>
#include <nmm/Text.h>
#include <nmm/TimeSeries.h>
#include <nmm/muscles/Activation.h>

#include <algorithm>
#include <set>

namespace nmm {

namespace {

constexpr double MaxElectromechanicalDelay = 0.125; // s
constexpr double MinShapeFactor = -5.0;
constexpr double HalfPi = 1.57079632679489661923;

double readTimeConstant(const JsonReader& reader) {
    return reader.number("a number of at least " + toText(MinTimeConstant) + " s",
            [](double x) { return x >= MinTimeConstant; });
}

template <typename Item>
std::vector<std::string> getNames(const std::vector<Item>& items) {
    std::vector<std::string> names;
    for (const auto& item : items) {
        names.push_back(item.name);
    }
    return names;
}

/// The name of a channel or muscle, which `earlier` must not hold yet.
std::string readUniqueName(const JsonReader& reader, std::set<std::string>& earlier) {
    const auto name = reader.string();
    if (name.empty() || !earlier.insert(name).second) {
        reader.fail("a name that occurs once");
    }
    return name;
}

std::vector<Channel> readChannels(const JsonReader& reader) {
    std::vector<Channel> channels;
    std::set<std::string> names;
    for (const auto& item : reader.items()) {
        channels.push_back(
                {readUniqueName(item.at("name"), names), readNonNegative(item.at("gain"))});
    }
    return channels;
}

/// Names that must occur in Artefact::coordinates too.
std::vector<std::string> readCoordinates(
        const JsonReader& reader, const std::vector<std::string>& coordinates) {
    for (const auto& item : reader.items()) {
        readIndex(item, coordinates, "one of the artefact's coordinates");
    }
    return reader.names();
}

PredictorArchitecture readPredictor(const JsonReader& reader, const Artefact& artefact) {
    PredictorArchitecture predictor;
    const auto& coordinates = artefact.coordinates;
    predictor.family = artefact.format == 1 ? reader.at("family").choice({"mlp"})
                                            : reader.at("family").choice({"mlp", "posterior"});
    predictor.hiddenActivation = reader.at("hidden_activation").choice({"tanh", "relu"});
    predictor.numLayers = reader.at("layers").count();
    if (predictor.numLayers == 0) {
        reader.at("layers").fail("at least 1 layer");
    }
    const auto inputs = reader.at("inputs");
    for (const auto& lag : inputs.at("emg_lags").items()) {
        predictor.emgLags.push_back(readNonNegative(lag));
    }
    predictor.coordinates = readCoordinates(inputs.at("coordinates"), coordinates);
    predictor.speeds = readCoordinates(inputs.at("speeds"), coordinates);
    if (inputs.has("external_loads")) {
        predictor.externalLoads = inputs.at("external_loads").names();
    }
    if (predictor.family == "posterior") {
        predictor.prior = readPrior(reader.at("prior"), artefact.getChannelNames(), predictor);
    }
    return predictor;
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
    const auto channels = getNames(artefact.channels);
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
    if (artefact.format > 1 && !reader.at("interval").isNull()) {
        const auto interval = reader.at("interval");
        source.interval = {
                readNonNegative(interval.at("margin")), readNonNegative(interval.at("floor"))};
    }
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
    source.tiedTo = readIndex(to, getNames(artefact.muscles), "one of the artefact's muscles");
    if (artefact.muscles[source.tiedTo].source.kind == MuscleSource::Kind::Tied) {
        to.fail("a muscle that is not tied itself",
                "tie this muscle to the one at the end of the chain");
    }
    source.ratio = readNonNegative(reader.at("ratio"));
}

/// Kinds first: a muscle may be tied to one that comes later in the list.
void readMuscles(const JsonReader& reader, Artefact& artefact) {
    const auto items = reader.items();
    std::set<std::string> names;
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

std::size_t readFormat(const JsonReader& reader) {
    const auto version = reader.count();
    if (version == 0 || version > Artefact::FormatVersion) {
        reader.fail("a format from 1 to " + std::to_string(Artefact::FormatVersion),
                version == 0 ? "train again to write the file anew"
                             : "update nmm-opensim to read this file");
    }
    return version;
}

} // namespace

std::size_t Artefact::getNumOutputs() const {
    return predictor.prior ? predictor.prior->muscles.size()
                           : tensors.at(biasName(predictor.numLayers - 1)).values.size();
}

std::vector<std::string> Artefact::getChannelNames() const {
    return getNames(channels);
}

std::vector<std::string> Artefact::getMuscleNames() const {
    return getNames(muscles);
}

std::vector<FittedPath> Artefact::getFittedPaths() const {
    std::vector<FittedPath> paths;
    for (const auto& muscle : muscles) {
        if (muscle.path) {
            paths.push_back(*muscle.path);
        }
    }
    return paths;
}

Artefact Artefact::read(const std::filesystem::path& path) {
    const auto file = path.string();
    auto content = SafeTensors::read(path);
    const auto metadata = content.metadata.find("nmm");
    if (metadata == content.metadata.end()) {
        throw Error("'" + file +
                    "': Expected an artefact of nmm-opensim with the metadata entry "
                    "'nmm', but found none. Is this another kind of safetensors file?");
    }
    const auto json = parseJson(metadata->second, "'" + file + "', nmm");
    const JsonReader reader(json, file);
    Artefact artefact;
    artefact.format = readFormat(reader.at("format"));
    const auto pathTensors = takePathTensors(content.tensors);
    artefact.tensors = std::move(content.tensors);
    artefact.modelName = reader.at("model").at("name").string();
    const auto fingerprint = reader.at("model").at("fingerprint");
    fingerprint.keys();
    artefact.modelFingerprint = fingerprint.text();
    artefact.pathModel = reader.at("path_model").choice({"model", "fitted"});
    artefact.tendon = reader.at("tendon").choice({"rigid", "elastic"}) == "rigid"
                              ? TendonModel::Rigid
                              : TendonModel::Elastic;
    artefact.channels = readChannels(reader.at("channels"));
    artefact.electromechanicalDelay =
            reader.at("electromechanical_delay")
                    .number("a number from 0 to " + toText(MaxElectromechanicalDelay) + " s",
                            [](double x) { return x >= 0.0 && x <= MaxElectromechanicalDelay; });
    artefact.coordinates = reader.at("coordinates").names();
    artefact.momentCoordinates =
            readCoordinates(reader.at("moment_coordinates"), artefact.coordinates);
    artefact.predictor = readPredictor(reader.at("predictor"), artefact);
    checkPredictorTensors(artefact, "'" + file + "'");
    readMuscles(reader.at("muscles"), artefact);
    readFittedPaths(reader.at("muscles"), pathTensors, artefact, "'" + file + "'");
    return artefact;
}

} // namespace nmm
