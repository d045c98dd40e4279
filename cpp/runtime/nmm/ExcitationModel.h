#pragma once

#include "Artefact.h"
#include "Emg.h"
#include "Matrix.h"
#include "Predictor.h"

#include <vector>

namespace nmm {

/// From EMG and motion to one excitation per muscle: delay, gains, network and declared sources.
///
/// What a muscle receives at time t is the EMG of time t - d (d: electromechanical delay). The
/// network therefore sees the EMG window that ends at t - d beside the coordinates and speeds at
/// t: a pure function of the recording and the state at t. The reconstructed EMG of row k belongs
/// to the EMG's own time times[k] - d.
class ExcitationModel {
public:
    explicit ExcitationModel(const Artefact& artefact);

    /// @param emg        recorded envelopes; the artefact's channels are looked up by name
    /// @param times      frames, s
    /// @param coordinates frames x Artefact::predictor.coordinates (rad, m)
    /// @param speeds      frames x Artefact::predictor.speeds (rad/s, m/s)
    /// @returns frames x muscles, each in [0, 1]
    Matrix computeExcitations(const Emg& emg, const std::vector<double>& times,
            const Matrix& coordinates, const Matrix& speeds) const;

    /// computeExcitations() followed by computeActivations().
    Matrix computeActivations(const std::vector<double>& times, const Matrix& excitations) const;

private:
    Artefact _artefact;
    Predictor _predictor;
};

} // namespace nmm
