#pragma once

#include <nmm/artefact/Artefact.h>

#include <cstddef>
#include <vector>

namespace nmm {

/// What a transformer makes of a frame's inputs before its first layer: envelopes become the
/// logarithm of their share of the channel's peak, not below that of `rest`, and every input is
/// taken minus its mean and divided by its scale.
class TransformerInputs {
public:
    /// @param artefact its predictor is a transformer, whose tensors are checked
    explicit TransformerInputs(const Artefact& artefact);

    std::size_t size() const { return _mean.size(); }

    /// @param inputs       of one frame, see Predictor
    /// @param standardised as many
    void standardise(const double* inputs, double* standardised) const;

private:
    std::size_t _numEnvelopes; ///< EMG lags x channels
    double _rest;
    std::vector<double> _peaks; ///< one per channel
    std::vector<double> _mean;
    std::vector<double> _scale;
};

} // namespace nmm
