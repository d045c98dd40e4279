"""Weights of given terms that joint moments ask for, in closed form.

Moments are nearly linear in excitations once muscles are calibrated, so the most probable weights
are the solution of a linear least-squares problem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ..emg_driven.driven import Driven
from ..emg_driven.small_changes import EVERY, follow, weigh_errors


@dataclass(frozen=True)
class Unknown:
    """A drive whose excitation is a weighted sum of terms, one array (frames, terms) per trial.

    ``start`` and ``deviations`` (terms,) say what the weights are before any moment is looked at,
    ``lowest`` what they may not go below.
    """

    terms: Sequence[Array]
    start: Array
    deviations: Array
    lowest: float


class LinearisedTrials:
    """Moments of all ``trials``, linear about given excitations of some drives.

    ``drives`` are indices, ``excitations`` one array (frames, drives) per trial.
    """

    def __init__(
        self,
        driven: Driven,
        trials: Sequence[PreparedTrial],
        drives: Sequence[int],
        excitations: Sequence[Array],
    ) -> None:
        scale = np.concatenate([trial.known_moments for trial in trials]).std(axis=0)
        self._steps = [float(np.median(np.diff(trial.time))) for trial in trials]
        self._sensitivities = []
        targets = []
        for trial, excitation, step in zip(trials, excitations, self._steps, strict=True):
            corrections = np.zeros((len(trial.time), len(driven.model.drives)))
            corrections[:, drives] = excitation
            weight = weigh_errors(step, scale)
            sensitivity = driven.compute_sensitivity(trial, corrections)[::EVERY, drives] * weight
            errors = (trial.known_moments - driven.compute_moments(trial, corrections))[
                ::EVERY
            ] * weight
            followed = follow(excitation, step)[::EVERY]
            targets.append((errors + np.einsum("tdc,td->tc", sensitivity, followed)).ravel())
            self._sensitivities.append(sensitivity)
        self._target = np.concatenate(targets)

    def solve(self, unknowns: Sequence[Unknown]) -> list[Array]:
        """The most probable weights of each drive's unknown, (terms,)."""
        start = np.concatenate([each.start for each in unknowns])
        precision = 1.0 / np.concatenate([each.deviations for each in unknowns])
        lowest = np.concatenate([np.full(len(each.start), each.lowest) for each in unknowns])
        columns = [self._collect(drive, each.terms) for drive, each in enumerate(unknowns)]
        matrix = np.vstack([np.hstack(columns), np.diag(precision)])
        found = lsq_linear(
            matrix, np.concatenate([self._target, precision * start]), (lowest, np.inf)
        ).x
        ends = np.cumsum([len(each.start) for each in unknowns])
        return np.split(found, ends[:-1])

    def _collect(self, drive: int, terms: Sequence[Array]) -> Array:
        """What a unit of each weight does to the moments, (frames times coordinates, terms)."""
        rows = [
            sensitivity[:, drive, :, None] * follow(values, step)[::EVERY, None, :]
            for sensitivity, values, step in zip(
                self._sensitivities, terms, self._steps, strict=True
            )
        ]
        return np.concatenate([each.reshape(-1, each.shape[2]) for each in rows])
