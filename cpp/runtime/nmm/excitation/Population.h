#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <memory>

namespace nmm {

/// What muscles do at a pose and speed, learned from other subjects: for each output an offset plus
/// a sum of Gaussian kernels around their frames, clipped to [0, 1]. Run by LibTorch in double
/// precision, a pure function of its inputs; a single frame goes through FramePopulation.
class Population {
public:
    /// @param artefact its tensors `population.*` are checked
    explicit Population(const Artefact& artefact);
    ~Population();
    Population(Population&&) noexcept;
    Population& operator=(Population&&) noexcept;

    /// @param inputs the network's, see Predictor
    /// @returns frames x outputs
    Matrix predict(const Matrix& inputs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace nmm
