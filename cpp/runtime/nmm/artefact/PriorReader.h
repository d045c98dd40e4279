#pragma once

#include "Artefact.h"
#include "Json.h"

namespace nmm {

/// Read the entry `predictor.prior` of an artefact.
/// @param artefact  its format and channels are known already
/// @param predictor its coordinates and speeds are known already
/// @throws Error naming the entry, what was expected and what was found.
ExcitationPrior readPrior(
        const JsonReader& reader, const Artefact& artefact, const PredictorArchitecture& predictor);

} // namespace nmm
