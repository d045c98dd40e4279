#include "MotionWindows.h"

#include <nmm/excitation/MotionLags.h>

namespace nmm::osim {

FrameInputs makeMotionWindows(const PredictorArchitecture& predictor,
        const CoordinateTrajectory& trajectory, const ExternalLoadsRecording& loads) {
    const auto makeWindows = [&](const Matrix& from, const std::vector<std::string>& names) {
        const TimeSeries motion{names, trajectory.times, trajectory.select(from, names)};
        return addEarlier(motion.values, motion, trajectory.times, predictor.motionLags);
    };
    return {makeWindows(trajectory.values, predictor.coordinates),
            makeWindows(trajectory.speeds, predictor.speeds),
            loads.sampleAt(trajectory.times, predictor.motionLags)};
}

} // namespace nmm::osim
