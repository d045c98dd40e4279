#include "Prior.h"

#include <algorithm>
#include <cmath>

namespace nmm {

Matrix computePrior(
        const ExcitationPrior& prior, const Matrix& envelopes, const Matrix& population) {
    Matrix result(envelopes.rows, prior.muscles.size());
    const auto witness = [&](double share) { return std::log(std::clamp(share, prior.rest, 1.0)); };
    for (std::size_t m = 0; m < prior.muscles.size(); ++m) {
        const auto& muscle = prior.muscles[m];
        const auto numWitnesses = muscle.channels.size() + (muscle.populationPeak ? 1 : 0);
        for (std::size_t frame = 0; frame < envelopes.rows; ++frame) {
            double sum = 0.0;
            for (std::size_t i = 0; i < muscle.channels.size(); ++i) {
                sum += witness(envelopes(frame, muscle.channels[i]) / muscle.channelPeaks[i]);
            }
            if (muscle.populationPeak) {
                sum += witness(population(frame, m) / *muscle.populationPeak);
            }
            result(frame, m) = muscle.gain * std::exp(sum / static_cast<double>(numWitnesses));
        }
    }
    return result;
}

} // namespace nmm
