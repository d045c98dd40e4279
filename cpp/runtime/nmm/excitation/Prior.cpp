#include "Prior.h"

#include <algorithm>
#include <cmath>

namespace nmm {

namespace {

// Far beyond any share that an excitation can show; nothing overflows.
constexpr double LargestLogarithm = 100.0;

} // namespace

Matrix computePrior(const ExcitationPrior& prior, const Matrix& envelopes, const Matrix& pose) {
    Matrix result(envelopes.rows, prior.muscles.size());
    const double logRest = std::log(prior.rest);
    const double logMost = prior.endsAtPeak ? 0.0 : LargestLogarithm;
    const auto logShare = [&](double share) {
        const double held = std::max(share, prior.rest);
        return std::log(prior.endsAtPeak ? std::min(held, 1.0) : held);
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
            result(frame, m) = muscle.gain * std::exp(std::clamp(sum, logRest, logMost));
        }
    }
    return result;
}

} // namespace nmm
