#include "FrameTransformer.h"

#include "BlockProduct.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace nmm {

namespace {

using Linear = FrameTransformer::Linear;
using Values = std::vector<double>;

constexpr double NormEpsilon = 1e-5;
constexpr double LargestLogarithm = 100.0; // nothing overflows

double rectify(double x) {
    return x > 0.0 ? x : 0.0;
}

/// Within 3e-16 of std::tanh, in less than half its time.
double hyperbolicTangent(double x) {
    return 1.0 - 2.0 / (std::exp(2.0 * x) + 1.0);
}

const Values& getValues(const Artefact& artefact, const std::string& name) {
    return artefact.tensors.at("predictor." + name).values;
}

/// @param weights outputs x inputs
Linear transpose(const Values& weights, const Values& bias) {
    const auto numOutputs = bias.size(), numInputs = weights.size() / numOutputs;
    Linear linear{Values(weights.size()), bias};
    for (std::size_t j = 0; j < numOutputs; ++j) {
        for (std::size_t i = 0; i < numInputs; ++i) {
            linear.weights[i * numOutputs + j] = weights[j * numInputs + i];
        }
    }
    return linear;
}

/// Let a linear map take over the scale and the shift of the layer norm in front of it.
/// @param weights outputs x inputs
void takeNorm(const Values& scale, const Values& shift, Values& weights, Values& bias) {
    const auto numInputs = scale.size();
    for (std::size_t j = 0; j < bias.size(); ++j) {
        for (std::size_t i = 0; i < numInputs; ++i) {
            auto& weight = weights[j * numInputs + i];
            bias[j] += weight * shift[i];
            weight *= scale[i];
        }
    }
}

Linear readLinear(const Artefact& artefact, const std::string& name) {
    return transpose(getValues(artefact, name + ".weight"), getValues(artefact, name + ".bias"));
}

Linear readNormed(const Artefact& artefact, const std::string& norm, const std::string& name) {
    auto weights = getValues(artefact, name + ".weight");
    auto bias = getValues(artefact, name + ".bias");
    takeNorm(getValues(artefact, norm + ".weight"), getValues(artefact, norm + ".bias"), weights,
            bias);
    return transpose(weights, bias);
}

/// Scores are divided by the root of a head's width.
void scaleQueries(Linear& attentionIn, std::size_t width, std::size_t numHeads) {
    const double factor = 1.0 / std::sqrt(static_cast<double>(width / numHeads));
    for (std::size_t i = 0; i < attentionIn.weights.size(); ++i) {
        attentionIn.weights[i] *= i % (3 * width) < width ? factor : 1.0;
    }
    for (std::size_t j = 0; j < width; ++j) {
        attentionIn.bias[j] *= factor;
    }
}

/// A layer norm without scale and shift.
void normalise(const double* token, std::size_t width, double* normed) {
    double mean = 0.0, variance = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
        mean += token[i];
    }
    mean /= static_cast<double>(width);
    for (std::size_t i = 0; i < width; ++i) {
        normed[i] = token[i] - mean;
        variance += normed[i] * normed[i];
    }
    variance /= static_cast<double>(width);
    const double factor = 1.0 / std::sqrt(variance + NormEpsilon);
    for (std::size_t i = 0; i < width; ++i) {
        normed[i] *= factor;
    }
}

void softmax(double* scores, std::size_t count) {
    const double greatest = *std::max_element(scores, scores + count);
    double sum = 0.0;
    for (std::size_t i = 0; i < count; ++i) {
        scores[i] = std::exp(scores[i] - greatest);
        sum += scores[i];
    }
    for (std::size_t i = 0; i < count; ++i) {
        scores[i] /= sum;
    }
}

Block<const double> asConst(const Block<double>& block) {
    return {block.values, block.rows, block.columns, block.stride};
}

/// Columns `first` to `first + columns` of some rows of a table of `stride` columns.
Block<double> select(Values& table, std::size_t rows, std::size_t stride, std::size_t first,
        std::size_t columns) {
    return {table.data() + first, rows, columns, stride};
}

void addLinear(const Linear& linear, const Block<double>& inputs, const Block<double>& sums) {
    for (std::size_t row = 0; row < sums.rows; ++row) {
        double* sum = sums.values + row * sums.stride;
        for (std::size_t j = 0; j < sums.columns; ++j) {
            sum[j] += linear.bias[j];
        }
    }
    addProduct(asConst(inputs),
            {linear.weights.data(), inputs.columns, sums.columns, linear.bias.size()}, sums);
}

} // namespace

/// What one frame needs beside its inputs, allocated once; row-major.
struct FrameTransformer::Workspace {
    Values tokens;  ///< tokens x width
    Values normed;  ///< tokens x width
    Values inner;   ///< tokens x (queries, keys, values)
    Values keys;    ///< width x tokens
    Values scores;  ///< tokens x tokens
    Values context; ///< tokens x width
    Values hidden;  ///< tokens x feed-forward width

    explicit Workspace(const TransformerShape& shape)
            : normed(shape.numTokens * shape.width), inner(3 * shape.numTokens * shape.width),
              keys(shape.numTokens * shape.width), scores(shape.numTokens * shape.numTokens),
              context(shape.numTokens * shape.width),
              hidden(shape.numTokens * shape.feedForwardWidth) {}

