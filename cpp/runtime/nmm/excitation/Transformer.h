#pragma once

#include <nmm/Matrix.h>
#include <nmm/artefact/Artefact.h>

#include <memory>

namespace nmm {

/// A transformer encoder over tokens, one for each channel and predicted muscle and maybe more, run
/// by LibTorch in double precision; a single frame goes through FrameTransformer. A pure function
/// of its inputs. Layers are those of PyTorch's TransformerEncoderLayer with its norms first (R.
/// Xiong et al., "On layer normalization in the transformer architecture", ICML 2020).
///
/// LibTorch stays behind this header: its include folder shadows libraries that OpenSim uses.
class Transformer {
public:
    /// @param artefact its predictor is a transformer, whose tensors are checked
    explicit Transformer(const Artefact& artefact);
    ~Transformer();
    Transformer(Transformer&&) noexcept;
    Transformer& operator=(Transformer&&) noexcept;

    /// @param inputs frames x inputs, see Predictor
    /// @returns frames x drives, channels first
    Matrix predict(const Matrix& inputs) const;

private:
    struct Impl;
    std::unique_ptr<Impl> _impl;
};

} // namespace nmm
