#include "TransformerInputs.h"

#include <algorithm>
#include <cmath>

namespace nmm {

TransformerInputs::TransformerInputs(const Artefact& artefact)
        : _numEnvelopes(artefact.predictor.emgLags.size() * artefact.channels.size()),
          _rest(artefact.predictor.transformer->rest),
          _peaks(artefact.tensors.at("predictor.channel_peaks").values),
          _mean(artefact.tensors.at("predictor.input_mean").values),
          _scale(artefact.tensors.at("predictor.input_scale").values) {}

void TransformerInputs::standardise(const double* inputs, double* standardised) const {
    for (std::size_t i = 0; i < _mean.size(); ++i) {
        const double input =
                i < _numEnvelopes ? std::log(std::max(inputs[i] / _peaks[i % _peaks.size()], _rest))
                                  : inputs[i];
        standardised[i] = (input - _mean[i]) / _scale[i];
    }
}

} // namespace nmm
