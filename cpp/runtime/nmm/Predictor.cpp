#include "Predictor.h"

#include "Error.h"
#include "PredictorTensors.h"

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/tanh.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <utility>

namespace nmm {

namespace {

/// A view on the values, not a copy: they must outlive it.
at::Tensor view(const std::vector<double>& values, std::vector<std::int64_t> shape) {
    return at::from_blob(const_cast<double*>(values.data()), shape, at::kDouble);
}

at::Tensor copy(const Tensor& tensor) {
    return view(tensor.values, {tensor.shape.begin(), tensor.shape.end()}).clone();
}

/// Keeps LibTorch to one thread: on networks of this size threads wait for each other longer than
/// they help. The caller's own setting comes back, because Python may share this LibTorch.
class SingleThread {
public:
    SingleThread() : _numThreads(at::get_num_threads()) { set(1); }
    ~SingleThread() { set(_numThreads); }
    SingleThread(const SingleThread&) = delete;
    SingleThread& operator=(const SingleThread&) = delete;

private:
    void set(int numThreads) const {
        if (_numThreads != 1) {
            at::set_num_threads(numThreads);
        }
    }
    int _numThreads;
};

} // namespace

struct Predictor::Impl {
    struct Layer {
        at::Tensor weight;
        at::Tensor bias;
    };
    at::Tensor inputMean;
    at::Tensor inputScale;
    at::Tensor (*hiddenActivation)(const at::Tensor&);
    std::vector<Layer> layers;
};

Predictor::Predictor(const Artefact& artefact) : _impl(std::make_unique<Impl>()) {
    checkPredictorTensors(artefact, "Predictor of '" + artefact.modelName + "'");
    const c10::InferenceMode noGradients;
    const auto& tensors = artefact.tensors;
    _impl->inputMean = copy(tensors.at("predictor.input_mean"));
    _impl->inputScale = copy(tensors.at("predictor.input_scale"));
    _impl->hiddenActivation = artefact.predictor.hiddenActivation == "tanh" ? at::tanh : at::relu;
    for (std::size_t layer = 0; layer < artefact.predictor.numLayers; ++layer) {
        _impl->layers.push_back(
                {copy(tensors.at(weightName(layer))), copy(tensors.at(biasName(layer)))});
    }
    // LibTorch sets itself up in its first pass: pay for that when loading, not in the first frame.
    predict(Matrix(1, static_cast<std::size_t>(_impl->inputMean.size(0))));
}

Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

Matrix Predictor::predict(const Matrix& inputs) const {
    const auto numInputs = static_cast<std::size_t>(_impl->inputMean.size(0));
    if (inputs.columns != numInputs) {
        throw Error("Predictor: Expected " + std::to_string(numInputs) +
                    " inputs per frame, but received " + std::to_string(inputs.columns) + ".");
    }
    const c10::InferenceMode noGradients;
    const SingleThread singleThread;
    const auto numFrames = static_cast<std::int64_t>(inputs.rows);
    auto values = view(inputs.values, {numFrames, _impl->inputMean.size(0)});
    values = values.sub(_impl->inputMean).div(_impl->inputScale);
    for (const auto& layer : _impl->layers) {
        values = at::linear(values, layer.weight, layer.bias);
        const bool isOutput = &layer == &_impl->layers.back();
        values = isOutput ? at::sigmoid(values) : _impl->hiddenActivation(values);
    }
    values = values.contiguous();

    Matrix outputs(inputs.rows, static_cast<std::size_t>(values.size(1)));
    std::copy_n(values.const_data_ptr<double>(), outputs.values.size(), outputs.values.begin());
    return outputs;
}

} // namespace nmm
