#include "Transformer.h"

#include "FrameTransformer.h"
#include "TorchTensors.h"
#include "TransformerInputs.h"

#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tanh.h>
#include <c10/core/InferenceMode.h>
#include <nmm/artefact/TransformerTensors.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nmm {

namespace {

constexpr double NormEpsilon = 1e-5;
constexpr double LargestLogarithm = 100.0; // nothing overflows

// Numbers of a layer at once, 1 MiB: what leaves the processor's cache takes twice the time.
constexpr std::size_t NumbersAtOnce = std::size_t{1} << 17;

struct Affine {
    at::Tensor weight;
    at::Tensor bias;

    Affine(const Artefact& artefact, const std::string& name)
            : weight(copy(artefact.tensors.at("predictor." + name + ".weight"))),
              bias(copy(artefact.tensors.at("predictor." + name + ".bias"))) {}

    at::Tensor apply(const at::Tensor& values) const { return at::linear(values, weight, bias); }

    at::Tensor normalise(const at::Tensor& values) const {
        return at::layer_norm(values, weight.sizes(), weight, bias, NormEpsilon);
    }
};

struct Layer {
    Affine attentionNorm, attentionIn, attentionOut, hiddenNorm, hidden, hiddenOut;

    Layer(const Artefact& artefact, const std::string& prefix)
            : attentionNorm(artefact, prefix + "attention_norm"),
              attentionIn(artefact, prefix + "attention.in"),
              attentionOut(artefact, prefix + "attention.out"),
              hiddenNorm(artefact, prefix + "feed_forward_norm"),
              hidden(artefact, prefix + "feed_forward.0"),
              hiddenOut(artefact, prefix + "feed_forward.1") {}
};

/// @param tokens frames x tokens x width, normalised
at::Tensor attend(const Layer& layer, const at::Tensor& tokens, std::int64_t numHeads) {
    const auto numFrames = tokens.size(0), numTokens = tokens.size(1), width = tokens.size(2);
    const auto headWidth = width / numHeads;
    // Queries, keys and values: each frames x heads x tokens x width of a head.
    const auto parts = layer.attentionIn.apply(tokens)
                               .view({numFrames, numTokens, 3, numHeads, headWidth})
                               .permute({2, 0, 3, 1, 4});
    const auto queries = parts[0].div(std::sqrt(static_cast<double>(headWidth)));
    const auto weights = at::softmax(at::matmul(queries, parts[1].transpose(-2, -1)), -1);
    const auto context = at::matmul(weights, parts[2]);
    return layer.attentionOut.apply(context.transpose(1, 2).reshape({numFrames, numTokens, width}));
}

/// How many frames are computed at once, whatever the length of a trial.
std::size_t countFrames(const TransformerShape& shape, std::size_t numHeads) {
    const auto numbers = shape.numTokens *
                         (numHeads * shape.numTokens + 5 * shape.width + shape.feedForwardWidth);
    return std::max(NumbersAtOnce / numbers, std::size_t{1});
}

} // namespace

struct Transformer::Impl {
    explicit Impl(const Artefact& artefact)
            : shape(getTransformerShape(artefact)),
              numHeads(static_cast<std::int64_t>(artefact.predictor.transformer->numHeads)),
              framesAtOnce(countFrames(shape, artefact.predictor.transformer->numHeads)),
              activation(artefact.predictor.hiddenActivation == "tanh" ? at::tanh : at::relu),
              inputs(artefact), embedding(artefact, "embedding"), norm(artefact, "norm"),
              output(artefact, "output"),
              skipWeight(copy(artefact.tensors.at("predictor.skip.weight"))),
              outputScale(copy(artefact.tensors.at("predictor.output_scale"))),
              singleFrame(artefact) {
        embedding.weight = embedding.weight.flatten(0, 1);
        embedding.bias = embedding.bias.flatten();
        for (std::size_t k = 0; k < artefact.predictor.numLayers; ++k) {
            layers.emplace_back(artefact, std::to_string(k) + ".");
        }
    }

    /// @param standardised frames x inputs
    at::Tensor predict(const at::Tensor& standardised) const {
        const auto numTokens = static_cast<std::int64_t>(shape.numTokens);
        const auto width = static_cast<std::int64_t>(shape.width);
        auto tokens = embedding.apply(standardised).view({-1, numTokens, width});
        for (const auto& layer : layers) {
            tokens = tokens.add(attend(layer, layer.attentionNorm.normalise(tokens), numHeads));
            const auto hidden = activation(layer.hidden.apply(layer.hiddenNorm.normalise(tokens)));
            tokens = tokens.add(layer.hiddenOut.apply(hidden));
        }
        const auto drivers = norm.normalise(tokens.narrow(1, 0, output.bias.size(0)));
        const auto logarithms = drivers.mul(output.weight)
                                        .sum(-1)
                                        .add(at::linear(standardised, skipWeight, output.bias));
        return logarithms.clamp_max(LargestLogarithm).exp().mul(outputScale);
    }

    TransformerShape shape;
    std::int64_t numHeads;
    std::size_t framesAtOnce;
    at::Tensor (*activation)(const at::Tensor&);
    TransformerInputs inputs;
    Affine embedding; ///< to tokens x width in one row
    Affine norm;
    Affine output;
    at::Tensor skipWeight;
    at::Tensor outputScale;
    std::vector<Layer> layers;
    FrameTransformer singleFrame;
};

Transformer::Transformer(const Artefact& artefact) {
    const c10::InferenceMode noGradients;
    _impl = std::make_unique<Impl>(artefact);
}

Transformer::~Transformer() = default;
Transformer::Transformer(Transformer&&) noexcept = default;
Transformer& Transformer::operator=(Transformer&&) noexcept = default;

Matrix Transformer::predict(const Matrix& inputs) const {
    const auto numInputs = _impl->inputs.size(), numDrives = _impl->shape.numDrives;
    Matrix drives(inputs.rows, numDrives);
    const auto standardise = [&](std::size_t first, std::size_t count) {
        Matrix standardised(count, numInputs);
        for (std::size_t row = 0; row < count; ++row) {
            _impl->inputs.standardise(inputs.values.data() + (first + row) * numInputs,
                    standardised.values.data() + row * numInputs);
        }
        return standardised;
    };
    if (inputs.rows == 1) {
        drives.values = _impl->singleFrame.predict(standardise(0, 1).values);
        return drives;
    }
    const c10::InferenceMode noGradients;
    const SingleThread singleThread;
    for (std::size_t first = 0; first < inputs.rows; first += _impl->framesAtOnce) {
        const auto standardised =
                standardise(first, std::min(_impl->framesAtOnce, inputs.rows - first));
        const auto chunk = toMatrix(_impl->predict(view(standardised)));
        std::copy(chunk.values.begin(), chunk.values.end(),
                drives.values.begin() + static_cast<std::ptrdiff_t>(first * numDrives));
    }
    return drives;
}

} // namespace nmm
