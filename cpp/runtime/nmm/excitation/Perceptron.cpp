#include "Perceptron.h"

#include "FrameNetwork.h"
#include "TorchTensors.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tanh.h>
#include <c10/core/InferenceMode.h>
#include <nmm/artefact/PredictorTensors.h>

#include <optional>

namespace nmm {

struct Perceptron::Impl {
    struct Layer {
        at::Tensor weight;
        at::Tensor bias;
    };
    at::Tensor inputMean;
    at::Tensor inputScale;
    at::Tensor (*hiddenActivation)(const at::Tensor&);
    std::vector<Layer> layers;
    bool givesExcitations = true;
    std::optional<FrameNetwork> singleFrame;
};

Perceptron::Perceptron(const Artefact& artefact) : _impl(std::make_unique<Impl>()) {
    const c10::InferenceMode noGradients;
    const auto& tensors = artefact.tensors;
    _impl->inputMean = copy(tensors.at("predictor.input_mean"));
    _impl->inputScale = copy(tensors.at("predictor.input_scale"));
    _impl->hiddenActivation = artefact.predictor.hiddenActivation == "tanh" ? at::tanh : at::relu;
    _impl->givesExcitations = !artefact.predictor.prior;
    for (std::size_t layer = 0; layer < artefact.predictor.numLayers; ++layer) {
        _impl->layers.push_back(
                {copy(tensors.at(weightName(layer))), copy(tensors.at(biasName(layer)))});
    }
    _impl->singleFrame.emplace(artefact);
}

Perceptron::~Perceptron() = default;
Perceptron::Perceptron(Perceptron&&) noexcept = default;
Perceptron& Perceptron::operator=(Perceptron&&) noexcept = default;

Matrix Perceptron::predict(const Matrix& inputs) const {
    if (inputs.rows == 1) {
        Matrix outputs(1, 0);
        outputs.values = _impl->singleFrame->predict(inputs.values);
        outputs.columns = outputs.values.size();
        return outputs;
    }
    const c10::InferenceMode noGradients;
    const SingleThread singleThread;
    auto values = view(inputs).sub(_impl->inputMean).div(_impl->inputScale);
    for (const auto& layer : _impl->layers) {
        values = at::linear(values, layer.weight, layer.bias);
        if (&layer != &_impl->layers.back()) {
            values = _impl->hiddenActivation(values);
        }
    }
    return toMatrix(_impl->givesExcitations ? at::sigmoid(values) : values);
}

} // namespace nmm
