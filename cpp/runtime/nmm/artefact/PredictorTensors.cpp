#include "PredictorTensors.h"

#include "TensorChecks.h"
#include "TransformerTensors.h"

#include <nmm/Error.h>

#include <algorithm>

namespace nmm {

std::string weightName(std::size_t layer) {
    return "predictor." + std::to_string(layer) + ".weight";
}

std::string biasName(std::size_t layer) {
    return "predictor." + std::to_string(layer) + ".bias";
}

std::size_t getNumInputs(const Artefact& artefact) {
    const auto& predictor = artefact.predictor;
    const auto numMotionInputs =
            predictor.coordinates.size() + predictor.speeds.size() + predictor.externalLoads.size();
    return predictor.emgLags.size() * artefact.channels.size() +
           predictor.motionLags.size() * numMotionInputs;
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
    checkPositive(artefact, prefix + "scale", what);
    return 5;
}

/// Of the families whose network is a chain of linear layers.
void checkLinearLayers(const Artefact& artefact, const std::string& what) {
    auto width = getNumInputs(artefact);
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

} // namespace

void checkPredictorTensors(const Artefact& artefact, const std::string& what) {
    const auto numInputs = getNumInputs(artefact);
    checkTensor(artefact, "predictor.input_mean", {numInputs}, what);
    checkTensor(artefact, "predictor.input_scale", {numInputs}, what);
    checkPositive(artefact, "predictor.input_scale", what);
    if (artefact.predictor.transformer) {
        checkTransformerTensors(artefact, what);
    } else {
        checkLinearLayers(artefact, what);
    }
}

} // namespace nmm
