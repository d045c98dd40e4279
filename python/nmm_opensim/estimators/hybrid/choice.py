"""What moments and the encoder are to say of deep muscles: chosen by channels hidden all along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ..agreement import agree, find_relative_errors
from ..posterior.masking import find_floor, find_margin
from ..steps import Steps
from .hiding import HiddenTask
from .model import HybridModel
from .training import Schooling, Settings, speak

# 0 leaves all to masked EMG.
MOMENT_WEIGHTS = (0.0, 1.0, 3.0)
# 0 leaves the copy as it is; without EMG there is none.
HEARINGS = (0.0, 0.5, 1.0)
# Where no channel can be hidden nothing tells how far moments are to be trusted.
UNTOLD = Settings(1.0, 1.0)
# That a choice takes: one of each weight, and a second of the best.
NETWORKS = len(MOMENT_WEIGHTS) + 1


@dataclass(frozen=True)
class Choice:
    """The settings that met hidden channels best, and how well.

    ``agreement`` is their mean r; ``margin`` what holds 90 % of their recordings, in units of the
    excitation and of :func:`find_floor`, None where one was missed altogether; ``disagreement`` how
    far networks of different seeds are apart in them, in the same units.
    """

    settings: Settings
    hidden: tuple[str, ...]
    agreement: float
    margin: float | None
    disagreement: float


Answer = Mapping[str, Array]
"""Shares of the hidden muscles on the judged trials, (frames,)."""


def choose(
    hidden: HiddenTask, schooling: Schooling, seeds: tuple[int, int], steps: list[Steps]
) -> Choice:
    """Networks of the hidden task, asked on trials that taught none of them.

    The second of ``seeds`` is that of the network which tells how far chance decides; ``steps`` are
    one for each of NETWORKS.
    """
    sees_emg = bool(hidden.task.declaration.architecture.emg_lags)
    answers: dict[Settings, Answer] = {}
    for part, weight in zip(steps, MOMENT_WEIGHTS, strict=False):
        # Taught as if all that it says were heard; hearing changes no measured muscle.
        model = schooling.teach(Settings(weight, 1.0), seeds[0], _name(hidden, weight), part)
        for hearing in HEARINGS if sees_emg else (1.0,):
            answers[Settings(weight, hearing)] = _ask(hidden, model, hearing)
    agreements = {
        each: float(np.mean([agree(answer[m], r) for m, r in hidden.recordings.items()]))
        for each, answer in answers.items()
    }
    best = max(agreements, key=lambda each: agreements[each])
    steps[-1].tell(
        f"hidden channels were met at r {agreements[best]:.2f}: moments weigh "
        f"{best.moment_weight:g}, the encoder {best.hearing:g}"
    )
    what = _name(hidden, best.moment_weight)
    second = schooling.teach(Settings(best.moment_weight, 1.0), seeds[1], what, steps[-1])
    others = _ask(hidden, second, best.hearing)
    answer = answers[best]
    return Choice(
        best,
        hidden.channels,
        agreements[best],
        find_common_margin(answer, hidden.recordings),
        float(np.mean([find_disagreement(answer[m], others[m]) for m in answer])),
    )


def find_common_margin(answer: Answer, recordings: Mapping[str, Array]) -> float | None:
    """What holds 90 % of all recordings; None where no positive scale fits one of them."""
    errors = [find_relative_errors(answer[m], r, find_floor) for m, r in recordings.items()]
    return find_margin(errors) if all(len(each) for each in errors) else None


def find_disagreement(estimate: Array, other: Array) -> float:
    """How far two estimates are apart, in units of the first and of its floor."""
    apart = np.abs(estimate - other) / (find_floor(estimate) + estimate)
    return float(np.sqrt(np.square(apart).mean()))


def _ask(hidden: HiddenTask, model: HybridModel, hearing: float) -> Answer:
    model.predictor.hear(hearing)
    shares = np.vstack([speak(model, trial) for trial in hidden.judged])
    layout = model.predictor.layout
    said = dict(zip(layout.outputs, shares[:, layout.predicted].T, strict=True))
    return {muscle: said[muscle] for muscle in hidden.recordings}


def _name(hidden: HiddenTask, weight: float) -> str:
    return f"without {', '.join(hidden.channels)}, moments weighing {weight:g}"
