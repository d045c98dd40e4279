"""How much moments teach the network: chosen by channels that were hidden all along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ..agreement import agree, find_relative_errors
from ..interface import Task, split
from ..posterior.masking import find_floor, find_margin
from ..steps import Steps
from .layout import choose_hidden, make_layout
from .model import HybridModel
from .training import Schooling

# Of moments in what teaches a muscle without EMG, beside masked EMG, times the square of its
# leverage: 0 leaves it all to masking.
MOMENT_WEIGHTS = (0.0, 1.0, 3.0)
# Of what the encoder says of a muscle without EMG, beside its copy, which 0 leaves as it is.
HEARINGS = (0.0, 0.5, 1.0)
# Where no channel can be hidden nothing tells how far moments are to be trusted.
UNTOLD = (1.0, 1.0)
# That a fit teaches: those of the choice and their second, then the one that counts and its second.
NETWORKS = len(MOMENT_WEIGHTS) + 3


@dataclass(frozen=True)
class Choice:
    """What met hidden channels best: one of MOMENT_WEIGHTS and one of HEARINGS.

    ``agreement`` is their mean r, ``margin`` what holds 90 % of their recordings, in units of the
    excitation and of :func:`find_floor`, and ``disagreement`` how far networks of different seeds
    are apart in them, in the same units. None where no channel could be hidden.
    """

    moment_weight: float
    hearing: float
    hidden: tuple[str, ...] = ()
    agreement: float | None = None
    margin: float | None = None
    disagreement: float | None = None


def choose(task: Task, schooling: Schooling, steps: Steps) -> Choice:
    """Networks that are taught without some channels, asked for them on trials not taught."""
    hidden = choose_hidden(make_layout(task.declaration))
    examination = _Examination(task, schooling, hidden, steps)
    if not examination.heard:
        return Choice(*UNTOLD)
    answers = {}
    for part, weight in enumerate(MOMENT_WEIGHTS):
        model = examination.teach(weight, schooling.seed, part)
        for hearing in HEARINGS:
            answers[weight, hearing] = examination.ask(model, hearing)
    agreements = {each: examination.agree(answer) for each, answer in answers.items()}
    # Of equals the first: moments and the network are heard where they serve.
    weight, hearing = max(agreements, key=lambda each: agreements[each])
    agreement, best = agreements[weight, hearing], answers[weight, hearing]
    steps.tell(
        f"hidden channels were met at r {agreement:.2f}: moments weigh {weight:g}, the encoder "
        f"{hearing:g}"
    )
    second = examination.teach(weight, schooling.other_seed, len(MOMENT_WEIGHTS))
    others = examination.ask(second, hearing)
    return Choice(
        weight,
        hearing,
        tuple(examination.heard),
        agreement,
        find_margin(
            [
                find_relative_errors(best[channel], recording, find_floor)
                for channel, recording in examination.heard.items()
            ]
        ),
        float(np.mean([find_disagreement(best[c], others[c]) for c in best])),
    )


class _Examination:
    """Hidden channels, as networks that never heard them say them on the judged trials."""

    def __init__(
        self, task: Task, schooling: Schooling, hidden: Sequence[str], steps: Steps
    ) -> None:
        self._schooling, self._hidden, self._steps = schooling, hidden, steps
        self._fitted, self._judged = split(task)
        self._channels = task.declaration.sources.channels
        columns = [self._channels.index(channel) for channel in hidden]
        recorded = np.vstack([trial.envelopes[:, columns] for trial in self._judged])
        self.heard = {
            channel: recording
            for channel, recording in zip(hidden, recorded.T, strict=True)
            if recording.std() > 0
        }
        """The recordings of those that tell anything, (frames,)."""

    def teach(self, weight: float, seed: int, part: int) -> HybridModel:
        """A network to which moments weigh ``weight``."""
        what = f"without {', '.join(self._hidden)}, moments weighing {weight:g}, seed {seed}"
        step = (what, self._steps.part(part, NETWORKS))
        return self._schooling.teach(self._fitted, self._hidden, weight, seed, step)

    def ask(self, model: HybridModel, hearing: float) -> dict[str, Array]:
        """Shares of the hidden channels, (frames,)."""
        model.predictor.hear(hearing)
        shares = np.vstack([self._schooling.speak(model, trial) for trial in self._judged])
        return {channel: shares[:, self._channels.index(channel)] for channel in self.heard}

    def agree(self, answer: Mapping[str, Array]) -> float:
        """Mean r of the hidden channels."""
        return float(np.mean([agree(answer[c], recording) for c, recording in self.heard.items()]))


def find_disagreement(estimate: Array, other: Array) -> float:
    """How far two estimates are apart, in units of the first and of its floor."""
    apart = np.abs(estimate - other) / (find_floor(estimate) + estimate)
    return float(np.sqrt(np.square(apart).mean()))
