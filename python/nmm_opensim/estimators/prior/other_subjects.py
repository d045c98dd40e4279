"""What a muscle does at a pose and speed, learned from other subjects.

The recordings of other subjects carry labels for muscles that this one's electrodes cannot reach.
Poses and speeds are counted in each subject's own standard deviations, EMG in shares of its own
peaks, so that subjects, models and electrodes need not agree in scale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics.pairwise import rbf_kernel

from ...arrays import Array
from ...nmm.predictor import standardise
from .shares import find_peak

# Of each subject: more add time, not knowledge.
FRAMES = 500
# Of the Gaussian kernel over standardised inputs, and of the ridge. Smooth: subjects differ.
KERNEL_WIDTH, RIDGE = 0.1, 5.0


@dataclass(frozen=True)
class RecordedSubject:
    """Another subject's walk, lift or whatever, under the names of this one's model.

    ``values`` (rad, m) and ``speeds`` (rad/s, m/s) have shape (frames, coordinates); ``envelopes``
    by muscle (frames,) are moved by that subject's electromechanical delay to what they cause.
    """

    name: str
    coordinates: tuple[str, ...]
    values: Array
    speeds: Array
    envelopes: Mapping[str, Array]


class OtherSubjects:
    """Excitation of a muscle, as a share of its peak, at poses and speeds of one subject."""

    def __init__(
        self, subjects: Sequence[RecordedSubject], coordinates: Sequence[str], motion: Array
    ) -> None:
        """``motion`` holds that subject's training frames: values, then speeds, side by side."""
        self.coordinates = tuple(coordinates)
        self.mean, self.scale = standardise([motion])
        subjects_frames = [_standardise(subject, coordinates) for subject in subjects]
        self.frames = np.vstack([frames for frames, _ in subjects_frames])
        """All subjects' poses and speeds, standardised, (frames, values and speeds)."""
        self._labels = _gather(subjects_frames)
        self._fits: dict[str, tuple[Array, float]] = {}

    @property
    def muscles(self) -> set[str]:
        """The muscles that any subject recorded."""
        return set(self._labels)

    def predict(self, muscle: str, motion: Array) -> Array:
        """Shares in [0, 1] at frames of ``motion``, (frames,)."""
        weights, offset = self._fit(muscle)
        kernel = rbf_kernel((motion - self.mean) / self.scale, self.frames, gamma=KERNEL_WIDTH)
        shares: Array = np.clip(kernel @ weights + offset, 0.0, 1.0)
        return shares

    def _fit(self, muscle: str) -> tuple[Array, float]:
        """The weights of kernels around the subjects' frames, (frames,), and what is added."""
        if muscle not in self._fits:
            label = self._labels[muscle]
            known = np.isfinite(label)
            offset = float(label[known].mean())
            fit = KernelRidge(kernel="rbf", gamma=KERNEL_WIDTH, alpha=RIDGE)
            fit.fit(self.frames[known], label[known] - offset)
            weights = np.zeros(len(label))
            weights[known] = fit.dual_coef_
            self._fits[muscle] = weights, offset
        return self._fits[muscle]


def _standardise(
    subject: RecordedSubject, coordinates: Sequence[str]
) -> tuple[Array, dict[str, Array]]:
    columns = [subject.coordinates.index(name) for name in coordinates]
    motion = np.hstack([subject.values[:, columns], subject.speeds[:, columns]])
    frames = np.linspace(0, len(motion) - 1, min(FRAMES, len(motion))).astype(int)
    envelopes = {
        muscle: envelope[frames] / peak
        for muscle, envelope in subject.envelopes.items()
        if (peak := find_peak(envelope)) > 0
    }
    mean, spread = standardise([motion])
    return (motion[frames] - mean) / spread, envelopes


def _gather(subjects: Sequence[tuple[Array, dict[str, Array]]]) -> dict[str, Array]:
    """Recordings of every muscle along all subjects' frames, NaN where a subject has none."""
    sizes = [len(frames) for frames, _ in subjects]
    labels: dict[str, Array] = {}
    for first, size, (_, envelopes) in zip(
        np.cumsum([0, *sizes[:-1]]), sizes, subjects, strict=True
    ):
        for muscle, envelope in envelopes.items():
            label = labels.setdefault(muscle, np.full(sum(sizes), np.nan))
            label[first : first + size] = envelope
    return labels
