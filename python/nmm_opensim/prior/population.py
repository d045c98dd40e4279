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

from ..predictor import standardise
from ..tables import Array

# Of each subject: more add time, not knowledge.
FRAMES = 500
# Of the Gaussian kernel over standardised inputs, and of the ridge. Smooth: subjects differ.
KERNEL_WIDTH, RIDGE = 0.1, 5.0
# The peak of a recording is this percentile: a single sample is no peak.
PEAK = 99.0


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


class Population:
    """Excitation of a muscle, as a share of its peak, at poses and speeds of one subject."""

    def __init__(
        self, subjects: Sequence[RecordedSubject], coordinates: Sequence[str], motion: Array
    ) -> None:
        """``motion`` holds that subject's training frames: values, then speeds, side by side."""
        self.coordinates = coordinates
        self._mean, self._spread = standardise([motion])
        self._subjects = [_standardise(subject, coordinates) for subject in subjects]
        self._fits: dict[str, tuple[KernelRidge, float]] = {}

    @property
    def muscles(self) -> set[str]:
        """The muscles that any subject recorded."""
        return {muscle for _, envelopes in self._subjects for muscle in envelopes}

    def predict(self, muscle: str, motion: Array) -> Array:
        """Shares in [0, 1] at frames of ``motion``, (frames,)."""
        if muscle not in self._fits:
            self._fits[muscle] = self._fit(muscle)
        fit, mean = self._fits[muscle]
        shares: Array = np.clip(fit.predict((motion - self._mean) / self._spread) + mean, 0.0, 1.0)
        return shares

    def _fit(self, muscle: str) -> tuple[KernelRidge, float]:
        known = [(x, envelopes[muscle]) for x, envelopes in self._subjects if muscle in envelopes]
        inputs = np.vstack([x for x, _ in known])
        labels = np.concatenate([label for _, label in known])
        mean = float(labels.mean())
        fit = KernelRidge(kernel="rbf", gamma=KERNEL_WIDTH, alpha=RIDGE)
        return fit.fit(inputs, labels - mean), mean


def find_peak(series: Array) -> float:
    """The peak of a recording, (frames,), in its own unit."""
    return float(np.percentile(series, PEAK))


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
