#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <memory>

namespace nmm {

/// What the pose and its speed say of each output: an offset plus a sum of Gaussian kernels around
/// frames. Run by LibTorch in double precision, a pure function of its inputs; a single frame goes
/// through FrameKernelExpansion.
class KernelExpansion {
public:
    /// @param artefact its prior has a pose, whose tensors are checked
    explicit KernelExpansion(const Artefact& artefact);
    ~KernelExpansion();
    KernelExpansion(KernelExpansion&&) noexcept;
    KernelExpansion& operator=(KernelExpansion&&) noexcept;

    /// @param inputs the network's, see Predictor
    /// @returns frames x outputs
    Matrix predict(const Matrix& inputs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace nmm
