"""How far a deep muscle is to be believed in one trial: what the plugin says of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import floor

from ..arrays import Array
from .chain import PreparedTrial
from .estimate import Estimate, Trust, Trusted
from .novelty import TrainingRange, find_largest, find_outside
from .trained import ExcitationJudgement

CARE_SHARE = 0.25
"""Above this share of frames outside training no muscle of a trial is to be trusted.

More than a quarter of what is shown is a guess then.
"""

USELESS_SHARE = 0.5
"""Above this share none is to be used: most of what is shown is a guess."""


def find_trial_verdict(judgement: ExcitationJudgement, outside_share: float) -> tuple[Trust, str]:
    """The artefact's verdict, lowered where much of the trial lies outside what training saw.

    ``outside_share`` of its frames do. The reason is the artefact's where nothing was lowered.
    """
    verdict = judgement.verdict
    if outside_share > USELESS_SHARE:
        verdict = "do not use"
    elif outside_share > CARE_SHARE and verdict == "trust":
        verdict = "use with care"
    if verdict == judgement.verdict:
        return verdict, judgement.reason
    percent = floor(100.0 * outside_share + 0.5)
    return verdict, f"{percent} % of frames lie outside what training saw"


def judge_estimate(
    estimate: Estimate,
    judgements: Mapping[str, ExcitationJudgement],
    training_range: TrainingRange,
    trial: PreparedTrial,
) -> Estimate:
    """The estimate of a trial with its novelty, and with intervals and trust of deep muscles."""
    novelty = training_range.compute_novelty(trial)
    farthest = find_largest(novelty, len(trial.time))
    intervals = {
        muscle: judgement.interval.compute(estimate.excitations[muscle], farthest)
        for muscle, judgement in judgements.items()
        if judgement.interval is not None
    }
    trust = find_trust(judgements, novelty)
    return replace(estimate, intervals=intervals, novelty=novelty, trust=trust)


def find_trust(
    judgements: Mapping[str, ExcitationJudgement | None], novelty: Mapping[str, Array]
) -> dict[str, Trusted]:
    """How far each deep muscle that was judged is to be believed in a trial of this ``novelty``."""
    outside = float(find_outside(novelty).mean()) if novelty else 0.0
    return {
        muscle: Trusted(find_trial_verdict(judgement, outside)[0], judgement.expectation)
        for muscle, judgement in judgements.items()
        if judgement is not None
    }