    void normaliseTokens(std::size_t count, std::size_t width) {
        for (std::size_t token = 0; token < count; ++token) {
            normalise(&tokens[token * width], width, &normed[token * width]);
        }
    }
};

FrameTransformer::FrameTransformer(const Artefact& artefact)
        : _shape(getTransformerShape(artefact)),
          _numHeads(artefact.predictor.transformer->numHeads),
          _activation(artefact.predictor.hiddenActivation == "tanh" ? hyperbolicTangent : rectify),
          _embedding(readLinear(artefact, "embedding")),
          _outputWeights(getValues(artefact, "output.weight")),
          _outputScale(getValues(artefact, "output_scale")) {
    for (std::size_t k = 0; k < artefact.predictor.numLayers; ++k) {
        const auto prefix = std::to_string(k) + ".";
        Layer layer{readNormed(artefact, prefix + "attention_norm", prefix + "attention.in"),
                readLinear(artefact, prefix + "attention.out"),
                readNormed(artefact, prefix + "feed_forward_norm", prefix + "feed_forward.0"),
                readLinear(artefact, prefix + "feed_forward.1")};
        scaleQueries(layer.attentionIn, _shape.width, _numHeads);
        _layers.push_back(std::move(layer));
    }
    auto bias = getValues(artefact, "output.bias");
    takeNorm(getValues(artefact, "norm.weight"), getValues(artefact, "norm.bias"), _outputWeights,
            bias);
    _skip = transpose(getValues(artefact, "skip.weight"), bias);
}

std::vector<double> FrameTransformer::predict(const std::vector<double>& inputs) const {
    Workspace work(_shape);
    const Block<const double> row{inputs.data(), 1, inputs.size(), inputs.size()};
    const auto numNumbers = _embedding.bias.size(), numDrives = _shape.numDrives;
    work.tokens = _embedding.bias;
    addProduct(row, {_embedding.weights.data(), inputs.size(), numNumbers, numNumbers},
            {work.tokens.data(), 1, numNumbers, numNumbers});
    for (const auto& layer : _layers) {
        // Nobody asks for the other tokens of the last layer.
        const auto numTokens = &layer == &_layers.back() ? numDrives : _shape.numTokens;
        attend(layer, numTokens, work);
        feedForward(layer, numTokens, work);
    }
    work.normaliseTokens(numDrives, _shape.width);
    auto drives = _skip.bias;
    addProduct(row, {_skip.weights.data(), inputs.size(), numDrives, numDrives},
            {drives.data(), 1, numDrives, numDrives});
    for (std::size_t j = 0; j < numDrives; ++j) {
        for (std::size_t i = 0; i < _shape.width; ++i) {
            const auto position = j * _shape.width + i;
            drives[j] += _outputWeights[position] * work.normed[position];
        }
        drives[j] = _outputScale[j] * std::exp(std::min(drives[j], LargestLogarithm));
    }
    return drives;
}

void FrameTransformer::attend(const Layer& layer, std::size_t numTokens, Workspace& work) const {
    const auto numAll = _shape.numTokens, width = _shape.width, headWidth = width / _numHeads;
    work.normaliseTokens(numAll, width);
    std::fill(work.inner.begin(), work.inner.end(), 0.0);
    addLinear(layer.attentionIn, select(work.normed, numAll, width, 0, width),
            select(work.inner, numAll, 3 * width, 0, 3 * width));
    for (std::size_t token = 0; token < numAll; ++token) {
        for (std::size_t i = 0; i < width; ++i) {
            work.keys[i * numAll + token] = work.inner[(3 * token + 1) * width + i];
        }
    }
    std::fill(work.context.begin(), work.context.end(), 0.0);
    for (std::size_t first = 0; first < width; first += headWidth) {
        const auto scores = select(work.scores, numTokens, numAll, 0, numAll);
        std::fill(work.scores.begin(), work.scores.end(), 0.0);
        addProduct(asConst(select(work.inner, numTokens, 3 * width, first, headWidth)),
                {&work.keys[first * numAll], headWidth, numAll, numAll}, scores);
        for (std::size_t token = 0; token < numTokens; ++token) {
            softmax(scores.values + token * numAll, numAll);
        }
        addProduct(asConst(scores),
                asConst(select(work.inner, numAll, 3 * width, 2 * width + first, headWidth)),
                select(work.context, numTokens, width, first, headWidth));
    }
    addLinear(layer.attentionOut, select(work.context, numTokens, width, 0, width),
            select(work.tokens, numTokens, width, 0, width));
}

void FrameTransformer::feedForward(
        const Layer& layer, std::size_t numTokens, Workspace& work) const {
    const auto width = _shape.width, hiddenWidth = _shape.feedForwardWidth;
    work.normaliseTokens(numTokens, width);
    std::fill(work.hidden.begin(), work.hidden.end(), 0.0);
    addLinear(layer.hidden, select(work.normed, numTokens, width, 0, width),
            select(work.hidden, numTokens, hiddenWidth, 0, hiddenWidth));
    for (std::size_t i = 0; i < numTokens * hiddenWidth; ++i) {
        work.hidden[i] = _activation(work.hidden[i]);
    }
    addLinear(layer.hiddenOut, select(work.hidden, numTokens, hiddenWidth, 0, hiddenWidth),
            select(work.tokens, numTokens, width, 0, width));
}

} // namespace nmm
