#pragma once

#include "Activation.h"

#include <vector>

namespace nmm {

/// Excitations at frames less each muscle's electromechanical delay, frames x muscles.
Matrix sampleDelayed(const SampledExcitations& excitations, const std::vector<double>& frames,
        const std::vector<ActivationParameters>& parameters);

/// The adjoint of sampleDelayed().
struct DelayedGradients {
    Matrix excitations;         ///< samples x muscles
    std::vector<double> delays; ///< one per muscle
};
DelayedGradients computeDelayedGradients(const SampledExcitations& excitations,
        const std::vector<double>& frames, const std::vector<ActivationParameters>& parameters,
        const Matrix& gradient);

} // namespace nmm
