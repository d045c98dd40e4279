#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <cstddef>
#include <string>
#include <vector>

namespace nmm {

/// What the network sees beside the EMG, each with one row per frame. Columns come once for each of
/// PredictorArchitecture::motionLags, that of the frame's own time first.
struct FrameInputs {
    Matrix coordinates;   ///< x (lags x PredictorArchitecture::coordinates) (rad, m)
    Matrix speeds;        ///< x (lags x PredictorArchitecture::speeds) (rad/s, m/s)
    Matrix externalLoads; ///< x (lags x PredictorArchitecture::externalLoads); may be left out if
                          ///< there is none
};

/// How far frames lie outside what training saw, at their own time. Of one input x it is
/// max(0, (low - x)/(high - low), (x - high)/(high - low)), and of a group its inputs' largest.
struct Novelty {
    /// `channels`, `coordinates`, `speeds`; `external_loads` where the network sees any.
    std::vector<std::string> groups;
    Matrix values; ///< frames x groups, dimensionless; 0 is inside
    /// For each group the name of the input that lies farthest outside at any frame; empty where
    /// none does.
    std::vector<std::string> farthest;

    /// The largest of a frame's groups: above 0 the frame lies outside training.
    double getLargest(std::size_t frame) const;
    /// That of each frame.
    std::vector<double> getLargest() const;
    /// The share of frames that lie outside training; 0 without frames.
    double getOutsideShare() const;
};

/// @param artefact  has a training range
/// @param envelopes frames x channels, as recorded, at t - delay
/// @param frames    of the shapes that the artefact asks for
Novelty computeNovelty(
        const Artefact& artefact, const Matrix& envelopes, const FrameInputs& frames);

} // namespace nmm
