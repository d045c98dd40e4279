#include "FrameKernelExpansion.h"

#include <nmm/artefact/PredictorTensors.h>

#include <cmath>

namespace nmm {

FrameKernelExpansion::FrameKernelExpansion(const Artefact& artefact)
        : _columns(findPoseInputs(artefact)), _mean(getPoseTensor(artefact, "mean").values),
          _scale(getPoseTensor(artefact, "scale").values),
          _frames(getPoseTensor(artefact, "frames").values),
          _weights(getPoseTensor(artefact, "weights").values),
          _offsets(getPoseTensor(artefact, "offsets").values),
          _kernelWidth(artefact.predictor.prior->pose->width) {}

std::vector<double> FrameKernelExpansion::predict(const std::vector<double>& inputs) const {
    const auto numColumns = _columns.size();
    const auto numFrames = _frames.size() / numColumns;
    std::vector<double> motion(numColumns);
    for (std::size_t i = 0; i < numColumns; ++i) {
        motion[i] = (inputs[_columns[i]] - _mean[i]) / _scale[i];
    }
    auto values = _offsets;
    const double* frame = _frames.data();
    for (std::size_t k = 0; k < numFrames; ++k, frame += numColumns) {
        double squared = 0.0;
        for (std::size_t i = 0; i < numColumns; ++i) {
            squared += (motion[i] - frame[i]) * (motion[i] - frame[i]);
        }
        const double kernel = std::exp(-_kernelWidth * squared);
        for (std::size_t j = 0; j < values.size(); ++j) {
            values[j] += kernel * _weights[j * numFrames + k];
        }
    }
    return values;
}

} // namespace nmm
