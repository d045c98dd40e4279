#pragma once

#include <nmm/artefact/Artefact.h>
#include <nmm/artefact/TransformerTensors.h>

#include <cstddef>
#include <vector>

namespace nmm {

/// A transformer for one frame at a time, as an integrator asks: plain loops, because a single
/// frame through LibTorch takes longer in calls than in numbers. Over the frames of a whole trial
/// Transformer takes about as long for each. Both give the same to rounding.
class FrameTransformer {
public:
    /// @param artefact its predictor is a transformer, whose tensors are checked
    explicit FrameTransformer(const Artefact& artefact);

    /// @param inputs of one frame, standardised: see TransformerInputs
    /// @returns the drives of that frame
    std::vector<double> predict(const std::vector<double>& inputs) const;

    /// A linear map whose weights lie inputs x outputs: sums over inputs vectorise.
    struct Linear {
        std::vector<double> weights;
        std::vector<double> bias; ///< one per output
    };

private:
    struct Workspace;

    /// The scale and shift of each layer norm are in the linear map behind it.
    struct Layer {
        Linear attentionIn; ///< queries, divided by the root of a head's width; keys; values
        Linear attentionOut;
        Linear hidden;
        Linear hiddenOut;
    };

    /// Both add to the first tokens, as many as are asked for.
    void attend(const Layer& layer, std::size_t numTokens, Workspace& work) const;
    void feedForward(const Layer& layer, std::size_t numTokens, Workspace& work) const;

    TransformerShape _shape;
    std::size_t _numHeads;
    double (*_activation)(double);
    Linear _embedding; ///< to tokens x width
    std::vector<Layer> _layers;
    std::vector<double> _outputWeights; ///< drives x width
    Linear _skip;                       ///< to drives, with the bias of the outputs
    std::vector<double> _outputScale;
};

} // namespace nmm
