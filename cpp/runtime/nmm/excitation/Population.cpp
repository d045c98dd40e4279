#include "Population.h"

#include "FramePopulation.h"
#include "TorchTensors.h"

#include <ATen/ops/cdist.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <nmm/artefact/PredictorTensors.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace nmm {

namespace {

// Distances of this many frames at once: memory, not speed, is the limit.
constexpr std::int64_t FramesAtOnce = 1024;

} // namespace

struct Population::Impl {
    at::Tensor columns;
    at::Tensor mean;
    at::Tensor scale;
    at::Tensor frames;
    at::Tensor weights;
    at::Tensor offsets;
    double kernelWidth = 0.0;
    std::optional<FramePopulation> singleFrame;
};

Population::Population(const Artefact& artefact) : _impl(std::make_unique<Impl>()) {
    const c10::InferenceMode noGradients;
    const auto& tensors = artefact.tensors;
    const auto columns = findPopulationInputs(artefact);
    _impl->columns =
            at::tensor(std::vector<std::int64_t>(columns.begin(), columns.end()), at::kLong);
    _impl->mean = copy(tensors.at("population.mean"));
    _impl->scale = copy(tensors.at("population.scale"));
    _impl->frames = copy(tensors.at("population.frames"));
    _impl->weights = copy(tensors.at("population.weights"));
    _impl->offsets = copy(tensors.at("population.offsets"));
    _impl->kernelWidth = artefact.predictor.prior->kernelWidth;
    _impl->singleFrame.emplace(artefact);
}

Population::~Population() = default;
Population::Population(Population&&) noexcept = default;
Population& Population::operator=(Population&&) noexcept = default;

Matrix Population::predict(const Matrix& inputs) const {
    if (inputs.rows == 1) {
        Matrix shares(1, 0);
        shares.values = _impl->singleFrame->predict(inputs.values);
        shares.columns = shares.values.size();
        return shares;
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
