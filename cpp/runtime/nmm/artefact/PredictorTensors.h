#pragma once

#include "Artefact.h"

#include <cstddef>
#include <string>
#include <vector>

namespace nmm {

/// The names under which the tensors of linear layer k are stored.
std::string weightName(std::size_t layer);
std::string biasName(std::size_t layer);

/// The length of the network's input: lags x channels, then for each motion lag coordinates, speeds
/// and external loads.
std::size_t getNumInputs(const Artefact& artefact);

/// Where the values of the pose's coordinates, then their speeds, are among the network's inputs.
/// @param artefact its predictor has a prior with a pose
std::vector<std::size_t> findPoseInputs(const Artefact& artefact);

/// A tensor of the kernels of the pose, such as "frames".
/// @param artefact its predictor has a prior with a pose
const Tensor& getPoseTensor(const Artefact& artefact, const std::string& name);

/// Check that the tensors are exactly those of the architecture, with fitting shapes and finite
/// values.
/// @param what what the artefact is, for messages: "'/data/a.nmm'"
/// @throws Error naming the tensor, what was expected and what was found.
void checkPredictorTensors(const Artefact& artefact, const std::string& what);

} // namespace nmm
