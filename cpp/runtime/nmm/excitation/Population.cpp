#include "Population.h"

#include "TorchTensors.h"

#include <ATen/ops/cdist.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

// Distances of this many frames at once: memory, not speed, is the limit.
constexpr std::int64_t FramesAtOnce = 1024;

/// Where the coordinates' values, then their speeds, are among the network's inputs.
std::vector<std::int64_t> findColumns(const Artefact& artefact) {
    const auto& predictor = artefact.predictor;
    auto first = predictor.emgLags.size() * artefact.channels.size();
    std::vector<std::int64_t> columns;
    for (const auto* names : {&predictor.coordinates, &predictor.speeds}) {
        for (const auto& name : predictor.prior->populationCoordinates) {
            const auto found = std::find(names->begin(), names->end(), name);
            columns.push_back(static_cast<std::int64_t>(first) + (found - names->begin()));
        }
        first += names->size();
    }
    return columns;
}

} // namespace

struct Population::Impl {
    at::Tensor columns;
    at::Tensor mean;
    at::Tensor scale;
    at::Tensor frames;
    at::Tensor weights;
    at::Tensor offsets;
    double kernelWidth = 0.0;

    /// For the single frame that an integrator asks for, see FrameNetwork.
    Matrix predictFrame(const Matrix& inputs) const;
};

Population::Population(const Artefact& artefact) : _impl(std::make_unique<Impl>()) {
    const c10::InferenceMode noGradients;
    const auto& tensors = artefact.tensors;
    _impl->columns = at::tensor(findColumns(artefact), at::kLong);
    _impl->mean = copy(tensors.at("population.mean"));
    _impl->scale = copy(tensors.at("population.scale"));
    _impl->frames = copy(tensors.at("population.frames"));
    _impl->weights = copy(tensors.at("population.weights"));
    _impl->offsets = copy(tensors.at("population.offsets"));
    _impl->kernelWidth = artefact.predictor.prior->kernelWidth;
}

Population::~Population() = default;
Population::Population(Population&&) noexcept = default;
Population& Population::operator=(Population&&) noexcept = default;

Matrix Population::Impl::predictFrame(const Matrix& inputs) const {
    const auto numColumns = static_cast<std::size_t>(columns.size(0));
    const auto numFrames = static_cast<std::size_t>(frames.size(0));
    const auto numOutputs = static_cast<std::size_t>(weights.size(0));
    const auto* column = columns.const_data_ptr<std::int64_t>();
    std::vector<double> motion(numColumns);
    for (std::size_t i = 0; i < numColumns; ++i) {
        motion[i] = (inputs(0, static_cast<std::size_t>(column[i])) -
                            mean.const_data_ptr<double>()[i]) /
                    scale.const_data_ptr<double>()[i];
    }
    Matrix shares(1, numOutputs);
    std::copy_n(offsets.const_data_ptr<double>(), numOutputs, shares.values.begin());
    const auto* frame = frames.const_data_ptr<double>();
    const auto* weight = weights.const_data_ptr<double>();
    for (std::size_t k = 0; k < numFrames; ++k, frame += numColumns) {
        double squared = 0.0;
        for (std::size_t i = 0; i < numColumns; ++i) {
            squared += (motion[i] - frame[i]) * (motion[i] - frame[i]);
        }
        const double kernel = std::exp(-kernelWidth * squared);
        for (std::size_t j = 0; j < numOutputs; ++j) {
            shares.values[j] += kernel * weight[j * numFrames + k];
        }
    }
    for (auto& share : shares.values) {
        share = std::clamp(share, 0.0, 1.0);
    }
    return shares;
}

Matrix Population::predict(const Matrix& inputs) const {
    if (inputs.rows == 1) {
        return _impl->predictFrame(inputs);
    }
    const c10::InferenceMode noGradients;
    const SingleThread singleThread;
    const auto motion =
            view(inputs).index_select(1, _impl->columns).sub(_impl->mean).div(_impl->scale);
    const auto numFrames = motion.size(0);
    auto shares = at::empty({numFrames, _impl->weights.size(0)}, at::kDouble);
    for (std::int64_t first = 0; first < numFrames; first += FramesAtOnce) {
        const auto count = std::min(FramesAtOnce, numFrames - first);
        // Differences, not |x|^2 - 2xy + |y|^2: near frames keep their digits.
        const auto distances = at::cdist(motion.narrow(0, first, count), _impl->frames, 2.0, 2);
        const auto kernels = distances.square_().mul_(-_impl->kernelWidth).exp_();
        shares.narrow(0, first, count)
                .copy_(at::linear(kernels, _impl->weights, _impl->offsets).clamp_(0.0, 1.0));
    }
    return toMatrix(shares);
}

} // namespace nmm
