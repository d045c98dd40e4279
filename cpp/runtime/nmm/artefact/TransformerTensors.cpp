#include "TransformerTensors.h"

#include "PredictorTensors.h"
#include "TensorChecks.h"

#include <nmm/Error.h>

#include <set>
#include <utility>
#include <vector>

namespace nmm {

namespace {

constexpr std::size_t MaxNumTokens = 512;
constexpr std::size_t MaxWidth = 1024;

const std::string Scale = "predictor.output_scale";
const std::string EmbeddingBias = "predictor.embedding.bias";
const std::string HiddenBias = "feed_forward.0.bias";

using Shapes = std::vector<std::pair<std::string, std::vector<std::size_t>>>;

/// @param dimensions what they are, for the message: "tokens x width"
const std::vector<std::size_t>& getShape(const Artefact& artefact, const std::string& name,
        std::size_t numDimensions, const std::string& dimensions, const std::string& what) {
    const auto& shape = getTensor(artefact, name, what).shape;
    if (shape.size() != numDimensions) {
        throw Error(what + ", tensor " + name + ": Expected the shape " + dimensions +
                    ", but found " + toString(shape) + ".");
    }
    return shape;
}

/// @param quantity for the message: "tokens"
void checkExtent(std::size_t extent, std::size_t least, std::size_t most,
        const std::string& quantity, const std::string& name, const std::string& what) {
    if (extent < least || extent > most) {
        throw Error(what + ", tensor " + name + ": Expected " + std::to_string(least) + " to " +
                    std::to_string(most) + " " + quantity + ", but found " +
                    std::to_string(extent) + ".");
    }
}

/// The sizes that the tensors' own shapes tell, within their limits.
TransformerShape readShape(const Artefact& artefact, const std::string& what) {
    const auto numChannels = artefact.channels.size();
    const auto& scale = getShape(artefact, Scale, 1, "drives", what);
    // Every drive has a token.
    checkExtent(scale[0], numChannels > 0 ? numChannels : 1, MaxNumTokens,
            "drives, the channels' and the outputs'", Scale, what);
    const auto& embedding = getShape(artefact, EmbeddingBias, 2, "tokens x width", what);
    checkExtent(embedding[0], scale[0], MaxNumTokens, "tokens", EmbeddingBias, what);
    checkExtent(embedding[1], 1, MaxWidth, "numbers a token", EmbeddingBias, what);
    const auto hiddenBias = encoderName(0, HiddenBias);
    const auto& hidden = getShape(artefact, hiddenBias, 1, "feed-forward width", what);
    checkExtent(hidden[0], 1, MaxWidth, "numbers", hiddenBias, what);
    return {scale[0], embedding[0], embedding[1], hidden[0]};
}

void addLayer(Shapes& shapes, std::size_t layer, const TransformerShape& shape) {
    const auto width = shape.width, hidden = shape.feedForwardWidth;
    const auto add = [&](const std::string& name, std::vector<std::size_t> extents) {
        shapes.emplace_back(encoderName(layer, name), std::move(extents));
    };
    add("attention_norm.weight", {width});
    add("attention_norm.bias", {width});
    add("attention.in.weight", {3 * width, width});
    add("attention.in.bias", {3 * width});
    add("attention.out.weight", {width, width});
    add("attention.out.bias", {width});
    add("feed_forward_norm.weight", {width});
    add("feed_forward_norm.bias", {width});
    add("feed_forward.0.weight", {hidden, width});
    add(HiddenBias, {hidden});
    add("feed_forward.1.weight", {width, hidden});
    add("feed_forward.1.bias", {width});
}

/// All tensors of the transformer, but for mean and scale of its inputs.
Shapes listTensors(const Artefact& artefact, const TransformerShape& shape) {
    const auto numInputs = getNumInputs(artefact);
    Shapes shapes{{"predictor.channel_peaks", {artefact.channels.size()}},
            {Scale, {shape.numDrives}},
            {"predictor.embedding.weight", {shape.numTokens, shape.width, numInputs}},
            {EmbeddingBias, {shape.numTokens, shape.width}}};
    for (std::size_t layer = 0; layer < artefact.predictor.numLayers; ++layer) {
        addLayer(shapes, layer, shape);
    }
    shapes.insert(shapes.end(),
            {{"predictor.norm.weight", {shape.width}}, {"predictor.norm.bias", {shape.width}},
                    {"predictor.output.weight", {shape.numDrives, shape.width}},
                    {"predictor.output.bias", {shape.numDrives}},
                    {"predictor.skip.weight", {shape.numDrives, numInputs}}});
    return shapes;
}

void checkNoOthers(const Artefact& artefact, const Shapes& shapes, const std::string& what) {
    std::set<std::string> known{"predictor.input_mean", "predictor.input_scale"};
    for (const auto& [name, extents] : shapes) {
        known.insert(name);
    }
    for (const auto& [name, tensor] : artefact.tensors) {
        if (known.count(name) == 0) {
            throw Error(what + ", tensor " + name + ": Expected no such tensor beside the " +
                        std::to_string(known.size()) + " of a transformer of " +
                        std::to_string(artefact.predictor.numLayers) +
                        " layers, but found one of shape " + toString(tensor.shape) + ".");
        }
    }
}

} // namespace

std::string encoderName(std::size_t layer, const std::string& name) {
    return "predictor." + std::to_string(layer) + "." + name;
}

TransformerShape getTransformerShape(const Artefact& artefact) {
    const auto& embedding = artefact.tensors.at(EmbeddingBias).shape;
    return {artefact.tensors.at(Scale).shape[0], embedding[0], embedding[1],
            artefact.tensors.at(encoderName(0, HiddenBias)).shape[0]};
}

void checkTransformerTensors(const Artefact& artefact, const std::string& what) {
    const auto shape = readShape(artefact, what);
    const auto numHeads = artefact.predictor.transformer->numHeads;
    if (shape.width % numHeads != 0) {
        throw Error(what + ", predictor.heads: Expected a divisor of the tokens' width " +
                    std::to_string(shape.width) + ", but found " + std::to_string(numHeads) + ".");
    }
    const auto shapes = listTensors(artefact, shape);
    for (const auto& [name, extents] : shapes) {
        checkTensor(artefact, name, extents, what);
    }
    checkNoOthers(artefact, shapes, what);
    checkPositive(artefact, "predictor.channel_peaks", what);
    checkNonNegative(artefact, Scale, what);
}

} // namespace nmm
