#pragma once

#include "Artefact.h"
#include "Json.h"

namespace nmm {

/// Read the entry `muscles` of an artefact, but for the fitted paths: parameters, and where each
/// muscle's excitation comes from.
/// @param artefact its format, channels, predictor and tensors are known already; gets the muscles
/// @throws Error naming the entry, what was expected and what was found.
void readMuscles(const JsonReader& reader, Artefact& artefact);

} // namespace nmm
