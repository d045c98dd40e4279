#pragma once

#include <nmm/artefact/Artefact.h>

#include <cstddef>
#include <vector>

namespace nmm {

/// The kernel expansion of an artefact for one frame at a time: plain loops, see FrameNetwork. For
/// the frames of a whole trial KernelExpansion is the faster one. Both give the same to rounding.
class FrameKernelExpansion {
public:
    /// @param artefact its prior has a pose, whose tensors are checked
    explicit FrameKernelExpansion(const Artefact& artefact);

    /// @param inputs of one frame, see Predictor::predict()
    /// @returns the values at that frame, one per output
    std::vector<double> predict(const std::vector<double>& inputs) const;

private:
    std::vector<std::size_t> _columns; ///< of the coordinates' values and speeds among the inputs
    std::vector<double> _mean;
    std::vector<double> _scale;
    std::vector<double> _frames;  ///< frames x columns
    std::vector<double> _weights; ///< outputs x frames
    std::vector<double> _offsets; ///< one per output
    double _kernelWidth;
};

} // namespace nmm
