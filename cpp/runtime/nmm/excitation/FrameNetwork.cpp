#include "FrameNetwork.h"

#include <nmm/artefact/PredictorTensors.h>

#include <cmath>
#include <utility>

namespace nmm {

namespace {

double identity(double x) {
    return x;
}

double rectify(double x) {
    return x > 0.0 ? x : 0.0;
}

double logistic(double x) {
    return 1.0 / (1.0 + std::exp(-x));
}

double hyperbolicTangent(double x) {
    return std::tanh(x);
}

} // namespace

FrameNetwork::FrameNetwork(const Artefact& artefact)
        : _inputMean(artefact.tensors.at("predictor.input_mean").values),
          _inputScale(artefact.tensors.at("predictor.input_scale").values),
          _hiddenActivation(
                  artefact.predictor.hiddenActivation == "tanh" ? hyperbolicTangent : rectify),
          _outputActivation(artefact.predictor.prior ? identity : logistic) {
    for (std::size_t k = 0; k < artefact.predictor.numLayers; ++k) {
        const auto& weight = artefact.tensors.at(weightName(k));
        const auto numOutputs = weight.shape[0], numInputs = weight.shape[1];
        Layer layer{
                std::vector<double>(weight.values.size()), artefact.tensors.at(biasName(k)).values};
        for (std::size_t j = 0; j < numOutputs; ++j) {
            for (std::size_t i = 0; i < numInputs; ++i) {
                layer.weights[i * numOutputs + j] = weight.values[j * numInputs + i];
            }
        }
        _layers.push_back(std::move(layer));
    }
}

std::vector<double> FrameNetwork::predict(const std::vector<double>& inputs) const {
    std::vector<double> values(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        values[i] = (inputs[i] - _inputMean[i]) / _inputScale[i];
    }
    for (const auto& layer : _layers) {
        const auto numOutputs = layer.bias.size();
        auto sums = layer.bias;
        const double* weights = layer.weights.data();
        for (const double value : values) {
            for (std::size_t j = 0; j < numOutputs; ++j) {
                sums[j] += value * weights[j];
            }
            weights += numOutputs;
        }
        const auto activation = &layer == &_layers.back() ? _outputActivation : _hiddenActivation;
        for (auto& sum : sums) {
            sum = activation(sum);
        }
        values = std::move(sums);
    }
    return values;
}

} // namespace nmm
