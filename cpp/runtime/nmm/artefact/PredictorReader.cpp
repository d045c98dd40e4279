#include "PredictorReader.h"

#include "JsonChecks.h"
#include "PriorReader.h"

namespace nmm {

PredictorArchitecture readPredictor(const JsonReader& reader, const Artefact& artefact) {
    PredictorArchitecture predictor;
    const auto readCoordinates = [&](const JsonReader& names) {
        return readNamesAmong(names, artefact.coordinates, "one of the artefact's coordinates");
    };
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
    predictor.coordinates = readCoordinates(inputs.at("coordinates"));
    predictor.speeds = readCoordinates(inputs.at("speeds"));
    if (inputs.has("external_loads")) {
        predictor.externalLoads = inputs.at("external_loads").names();
    }
    if (predictor.family == "posterior") {
        predictor.prior = readPrior(reader.at("prior"), artefact, predictor);
    }
    return predictor;
}

} // namespace nmm
