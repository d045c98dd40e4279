#pragma once

#include "Artefact.h"
#include "Json.h"

#include <map>
#include <string>

namespace nmm {

/// Take the coefficients of fitted paths, `path.<muscle>.coefficients`, out of an artefact's
/// tensors.
std::map<std::string, Tensor> takePathTensors(std::map<std::string, Tensor>& tensors);

/// Give the artefact's muscles their fitted paths. With path_model "fitted" every muscle declares a
/// path, or null where it keeps the model's own; otherwise there are none.
/// @param muscles the entry `muscles`
/// @param tensors from takePathTensors()
/// @throws Error naming the muscle, what was expected and what was found.
void readFittedPaths(const JsonReader& muscles, const std::map<std::string, Tensor>& tensors,
        Artefact& artefact, const std::string& what);

} // namespace nmm
