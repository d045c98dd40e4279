#pragma once

#include "Novelty.h"
#include "Predictor.h"

#include <nmm/Matrix.h>
#include <nmm/TimeSeries.h>
#include <nmm/artefact/Artefact.h>

#include <optional>
#include <vector>

namespace nmm {

/// Where the excitations of deep muscles lie with a probability of 90 %.
struct ExcitationIntervals {
    std::vector<std::size_t> muscles; ///< indices into Artefact::muscles of those that have one
    Matrix lower;                     ///< frames x muscles with an interval
    Matrix upper;                     ///< frames x muscles with an interval
};

/// From EMG and motion to one excitation per muscle: delay, gains, network and declared sources.
///
/// What a muscle receives at time t is the EMG of time t - d (d: electromechanical delay). The
/// network therefore sees the EMG window that ends at t - d beside the coordinates, speeds and
/// external loads at t, or their window that ends at t: a pure function of the recordings and the
/// state at t. The reconstructed EMG of row k belongs to the EMG's own time times[k] - d.
class ExcitationModel {
public:
    explicit ExcitationModel(const Artefact& artefact);

    const Artefact& getArtefact() const { return _artefact; }

    /// The recording must cover times[0] .. times[last] - d. Before its first sample the first
    /// value is held: the lead-in of the delay and of the network's window. Only the samples that
    /// these frames need are looked at: check the whole with selectColumns() once, when it is read.
    ///
    /// @param emg     recorded envelopes; the artefact's channels are looked up by name
    /// @param times   frames, s
    /// @param frames  what else the network sees at these frames
    /// @param emgName what to call the recording in messages, such as its file
    /// @returns frames x muscles, each in [0, 1]
    /// @throws Error naming both ranges if the recording is too short, or the missing channel.
    Matrix computeExcitations(const TimeSeries& emg, const std::vector<double>& times,
            const FrameInputs& frames, const std::string& emgName = "EMG") const;

    /// How far the same frames lie outside what training saw; absent where the artefact does not
    /// tell. Parameters and errors are those of computeExcitations().
    std::optional<Novelty> computeNovelty(const TimeSeries& emg, const std::vector<double>& times,
            const FrameInputs& frames, const std::string& emgName = "EMG") const;

    /// @param excitations frames x muscles, from computeExcitations()
    /// @param novelty     of each frame the largest of all groups, see Novelty::getLargest(); 0
    /// where the artefact does not tell. Intervals of older formats do not depend on it.
    /// @throws Error if the shapes do not fit or a novelty is not a finite number, 0 or greater.
    ExcitationIntervals computeIntervals(
            const Matrix& excitations, const std::vector<double>& novelty) const;

    /// computeExcitations() followed by computeActivations().
    Matrix computeActivations(const std::vector<double>& times, const Matrix& excitations) const;

private:
    /// The artefact's channels, no longer than the frames need, after all inputs were checked.
    TimeSeries selectWindow(const TimeSeries& emg, const std::vector<double>& times,
            const FrameInputs& frames, const std::string& emgName) const;

    Artefact _artefact;
    Predictor _predictor;
};

} // namespace nmm
