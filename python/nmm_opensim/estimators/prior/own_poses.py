"""Curves carried to a subject's own poses: what is said at a frame becomes a function of the pose.

At run time there is no phase: events get lost, and a pose never does. Kernels stand around frames
of the subject's own training trials and of nobody else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from sklearn.metrics.pairwise import rbf_kernel

from ...arrays import Array, Indices
from ...nmm.chain import PreparedTrial
from ...nmm.predictor import standardise

MOST_FRAMES = 500
# Of the Gaussian kernel over standardised poses and speeds, and of the ridge.
KERNEL_WIDTH, RIDGE = 0.1, 1.0


@dataclass(frozen=True)
class Expansion:
    """``offset`` plus a kernel around each of the own poses times its weight, (frames,)."""

    weights: Array
    offset: float

    def __add__(self, other: Expansion) -> Expansion:
        return Expansion(self.weights + other.weights, self.offset + other.offset)

    def __mul__(self, factor: float) -> Expansion:
        return Expansion(factor * self.weights, factor * self.offset)


class OwnPoses:
    """Poses and speeds of a subject's training trials, as kernels stand around them."""

    def __init__(
        self, trials: Sequence[PreparedTrial], coordinates: Sequence[str], chosen: Indices
    ) -> None:
        """``chosen`` are indices of frames of all ``trials``, one after the other."""
        self.coordinates = tuple(coordinates)
        motion = np.vstack([self.read(trial) for trial in trials])
        self.mean, self.scale = standardise([motion])
        picked = np.linspace(0, len(chosen) - 1, min(MOST_FRAMES, len(chosen))).astype(int)
        self.picked: Indices = chosen[picked]
        """Which of all the trials' frames the kernels stand around."""
        self.frames = (motion[self.picked] - self.mean) / self.scale
        """Standardised, (frames, values and speeds)."""
        kernel = rbf_kernel(self.frames, gamma=KERNEL_WIDTH)
        self._factor = cho_factor(kernel + RIDGE * np.eye(len(kernel)))

    def read(self, trial: PreparedTrial) -> Array:
        """Values, then speeds, at a trial's frames, side by side."""
        motion: Array = np.hstack(trial.motion.select(self.coordinates))
        return motion

    def carry(self, labels: Array) -> list[Expansion]:
        """Kernel ridge regression of ``labels`` (frames, curves) at the picked frames."""
        offsets = labels.mean(axis=0)
        weights = cho_solve(self._factor, labels - offsets)
        return [Expansion(w, float(offset)) for w, offset in zip(weights.T, offsets, strict=True)]

    def compute_kernels(self, trial: PreparedTrial) -> Array:
        """Around each of the own poses, at a trial's frames, (frames, own frames)."""
        motion = (self.read(trial) - self.mean) / self.scale
        kernels: Array = rbf_kernel(motion, self.frames, gamma=KERNEL_WIDTH)
        return kernels
