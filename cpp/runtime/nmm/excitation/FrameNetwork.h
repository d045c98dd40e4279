#pragma once

#include <nmm/artefact/Artefact.h>

#include <vector>

namespace nmm {

/// The network of an artefact for one frame at a time, as an integrator asks: plain loops, because
/// LibTorch takes longer to be called than so small a network takes to answer. For the frames of a
/// whole trial at once LibTorch is the faster one. Both give the same to rounding.
class FrameNetwork {
public:
    /// @param artefact its tensors `predictor.*` are checked
    explicit FrameNetwork(const Artefact& artefact);

    /// @param inputs of one frame, see Predictor::predict()
    /// @returns the outputs of that frame
    std::vector<double> predict(const std::vector<double>& inputs) const;

private:
    struct Layer {
        std::vector<double> weights; ///< inputs x outputs: sums over inputs vectorise
        std::vector<double> bias;    ///< one per output
    };

    std::vector<double> _inputMean;
    std::vector<double> _inputScale;
    double (*_hiddenActivation)(double);
    double (*_outputActivation)(double);
    std::vector<Layer> _layers;
};

} // namespace nmm
