#include "FramePopulation.h"

#include <nmm/artefact/PredictorTensors.h>

#include <algorithm>
#include <cmath>

namespace nmm {

FramePopulation::FramePopulation(const Artefact& artefact)
        : _columns(findPopulationInputs(artefact)),
          _mean(artefact.tensors.at("population.mean").values),
          _scale(artefact.tensors.at("population.scale").values),
          _frames(artefact.tensors.at("population.frames").values),
          _weights(artefact.tensors.at("population.weights").values),
          _offsets(artefact.tensors.at("population.offsets").values),
          _kernelWidth(artefact.predictor.prior->kernelWidth) {}

std::vector<double> FramePopulation::predict(const std::vector<double>& inputs) const {
    const auto numColumns = _columns.size();
    const auto numFrames = _frames.size() / numColumns;
    std::vector<double> motion(numColumns);
    for (std::size_t i = 0; i < numColumns; ++i) {
        motion[i] = (inputs[_columns[i]] - _mean[i]) / _scale[i];
    }
    auto shares = _offsets;
    const double* frame = _frames.data();
    for (std::size_t k = 0; k < numFrames; ++k, frame += numColumns) {
        double squared = 0.0;
        for (std::size_t i = 0; i < numColumns; ++i) {
            squared += (motion[i] - frame[i]) * (motion[i] - frame[i]);
        }
        const double kernel = std::exp(-_kernelWidth * squared);
        for (std::size_t j = 0; j < shares.size(); ++j) {
            shares[j] += kernel * _weights[j * numFrames + k];
        }
    }
    for (auto& share : shares) {
        share = std::clamp(share, 0.0, 1.0);
    }
    return shares;
}

} // namespace nmm
