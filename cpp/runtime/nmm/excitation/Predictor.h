#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <memory>

namespace nmm {

/// The deep-EMG network, run by LibTorch in double precision. A pure function of its inputs: no
/// hidden state, so an integrator may retry a step and get the same answer.
///
/// LibTorch stays behind this header: its include folder shadows libraries that OpenSim uses.
class Predictor {
public:
    /// @throws Error if the tensors do not have the shapes that the architecture asks for.
    explicit Predictor(const Artefact& artefact);
    ~Predictor();
    Predictor(Predictor&&) noexcept;
    Predictor& operator=(Predictor&&) noexcept;

    /// One forward pass over all frames; a single frame goes through FrameNetwork.
    /// @param inputs frames x inputs: for each lag all channels, then coordinates, speeds and
    /// external loads.
    /// @returns frames x outputs. Family "mlp": excitations in [0, 1]; "posterior": corrections of
    /// the channels' excitations, then of the deep muscles' priors.
    Matrix predict(const Matrix& inputs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace nmm
