#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <memory>

namespace nmm {

/// A network of linear layers, run by LibTorch in double precision; a single frame goes through
/// FrameNetwork. A pure function of its inputs.
///
/// LibTorch stays behind this header: its include folder shadows libraries that OpenSim uses.
class Perceptron {
public:
    /// @param artefact its tensors `predictor.*` are checked
    explicit Perceptron(const Artefact& artefact);
    ~Perceptron();
    Perceptron(Perceptron&&) noexcept;
    Perceptron& operator=(Perceptron&&) noexcept;

    /// @param inputs frames x inputs, see Predictor
    /// @returns frames x outputs
    Matrix predict(const Matrix& inputs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace nmm
