"""How far what the hybrid says of a deep muscle is to be believed."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...nmm.trained import ExcitationInterval, ExcitationJudgement
from ..interface import Task
from ..posterior.masking import find_floor
from ..trust.verdict import DOUBTED, TOO_WIDE, tells
from .choice import Choice, find_disagreement
from .model import HybridModel
from .training import speak


def judge(
    task: Task, choice: Choice | None, models: tuple[HybridModel, HybridModel]
) -> dict[str, ExcitationJudgement]:
    """How far each deep muscle is to be believed, as hidden channels of this person taught."""
    first, second = (np.vstack([speak(model, each) for each in task.training]) for model in models)
    scale, layout = models[0].list_output_scale(), models[0].predictor.layout
    judgements = {}
    for source in task.declaration.sources.deep:
        drive = len(layout.channels) + layout.outputs.index(source.muscle)
        excitation = np.minimum(scale[drive] * first[:, drive], 1.0)
        apart = find_disagreement(first[:, drive], second[:, drive])
        judgements[source.muscle] = judge_muscle(choice, excitation, apart)
    return judgements


def judge_muscle(choice: Choice | None, excitation: Array, apart: float) -> ExcitationJudgement:
    """``apart`` is how far two networks disagree of it."""
    if choice is None:
        return ExcitationJudgement("do not use", "no channel could be hidden to judge by", None)
    names = ", ".join(choice.hidden)
    moments = f"Joint moments weighed {choice.settings.moment_weight:g} in what taught it."
    if choice.agreement < DOUBTED or choice.margin is None:
        reason = (
            f"channels hidden like it ({names}) were met at a mean r of {choice.agreement:.2f}"
            + ("" if choice.margin is not None else ", and one of them not at all")
        )
        return ExcitationJudgement("do not use", reason, None, moments=moments)
    # Where chance decides more than in what could be looked at, less is known.
    margin = choice.margin * max(1.0, apart / max(choice.disagreement, 1e-12))
    bound = (margin * find_floor(excitation), margin)
    interval = ExcitationInterval(bound, bound)
    if not tells(interval, excitation):
        return ExcitationJudgement("do not use", TOO_WIDE, None, moments=moments)
    reason = (
        f"channels hidden like it ({names}) were met at a mean r of {choice.agreement:.2f}, and no "
        "other people tell more"
    )
    return ExcitationJudgement("use with care", reason, interval, moments=moments)
