"""How many synergies, and how far moments may move their weights: chosen by masking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ..agreement import agree
from ..emg_driven.driven import Driven
from ..interface import Task, split
from .calibrated import CopyDriven, Question
from .extrapolation import LinearisedTrials, Unknown
from .synergies import Factorisation, Synergies, extract_synergies

MOST_SYNERGIES = 6
# How far weights may leave those of the copy, as shares of the copy's deviation: with the largest
# moments decide alone.
DOUBTS = (0.1, 0.3, 1.0, 10.0)
# Of the training that vectors are extracted from: more add time, not knowledge.
FRAMES = 1000


@dataclass(frozen=True)
class Choice:
    """k synergies, and the doubt, one of DOUBTS, in the weights that the copy has."""

    synergies: int
    doubt: float


class Examination:
    """Asks for each measured muscle as if it were deep; only the calibration has heard it."""

    def __init__(
        self,
        task: Task,
        copies: CopyDriven,
        driven: Driven,
        factorisation: Factorisation,
        count: int | None,
    ) -> None:
        """``count`` is k where it is given."""
        self._copies = copies
        self._driven = driven
        self._factorisation: Factorisation = factorisation
        self._count = count
        self._training = task.training
        self._fitted, self._judged = split(task)
        self._choices: dict[bool, Choice] = {}

    def extract(self, count: int, masked: str | None = None) -> Synergies:
        """``count`` synergies of the training trials without the ``masked`` channel."""
        trials = self._fitted if masked else self._training
        envelopes = np.vstack([trial.envelopes for trial in trials])
        frames = np.linspace(0, len(envelopes) - 1, min(FRAMES, len(envelopes))).astype(int)
        left = [k for k, name in enumerate(self._copies.channels) if name != masked]
        return extract_synergies(envelopes[frames], self._factorisation, count, left)

    def choose(self, synergists: bool) -> Choice:
        """The choice that masked muscles, asked with or without ``synergists``, are met best by."""
        if synergists not in self._choices:
            asked = self._copies.ask(synergists)
            channels = len(self._copies.channels)
            most = min(MOST_SYNERGIES, max(channels - 1, 1))
            counts = [self._count] if self._count else range(1, most + 1)
            choices = [Choice(count, doubt) for count in counts for doubt in DOUBTS]
            met = [self._ask(question, choices) for question in asked if channels > 1]
            best = int(np.argmax(np.mean(met, axis=0))) if met else 0
            self._choices[synergists] = choices[best]
        return self._choices[synergists]

    def _ask(self, question: Question, choices: Sequence[Choice]) -> list[float]:
        """How well a masked muscle is met by each choice: r at the judged frames."""
        copies, driven = self._copies, self._driven
        fitted = [copies.prepare(trial, question) for trial in self._fitted]
        copy = [copies.read(question, trial, driven) for trial in fitted]
        silent = [copies.silence(trial, question) for trial in fitted]
        drive = driven.model.drives.index(question.drive)
        linear = LinearisedTrials(driven, silent, [drive], [each[:, None] for each in copy])
        column = copies.channels.index(question.drive)
        recording = np.concatenate([trial.envelopes[:, column] for trial in self._judged])

        @lru_cache
        def prepare(count: int) -> tuple[Unknown, Array]:
            synergies = self.extract(count, question.drive)
            terms = [synergies.list_terms(trial.envelopes) for trial in self._judged]
            return make_unknown(synergies, fitted, copy, 1.0), np.concatenate(terms)

        found = []
        for choice in choices:
            unknown, terms = prepare(choice.synergies)
            doubted = replace(unknown, deviations=unknown.deviations * choice.doubt)
            (weights,) = linear.solve([doubted])
            found.append(agree(np.clip(terms @ weights, 0.0, 1.0), recording))
        return found


def make_unknown(
    synergies: Synergies, trials: Sequence[PreparedTrial], copy: Sequence[Array], doubt: float
) -> Unknown:
    """Weights that start from those of a ``copy``'s excitation, (frames,) of each trial."""
    terms = [synergies.list_terms(trial.envelopes) for trial in trials]
    together, target = np.vstack(terms), np.concatenate(copy)
    size = np.sqrt(np.square(together).mean(axis=0))
    share = doubt * max(float(target.std()), 1e-6) / np.sqrt(len(size))
    return Unknown(
        terms,
        synergies.express(together, target),
        share / np.maximum(size, 1e-6),
        0.0 if synergies.factorisation == "NMF" else -np.inf,
    )
