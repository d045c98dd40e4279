#include "PredictorReader.h"

#include "JsonChecks.h"
#include "PriorReader.h"

#include <nmm/Text.h>

namespace nmm {

namespace {

constexpr double MaxMotionLag = 1.0; // s
constexpr std::size_t MaxNumEncoderLayers = 16;
constexpr std::size_t MaxNumHeads = 64; // scores of all pairs of tokens are kept for each

std::vector<std::string> getFamilies(std::size_t format) {
    return format == 1   ? std::vector<std::string>{"mlp"}
           : format == 2 ? std::vector<std::string>{"mlp", "posterior"}
                         : std::vector<std::string>{"mlp", "posterior", "transformer"};
}

std::size_t readNumLayers(const JsonReader& reader, const std::string& family) {
    const auto layers = reader.count();
    if (layers == 0) {
        reader.fail("at least 1 layer");
    }
    if (family == "transformer" && layers > MaxNumEncoderLayers) {
        reader.fail("at most " + std::to_string(MaxNumEncoderLayers) + " layers");
    }
    return layers;
}

/// @param inputs may leave them out
std::vector<double> readMotionLags(const JsonReader& inputs) {
    if (!inputs.has("motion_lags")) {
        return {0.0};
    }
    const auto entry = inputs.at("motion_lags");
    std::vector<double> lags;
    for (const auto& item : entry.items()) {
        lags.push_back(item.number("a number from 0 to " + toText(MaxMotionLag) + " s",
                [](double x) { return x >= 0.0 && x <= MaxMotionLag; }));
    }
    if (lags.empty() || lags.front() != 0.0) {
        entry.fail("a list that begins with 0, because a window ends at the frame's time");
    }
    return lags;
}

TransformerArchitecture readTransformer(const JsonReader& reader) {
    TransformerArchitecture transformer;
    transformer.numHeads = reader.at("heads").count();
    if (transformer.numHeads == 0) {
        reader.at("heads").fail("at least 1 head");
    }
    if (transformer.numHeads > MaxNumHeads) {
        reader.at("heads").fail("at most " + std::to_string(MaxNumHeads) + " heads");
    }
    transformer.rest = readRest(reader.at("rest"));
    return transformer;
}

} // namespace

PredictorArchitecture readPredictor(const JsonReader& reader, const Artefact& artefact) {
    PredictorArchitecture predictor;
    const auto readCoordinates = [&](const JsonReader& names) {
        return readNamesAmong(names, artefact.coordinates, "one of the artefact's coordinates");
    };
    predictor.family = reader.at("family").choice(getFamilies(artefact.format));
    predictor.hiddenActivation = reader.at("hidden_activation").choice({"tanh", "relu"});
    predictor.numLayers = readNumLayers(reader.at("layers"), predictor.family);
    const auto inputs = reader.at("inputs");
    for (const auto& lag : inputs.at("emg_lags").items()) {
        predictor.emgLags.push_back(readNonNegative(lag));
    }
    predictor.motionLags = readMotionLags(inputs);
    predictor.coordinates = readCoordinates(inputs.at("coordinates"));
    predictor.speeds = readCoordinates(inputs.at("speeds"));
    if (inputs.has("external_loads")) {
        predictor.externalLoads = inputs.at("external_loads").names();
    }
    if (predictor.family == "posterior") {
        predictor.prior = readPrior(reader.at("prior"), artefact, predictor);
    } else if (predictor.family == "transformer") {
        predictor.transformer = readTransformer(reader);
    }
    return predictor;
}

} // namespace nmm
