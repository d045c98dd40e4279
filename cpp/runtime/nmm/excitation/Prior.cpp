#include "Prior.h"

#include <algorithm>
#include <cmath>

namespace nmm {

Matrix computePrior(const ExcitationPrior& prior, const Matrix& envelopes, const Matrix& pose) {
    Matrix result(envelopes.rows, prior.muscles.size());
    const double logRest = std::log(prior.rest);
    const auto logShare = [&](double share) {
        return std::log(std::clamp(share, prior.rest, 1.0));
    };
    for (std::size_t m = 0; m < prior.muscles.size(); ++m) {
        const auto& muscle = prior.muscles[m];
        const auto readPose = [&](double value) {
            return muscle.posePeak ? logShare(std::clamp(value, 0.0, 1.0) / *muscle.posePeak)
                                   : value;
        };
        for (std::size_t frame = 0; frame < envelopes.rows; ++frame) {
            double sum = 0.0;
            for (std::size_t i = 0; i < muscle.channels.size(); ++i) {
                const double share = envelopes(frame, muscle.channels[i]) / muscle.channelPeaks[i];
                sum += muscle.weights[i] * logShare(share);
            }
            if (muscle.poseWeight != 0.0) {
                sum += muscle.poseWeight * readPose(pose(frame, m));
            }
            result(frame, m) = muscle.gain * std::exp(std::clamp(sum, logRest, 0.0));
        }
    }
    return result;
}

} // namespace nmm
