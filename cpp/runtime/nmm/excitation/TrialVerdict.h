#pragma once

#include <nmm/artefact/Artefact.h>

#include <string>

namespace nmm {

/// Above this share of frames outside training no muscle of a trial is to be trusted: more than a
/// quarter of what is shown is a guess.
constexpr double CareShare = 0.25;
/// Above this share none is to be used: most of what is shown is a guess.
constexpr double UselessShare = 0.5;

/// How far a deep muscle is to be believed in one trial.
struct TrialVerdict {
    Trust trust = Trust::DoNotUse;
    std::string reason; ///< one clause; empty where the artefact tells none
};

/// The artefact's judgement, lowered where much of the trial is outside of what training saw. The
/// reason is the artefact's where nothing was lowered.
/// @param outsideShare see Novelty::getOutsideShare()
TrialVerdict findTrialVerdict(const Judgement& judgement, double outsideShare);

} // namespace nmm
