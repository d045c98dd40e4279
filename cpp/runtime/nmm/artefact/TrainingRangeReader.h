#pragma once

#include "Artefact.h"
#include "Json.h"

#include <optional>

namespace nmm {

/// Read the entry `training_range`, which may be null or left out, and which formats 1 and 2 lack.
/// @param reader the whole artefact
/// @param artefact its format, channels and predictor are known already
/// @throws Error naming the entry, what was expected and what was found.
std::optional<TrainingRange> readTrainingRange(const JsonReader& reader, const Artefact& artefact);

} // namespace nmm
