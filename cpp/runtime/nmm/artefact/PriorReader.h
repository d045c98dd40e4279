#pragma once

#include "Artefact.h"
#include "Json.h"

#include <string>
#include <vector>

namespace nmm {

/// Read the entry `predictor.prior` of an artefact.
/// @param channels  the artefact's channels
/// @param predictor its coordinates and speeds are known already
/// @throws Error naming the entry, what was expected and what was found.
ExcitationPrior readPrior(const JsonReader& reader, const std::vector<std::string>& channels,
        const PredictorArchitecture& predictor);

} // namespace nmm
