#pragma once

#include "Artefact.h"

#include <cstddef>
#include <string>

namespace nmm {

/// The sizes of a transformer, which are those of its tensors.
struct TransformerShape {
    std::size_t numDrives = 0;        ///< channels, then predicted outputs: the first tokens
    std::size_t numTokens = 0;        ///< not below numDrives
    std::size_t width = 0;            ///< of a token
    std::size_t feedForwardWidth = 0; ///< of the hidden layer between two of a token
};

/// The name under which a tensor of encoder layer k is stored: "predictor.0.attention.in.weight".
std::string encoderName(std::size_t layer, const std::string& name);

/// @param artefact its predictor is a transformer, whose tensors are checked
TransformerShape getTransformerShape(const Artefact& artefact);

/// Check that the tensors are exactly those of the transformer, with fitting shapes, finite values,
/// and sizes that a single frame can be computed with.
/// @param artefact its predictor is a transformer; mean and scale of its inputs are checked
/// @param what     what the artefact is, for messages: "'/data/a.nmm'"
/// @throws Error naming the tensor, what was expected and what was found.
void checkTransformerTensors(const Artefact& artefact, const std::string& what);

} // namespace nmm
