"""Corrections of excitations that joint moments ask for: a Gaussian posterior in closed form.

Each drive's excitation is its EMG or prior plus a smooth function of the network's inputs, drawn
from a Gaussian whose standard deviation says how far the drive is doubted. Moments are nearly
linear in such corrections, so their most probable values need no gradient descent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.predictor import standardise
from ..emg_driven.driven import Driven
from ..emg_driven.small_changes import EVERY, follow, weigh_errors

# Chosen by the moments of the treadmill's validation strides.
FEATURES = 120
# Of the random weights, for standardised inputs, and of the mean square of a tanh unit with them.
WEIGHT, BIAS, MEAN_SQUARE = 1.7, 1.0, 0.6


class Features:
    """Fixed tanh units over standardised inputs: a hidden layer whose weights are not trained."""

    def __init__(self, trials: Sequence[PreparedTrial]) -> None:
        self.mean, self.scale = standardise([trial.inputs for trial in trials])
        # Any weights will do, as long as they are always the same.
        random = np.random.default_rng(0)
        count = len(self.mean)
        self.weights = random.normal(size=(count, FEATURES)) * WEIGHT / np.sqrt(count)
        self.biases = random.uniform(-BIAS, BIAS, FEATURES)

    def compute(self, trial: PreparedTrial) -> Array:
        """(frames, FEATURES)."""
        units: Array = np.tanh((trial.inputs - self.mean) / self.scale @ self.weights + self.biases)
        return units


@dataclass(frozen=True)
class Corrections:
    """What is added to each drive's excitation: ``weights`` (drives, FEATURES) of the features."""

    features: Features
    weights: Array

    def compute(self, trial: PreparedTrial) -> Array:
        """(frames, drives)."""
        corrections: Array = self.features.compute(trial) @ self.weights.T
        return corrections


@dataclass(frozen=True)
class CorrectedMuscles:
    """Muscles whose drives are corrected."""

    driven: Driven
    corrections: Corrections

    def compute_excitations(self, trial: PreparedTrial) -> Array:
        """In [0, 1], (frames, muscles)."""
        return self.driven.compute_excitations(trial, self.corrections.compute(trial))

    def compute_moments(self, trial: PreparedTrial) -> Array:
        """N m, (frames, coordinates)."""
        return self.driven.compute_moments(trial, self.corrections.compute(trial))


@dataclass(frozen=True)
class NormalEquations:
    """What moments ask of the corrections' weights, before any doubt is weighed: A w = b."""

    matrix: Array
    vector: Array

    def solve(self, spreads: Array) -> Array:
        """Weights (drives, FEATURES) for corrections of these standard deviations, (drives,).

        A drive with the spread 0 is not corrected.
        """
        if not spreads.any():
            return np.zeros((len(spreads), FEATURES))
        free, factor = self._factorise(spreads)
        weights = np.zeros(len(spreads) * FEATURES)
        weights[free] = cho_solve(factor, self.vector[free])
        return weights.reshape(len(spreads), FEATURES)

    def _factorise(self, spreads: Array) -> tuple[np.ndarray[Any, Any], tuple[Array, bool]]:
        """The weights that are free to move, and the factor of their posterior precision."""
        deviations = np.repeat(spreads / np.sqrt(FEATURES * MEAN_SQUARE), FEATURES)
        free = np.flatnonzero(deviations > 0)
        matrix = self.matrix[np.ix_(free, free)] + np.diag(deviations[free] ** -2.0)
        return free, cho_factor(matrix)


def collect(
    driven: Driven,
    trials: Sequence[PreparedTrial],
    features: Features,
    weights: Array | None = None,
) -> NormalEquations:
    """The normal equations of all ``trials``, linear about ``weights`` (drives, FEATURES)."""
    size = len(driven.model.drives) * FEATURES
    matrix, vector = np.zeros((size, size)), np.zeros(size)
    scale = np.concatenate([trial.known_moments for trial in trials]).std(axis=0)
    for trial in trials:
        time = trial.time
        units = features.compute(trial)
        corrections = None if weights is None else units @ weights.T
        moments = driven.compute_moments(trial, corrections)
        step = float(np.median(np.diff(time)))
        weight = weigh_errors(step, scale)
        sensitivity = driven.compute_sensitivity(trial, corrections)[::EVERY] * weight
        rows = _find_changes(sensitivity, follow(units, step)[::EVERY]).reshape(-1, size)
        errors = ((trial.known_moments - moments)[::EVERY] * weight).ravel()
        if weights is not None:
            errors = errors + rows @ weights.ravel()
        matrix += rows.T @ rows
        vector += rows.T @ errors
    return NormalEquations(matrix, vector)


def find_errors(
    driven: Driven, trial: PreparedTrial, features: Features, deviations: Array
) -> Array:
    """Moments (N m) of each error that drives may have, (frames, coordinates, errors).

    One standard deviation of each; ``deviations`` (drives,) are those of the drives' excitations.
    """
    step = float(np.median(np.diff(trial.time)))
    sensitivity = driven.compute_sensitivity(trial) * deviations[:, None]
    units = features.compute(trial) / np.sqrt(FEATURES * MEAN_SQUARE)
    changes = _find_changes(sensitivity, follow(units, step))
    return changes.reshape(*changes.shape[:2], -1)


def _find_changes(sensitivity: Array, followed: Array) -> Array:
    """Moments per weight, (frames, coordinates, drives, units)."""
    changes: Array = np.einsum("tdc,tf->tcdf", sensitivity, followed)
    return changes
