#pragma once

#include "CoordinateTrajectory.h"
#include "ExternalLoadsRecording.h"

#include <nmm/artefact/Artefact.h>
#include <nmm/excitation/Novelty.h>

namespace nmm::osim {

/// What the network sees at the frames of a trial beside the EMG: motion and external loads of the
/// frames' own times, and of those before them where it has motion lags.
/// @param trajectory has the predictor's coordinates; before its first frame the motion is held
/// @param loads      made for the artefact
/// @throws nmm::Error if the external loads do not cover the frames.
FrameInputs makeMotionWindows(const PredictorArchitecture& predictor,
        const CoordinateTrajectory& trajectory, const ExternalLoadsRecording& loads);

} // namespace nmm::osim
