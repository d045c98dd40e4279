#pragma once

#include "Artefact.h"
#include "Json.h"

namespace nmm {

/// Read the entry `predictor` of an artefact.
/// @param artefact its format, channels and coordinates are known already
/// @throws Error naming the entry, what was expected and what was found.
PredictorArchitecture readPredictor(const JsonReader& reader, const Artefact& artefact);

} // namespace nmm
