#include "PredictorTensors.h"

#include <nmm/Error.h>
#include <nmm/Text.h>

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

std::string toString(const std::vector<std::size_t>& shape) {
    std::string text;
    for (const auto extent : shape) {
        text += (text.empty() ? "" : " x ") + std::to_string(extent);
    }
    return text.empty() ? "a single number" : text;
}

const Tensor& getTensor(
        const Artefact& artefact, const std::string& name, const std::string& what) {
    const auto found = artefact.tensors.find(name);
    if (found == artefact.tensors.end()) {
        throw Error(what + ": Expected the tensor " + name + ", but found none.");
    }
    return found->second;
}

void checkTensor(const Artefact& artefact, const std::string& name,
        const std::vector<std::size_t>& shape, const std::string& what) {
    const auto& tensor = getTensor(artefact, name, what);
    if (tensor.shape != shape) {
        throw Error(what + ", tensor " + name + ": Expected the shape " + toString(shape) +
                    ", but found " + toString(tensor.shape) + ".");
    }
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
        if (!std::isfinite(tensor.values[i])) {
            throw Error(what + ", tensor " + name + ": Expected finite numbers, but found " +
                        toText(tensor.values[i]) + " at position " + std::to_string(i) + ".");
        }
    }
}

} // namespace

std::string weightName(std::size_t layer) {
    return "predictor." + std::to_string(layer) + ".weight";
}

std::string biasName(std::size_t layer) {
    return "predictor." + std::to_string(layer) + ".bias";
}

std::size_t getNumInputs(const Artefact& artefact) {
    const auto& predictor = artefact.predictor;
    return predictor.emgLags.size() * artefact.channels.size() + predictor.coordinates.size() +
           predictor.speeds.size() + predictor.externalLoads.size();
}

std::vector<std::size_t> findPoseInputs(const Artefact& artefact) {
    const auto& predictor = artefact.predictor;
    auto first = predictor.emgLags.size() * artefact.channels.size();
    std::vector<std::size_t> inputs;
    for (const auto* names : {&predictor.coordinates, &predictor.speeds}) {
        for (const auto& name : predictor.prior->pose->coordinates) {
            const auto found = std::find(names->begin(), names->end(), name);
            inputs.push_back(first + static_cast<std::size_t>(found - names->begin()));
        }
        first += names->size();
    }
    return inputs;
}

const Tensor& getPoseTensor(const Artefact& artefact, const std::string& name) {
    return artefact.tensors.at(artefact.predictor.prior->pose->tensorPrefix + name);
}

namespace {

void checkScale(const Artefact& artefact, const std::string& name, const std::string& what) {
    const auto& scale = artefact.tensors.at(name).values;
    const auto least = std::min_element(scale.begin(), scale.end());
    if (least != scale.end() && *least <= 0.0) {
        throw Error(what + ", tensor " + name + ": Expected numbers above 0, but found " +
                    toText(*least) + " at position " + std::to_string(least - scale.begin()) + ".");
    }
}

/// @returns the number of tensors that the pose needs
std::size_t checkPoseTensors(
        const Artefact& artefact, const ExcitationPrior& prior, const std::string& what) {
    if (!prior.pose) {
        return 0;
    }
    const auto& prefix = prior.pose->tensorPrefix;
    const auto width = 2 * prior.pose->coordinates.size();
    const auto& shape = getTensor(artefact, prefix + "frames", what).shape;
    const auto numFrames = shape.empty() ? 1 : shape.front();
    const auto numOutputs = prior.muscles.size();
    checkTensor(artefact, prefix + "frames", {numFrames, width}, what);
    checkTensor(artefact, prefix + "weights", {numOutputs, numFrames}, what);
    checkTensor(artefact, prefix + "offsets", {numOutputs}, what);
    checkTensor(artefact, prefix + "mean", {width}, what);
    checkTensor(artefact, prefix + "scale", {width}, what);
    checkScale(artefact, prefix + "scale", what);
    return 5;
}

} // namespace

void checkPredictorTensors(const Artefact& artefact, const std::string& what) {
    auto width = getNumInputs(artefact);
    checkTensor(artefact, "predictor.input_mean", {width}, what);
    checkTensor(artefact, "predictor.input_scale", {width}, what);
    checkScale(artefact, "predictor.input_scale", what);

    for (std::size_t layer = 0; layer < artefact.predictor.numLayers; ++layer) {
        const auto& weight = getTensor(artefact, weightName(layer), what);
        const auto outputs = weight.shape.empty() ? 0 : weight.shape.front();
        if (outputs == 0) {
            throw Error(what + ", tensor " + weightName(layer) +
                        ": Expected the shape outputs x inputs, but found " +
                        toString(weight.shape) + ".");
        }
        checkTensor(artefact, weightName(layer), {outputs, width}, what);
        checkTensor(artefact, biasName(layer), {outputs}, what);
        width = outputs;
    }

    auto numTensors = 2 + 2 * artefact.predictor.numLayers;
    if (const auto& prior = artefact.predictor.prior) {
        const auto numOutputs = artefact.channels.size() + prior->muscles.size();
        checkTensor(artefact, biasName(artefact.predictor.numLayers - 1), {numOutputs}, what);
        numTensors += checkPoseTensors(artefact, *prior, what);
    }
    if (artefact.tensors.size() != numTensors) {
        throw Error(what + ": Expected " + std::to_string(numTensors) + " tensors for " +
                    std::to_string(artefact.predictor.numLayers) + " layers" +
                    (artefact.predictor.prior ? " and a prior" : "") + ", but found " +
                    std::to_string(artefact.tensors.size()) + ".");
    }
}

} // namespace nmm
