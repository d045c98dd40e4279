#pragma once

#include "Artefact.h"
#include "JsonChecks.h"

namespace nmm {

/// How wide the interval of a deep muscle's excitation is; absent where nothing is known.
/// @param reader the muscle's source
std::optional<ExcitationInterval> readInterval(const JsonReader& reader, std::size_t format);

/// How far a deep muscle is to be believed; absent where nobody judged, and in older formats, whose
/// verdicts say another thing.
/// @param reader the muscle's source
std::optional<Judgement> readJudgement(const JsonReader& reader, std::size_t format);

} // namespace nmm
