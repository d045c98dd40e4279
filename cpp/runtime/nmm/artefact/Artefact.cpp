#include "Artefact.h"

#include "FittedPathReader.h"
#include "Json.h"
#include "JsonChecks.h"
#include "MuscleReader.h"
#include "PredictorReader.h"
#include "PredictorTensors.h"
#include "TrainingRangeReader.h"
#include "TransformerTensors.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <set>
#include <utility>

namespace nmm {

namespace {

constexpr double MaxElectromechanicalDelay = 0.125; // s

template <typename Item>
std::vector<std::string> getNames(const std::vector<Item>& items) {
    std::vector<std::string> names;
    for (const auto& item : items) {
        names.push_back(item.name);
    }
    return names;
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

std::string toText(Trust trust) {
    return trust == Trust::Trust         ? "trust"
           : trust == Trust::UseWithCare ? "use with care"
                                         : "do not use";
}

double PredictorArchitecture::getLongestMotionLag() const {
    return *std::max_element(motionLags.begin(), motionLags.end());
}

std::size_t Artefact::getNumOutputs() const {
    if (predictor.transformer) {
        return getTransformerShape(*this).numDrives - channels.size();
    }
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
    artefact.momentCoordinates = readNamesAmong(reader.at("moment_coordinates"),
            artefact.coordinates, "one of the artefact's coordinates");
    artefact.predictor = readPredictor(reader.at("predictor"), artefact);
    artefact.trainingRange = readTrainingRange(reader, artefact);
    checkPredictorTensors(artefact, "'" + file + "'");
    readMuscles(reader.at("muscles"), artefact);
    readFittedPaths(reader.at("muscles"), pathTensors, artefact, "'" + file + "'");
    return artefact;
}

} // namespace nmm
