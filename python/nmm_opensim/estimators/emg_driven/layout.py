"""The parameters of EMG-driven muscles, and where a fit has them in one vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...physics.muscles.parameters import MuscleParameters

# Of the shape factor A = -3 / (1 + exp(1 - x)), about -0.8 at x = 0.
LARGEST_SHAPE_FACTOR, SHAPE_OFFSET = -3.0, 1.0
# Beyond this a shape factor is 0 or the largest.
MOST_SHAPE = 20.0


@dataclass(frozen=True)
class Parameters:
    """Of the fit: ``lag`` in s, all others logarithms of factors but ``shape``.

    ``gain`` has shape (drives,); ``force``, ``fiber`` and ``slack`` (muscles,).
    """

    lag: float
    shape: float
    gain: Array
    force: Array
    fiber: Array
    slack: Array

    def scale(self, generic: MuscleParameters[Array]) -> MuscleParameters[Array]:
        """The model's own parameters times the factors."""
        return MuscleParameters(
            generic.max_isometric_force * np.exp(self.force),
            generic.optimal_fiber_length * np.exp(self.fiber),
            generic.tendon_slack_length * np.exp(self.slack),
            generic.pennation_angle_at_optimal,
        )

    @property
    def shape_factor(self) -> float:
        """A of the shape function."""
        return LARGEST_SHAPE_FACTOR / (1.0 + float(np.exp(SHAPE_OFFSET - self.shape)))


def find_shape(shape_factor: float) -> float:
    """The parameter of a shape factor A; one that no parameter gives gets the nearest."""
    odds = LARGEST_SHAPE_FACTOR / min(shape_factor, -np.finfo(float).tiny) - 1.0
    return SHAPE_OFFSET - float(np.log(np.clip(odds, np.exp(-MOST_SHAPE), np.exp(MOST_SHAPE))))


@dataclass(frozen=True)
class Layout:
    """One vector: a lag of each recording, then what all share.

    That is the shape, the drives' gains, and the muscles' own: forces, fibres and tendons.
    """

    recordings: int
    drives: int
    muscles: int

    @property
    def lags(self) -> slice:
        """Of the recordings."""
        return slice(0, self.recordings)

    @property
    def shape(self) -> int:
        """Of all muscles."""
        return self.recordings

    @property
    def gains(self) -> slice:
        """Of the drives."""
        return slice(self.shape + 1, self.shape + 1 + self.drives)

    @property
    def forces(self) -> slice:
        """Of the muscles."""
        return slice(self.gains.stop, self.gains.stop + self.muscles)

    @property
    def fibers(self) -> slice:
        """Of the muscles."""
        return slice(self.forces.stop, self.forces.stop + self.muscles)

    @property
    def slacks(self) -> slice:
        """Of the muscles' tendons."""
        return slice(self.fibers.stop, self.fibers.stop + self.muscles)

    @property
    def own(self) -> slice:
        """All that each muscle has for itself."""
        return slice(self.forces.start, self.slacks.stop)

    @property
    def size(self) -> int:
        """Of the vector."""
        return self.recordings + 1 + self.drives + 3 * self.muscles

    def read(self, vector: Array, recording: int) -> Parameters:
        """The parameters of one recording."""
        return Parameters(
            float(vector[self.lags][recording]),
            float(vector[self.shape]),
            vector[self.gains],
            vector[self.forces],
            vector[self.fibers],
            vector[self.slacks],
        )
