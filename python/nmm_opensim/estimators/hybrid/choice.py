"""How much moments teach the network: chosen by channels that were hidden all along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ..agreement import agree, find_relative_errors
from ..interface import Task, split
from ..posterior.masking import find_floor, find_margin
from ..steps import Steps
from .layout import choose_hidden, make_layout
from .training import Schooling

# Of moments in what teaches the network, beside measured EMG, times the square of a drive's
# leverage: 0 leaves it all to masking.
MOMENT_WEIGHTS = (0.0, 0.3, 3.0)
# Where no channel can be hidden nothing tells how far moments are to be trusted.
UNTOLD = 0.3
# That a fit teaches: those of the choice and their second, then the one that counts and its second.
NETWORKS = len(MOMENT_WEIGHTS) + 3


@dataclass(frozen=True)
class Choice:
    """``moment_weight`` is the one of MOMENT_WEIGHTS that met hidden channels best.

    ``agreements`` are their mean r at each; ``margin`` is what holds 90 % of their recordings, in
    units of the excitation and of :func:`find_floor`, ``disagreement`` how far networks of
    different seeds are apart in them, in the same units. None where no channel could be hidden.
    """

    moment_weight: float
    hidden: tuple[str, ...] = ()
    agreements: tuple[float, ...] = ()
    margin: float | None = None
    disagreement: float | None = None


def choose(task: Task, schooling: Schooling, steps: Steps) -> Choice:
    """Networks that are taught without some channels, asked for them on trials not taught."""
    fitted, judged = split(task)
    hidden = choose_hidden(make_layout(task.declaration))
    recordings = {
        channel: np.concatenate([_read(task, trial.envelopes, channel) for trial in judged])
        for channel in hidden
    }
    heard = [channel for channel in hidden if recordings[channel].std() > 0]
    if not heard:
        return Choice(UNTOLD)

    def ask(weight: float, seed: int, part: int) -> dict[str, Array]:
        what = f"without {', '.join(hidden)}: moments weigh {weight:g}, seed {seed}"
        model = schooling.teach(fitted, hidden, weight, seed, (what, steps.part(part, NETWORKS)))
        shares = np.vstack([schooling.speak(model, trial) for trial in judged])
        channels = task.declaration.sources.channels
        return {channel: shares[:, channels.index(channel)] for channel in heard}

    answers = [ask(weight, schooling.seed, k) for k, weight in enumerate(MOMENT_WEIGHTS)]
    agreements = [
        float(np.mean([agree(answer[c], recordings[c]) for c in heard])) for answer in answers
    ]
    best = int(np.argmax(agreements))
    weight = MOMENT_WEIGHTS[best]
    steps.tell(f"hidden channels were met at r {agreements[best]:.2f}, moments weighing {weight:g}")
    others = ask(weight, schooling.other_seed, len(MOMENT_WEIGHTS))
    return Choice(
        weight,
        tuple(heard),
        tuple(agreements),
        find_margin(
            [find_relative_errors(answers[best][c], recordings[c], find_floor) for c in heard]
        ),
        float(np.mean([find_disagreement(answers[best][c], others[c]) for c in heard])),
    )


def find_disagreement(estimate: Array, other: Array) -> float:
    """How far two estimates are apart, in units of the first and of its floor."""
    apart = np.abs(estimate - other) / (find_floor(estimate) + estimate)
    return float(np.sqrt(np.square(apart).mean()))


def _read(task: Task, envelopes: Array, channel: str) -> Array:
    series: Array = envelopes[:, task.declaration.sources.channels.index(channel)]
    return series
