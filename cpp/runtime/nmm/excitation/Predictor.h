#pragma once

#include "Drives.h"
#include "PredictorFamily.h"

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <cstddef>
#include <memory>

namespace nmm {

/// The deep-EMG network of an artefact, of whichever family it is, run by LibTorch in double
/// precision; a single frame goes through plain loops (FrameNetwork, FrameTransformer), which
/// answer before LibTorch is called. A pure function of its inputs: no hidden state, so an
/// integrator may retry a step and get the same answer.
///
/// Inputs are frames x inputs: for each EMG lag the envelopes of all channels, then for each motion
/// lag coordinates, speeds and external loads.
class Predictor {
public:
    /// @throws Error if the tensors do not have the shapes that the architecture asks for.
    explicit Predictor(const Artefact& artefact);

    /// One forward pass over all frames.
    /// @returns frames x outputs. Family "mlp": excitations in [0, 1]; "posterior": corrections of
    /// the channels' excitations, then of the deep muscles' priors; "transformer": the drives of
    /// the channels, then of the predicted muscles.
    Matrix predict(const Matrix& inputs) const;

    /// What drives the channels' muscles and the predicted ones, with that pass.
    /// @param envelopes frames x channels, as recorded, at t - delay
    Drives computeDrives(const Matrix& envelopes, const Matrix& inputs) const;

private:
    void checkColumns(const Matrix& inputs) const;

    std::size_t _numInputs;
    std::unique_ptr<PredictorFamily> _family;
};

} // namespace nmm
