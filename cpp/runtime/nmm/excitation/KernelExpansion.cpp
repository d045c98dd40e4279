#include "KernelExpansion.h"

#include "FrameKernelExpansion.h"
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

struct KernelExpansion::Impl {
    at::Tensor columns;
    at::Tensor mean;
    at::Tensor scale;
    at::Tensor frames;
    at::Tensor weights;
    at::Tensor offsets;
    double kernelWidth = 0.0;
    std::optional<FrameKernelExpansion> singleFrame;
};

KernelExpansion::KernelExpansion(const Artefact& artefact) : _impl(std::make_unique<Impl>()) {
    const c10::InferenceMode noGradients;
    const auto columns = findPoseInputs(artefact);
    _impl->columns =
            at::tensor(std::vector<std::int64_t>(columns.begin(), columns.end()), at::kLong);
    _impl->mean = copy(getPoseTensor(artefact, "mean"));
    _impl->scale = copy(getPoseTensor(artefact, "scale"));
    _impl->frames = copy(getPoseTensor(artefact, "frames"));
    _impl->weights = copy(getPoseTensor(artefact, "weights"));
    _impl->offsets = copy(getPoseTensor(artefact, "offsets"));
    _impl->kernelWidth = artefact.predictor.prior->pose->width;
    _impl->singleFrame.emplace(artefact);
}

KernelExpansion::~KernelExpansion() = default;
KernelExpansion::KernelExpansion(KernelExpansion&&) noexcept = default;
KernelExpansion& KernelExpansion::operator=(KernelExpansion&&) noexcept = default;

Matrix KernelExpansion::predict(const Matrix& inputs) const {
    if (inputs.rows == 1) {
        Matrix values(1, 0);
        values.values = _impl->singleFrame->predict(inputs.values);
        values.columns = values.values.size();
        return values;
    }
    const c10::InferenceMode noGradients;
    const SingleThread singleThread;
    const auto motion =
            view(inputs).index_select(1, _impl->columns).sub(_impl->mean).div(_impl->scale);
    const auto numFrames = motion.size(0);
    auto values = at::empty({numFrames, _impl->weights.size(0)}, at::kDouble);
    for (std::int64_t first = 0; first < numFrames; first += FramesAtOnce) {
        const auto count = std::min(FramesAtOnce, numFrames - first);
        // Differences, not |x|^2 - 2xy + |y|^2: near frames keep their digits.
        const auto distances = at::cdist(motion.narrow(0, first, count), _impl->frames, 2.0, 2);
        const auto kernels = distances.square_().mul_(-_impl->kernelWidth).exp_();
        values.narrow(0, first, count).copy_(at::linear(kernels, _impl->weights, _impl->offsets));
    }
    return toMatrix(values);
}

} // namespace nmm
