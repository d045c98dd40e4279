"""SynX, muscle synergy extrapolation: deep excitations from the synergies of measured EMG.

After Bianco et al. (2018) and Ao et al. (2020): the commands of the measured channels also drive
the muscles nobody measured, with weights that joint moments decide. In the form that serves it
best: muscles are calibrated first, the weights start from those of the synergists' copy, and how
many synergies there are and how far weights may leave their start is chosen by masking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ..emg_driven.driven import Driven
from ..interface import Estimator, FittedEstimator, Task
from ..steps import Steps
from .calibrated import CopyDriven, Question, calibrate_copies
from .extrapolation import LinearisedTrials, Unknown
from .synergies import Factorisation, Synergies
from .synergy_choice import Examination, make_unknown

# The moments are linear about the last solution.
ITERATIONS = 3


@dataclass(frozen=True)
class Extrapolated:
    """A muscle's excitation as the weighted terms of its synergies; weights are (terms,)."""

    question: Question
    synergies: Synergies
    weights: Array

    def compute(self, trial: PreparedTrial) -> Array:
        """Its excitation, (frames,), in [0, 1]."""
        excitation: Array = self.synergies.list_terms(trial.envelopes) @ self.weights
        return np.clip(excitation, 0.0, 1.0)


class Synx(Estimator):
    """SynX whose vectors and weights are the subject's: fitted to all training trials at once."""

    seeded = False
    sees_moments = False

    def __init__(self, factorisation: Factorisation, synergies: int | None = None) -> None:
        """``synergies`` is k; None has it chosen by masking."""
        self.name = f"SynX {factorisation}"
        self._factorisation = factorisation
        self._count = synergies

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedSynx:
        steps = steps or Steps()
        copies = CopyDriven(task)
        driven = calibrate_copies(task, copies, steps)
        examination = Examination(task, copies, driven, self._factorisation, self._count)
        trials = [copies.prepare(trial) for trial in task.training]
        synergies, unknowns, excitations = [], [], []
        for question in copies.predicted:
            steps.tell(f"{self.name}: choosing synergies for {question.muscle}")
            choice = examination.choose(bool(question.synergists))
            found = examination.extract(choice.synergies)
            copy = [copies.read(question, trial, driven) for trial in trials]
            synergies.append(found)
            unknowns.append(make_unknown(found, trials, copy, choice.doubt))
            excitations.append(copy)
        weights = solve_weights(copies, driven, trials, unknowns, excitations)
        extrapolated = [
            Extrapolated(*each) for each in zip(copies.predicted, synergies, weights, strict=True)
        ]
        return FittedSynx(self.name, copies, driven, extrapolated)


def solve_weights(
    copies: CopyDriven,
    driven: Driven,
    trials: Sequence[PreparedTrial],
    unknowns: Sequence[Unknown],
    copied: Sequence[Sequence[Array]],
) -> list[Array]:
    """Weights of every predicted muscle, first about the copies, then about the last solution."""
    drives = [driven.model.drives.index(question.drive) for question in copies.predicted]
    silent = [copies.silence(trial) for trial in trials]
    excitations = [np.stack(each, axis=1) for each in zip(*copied, strict=True)]
    weights: list[Array] = []
    for _ in range(ITERATIONS if drives else 0):
        weights = LinearisedTrials(driven, silent, drives, excitations).solve(unknowns)
        excitations = [
            np.stack(
                [each.terms[k] @ found for each, found in zip(unknowns, weights, strict=True)],
                axis=1,
            )
            for k in range(len(trials))
        ]
    return weights


class FittedSynx(FittedEstimator):
    """Calibrated muscles, and the synergies that drive those nobody measured."""

    def __init__(
        self,
        name: str,
        copies: CopyDriven,
        driven: Driven,
        extrapolated: Sequence[Extrapolated],
    ) -> None:
        self.name = name
        self.extrapolated = tuple(extrapolated)
        self._copies = copies
        self._driven = driven

    def estimate(self, trial: PreparedTrial) -> Estimate:
        driven = self._driven
        silent = self._copies.silence(self._copies.prepare(trial))
        corrections = np.zeros((len(trial.time), len(driven.model.drives)))
        for each in self.extrapolated:
            drive = driven.model.drives.index(each.question.drive)
            corrections[:, drive] = each.compute(trial)
        excitations = driven.compute_excitations(silent, corrections)
        return Estimate(
            dict(zip(driven.model.muscles, excitations.T, strict=True)),
            driven.compute_moments(silent, corrections),
        )


class SynxOracle(Estimator):
    """SynX per trial: all of it is fitted to the very trial it is scored on.

    Vectors, weights, muscle parameters and choices see that trial's measured EMG and joint moments,
    not its hidden recording. An upper bound for what synergies can express, not a prediction.
    """

    standing = "ceiling"
    seeded = False
    sees_moments = True

    def __init__(self, factorisation: Factorisation, synergies: int | None = None) -> None:
        self._synx = Synx(factorisation, synergies)
        self.name = f"{self._synx.name} trial oracle"

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedSynxOracle:
        return FittedSynxOracle(self.name, self._synx, task)


class FittedSynxOracle(FittedEstimator):
    """Fits anew for every trial that it estimates."""

    sees_moments = SynxOracle.sees_moments

    def __init__(self, name: str, synx: Synx, task: Task) -> None:
        self.name = name
        self._synx = synx
        self._task = task

    def estimate(self, trial: PreparedTrial) -> Estimate:
        alone = replace(self._task, training=(trial,), validation=())
        return self._synx.fit(alone, seed=0).estimate(trial)
