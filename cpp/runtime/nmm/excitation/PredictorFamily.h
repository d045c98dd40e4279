#pragma once

#include "Drives.h"

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <memory>

namespace nmm {

/// What one family of predictors makes of frames: each a pure function of its inputs.
class PredictorFamily {
public:
    virtual ~PredictorFamily() = default;

    /// The network's own outputs, see Predictor::predict().
    virtual Matrix predict(const Matrix& inputs) const = 0;

    /// What they make of the channels and of the predicted muscles, see Predictor::computeDrives().
    virtual Drives computeDrives(const Matrix& envelopes, const Matrix& inputs) const = 0;
};

/// @param artefact its tensors `predictor.*` are checked
std::unique_ptr<PredictorFamily> makePredictorFamily(const Artefact& artefact);

} // namespace nmm
