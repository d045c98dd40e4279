"""Trained muscle parameters and EMG gains, kept within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch

from ..arrays import Array
from ..physics.muscles.parameters import MuscleParameters, to_tensors

Range = tuple[float, float]


@dataclass(frozen=True)
class MuscleBounds:
    """Limits of a muscle's own parameters, relative to the model's values; equal ones fix it."""

    max_isometric_force: Range
    optimal_fiber_length: Range
    tendon_slack_length: Range

    @property
    def by_parameter(self) -> dict[str, Range]:
        """The limits by the names in :data:`PARAMETERS`."""
        return {
            "max_isometric_force": self.max_isometric_force,
            "optimal_fiber_length": self.optimal_fiber_length,
            "tendon_slack_length": self.tendon_slack_length,
        }


PARAMETERS = tuple(field.name for field in fields(MuscleBounds))
"""The calibrated parameters of a muscle, under their names in OpenSim."""


@dataclass(frozen=True)
class Bounds:
    """What is calibrated and within which limits; equal limits fix a parameter.

    ``by_muscle`` holds the muscles whose limits are not the ``common`` ones. Gains and the shape
    factor are absolute.
    """

    common: MuscleBounds
    shape_factor: Range
    emg_gain: Range
    by_muscle: tuple[tuple[str, MuscleBounds], ...] = ()

    def find_limits(self, parameter: str, muscles: Sequence[str]) -> tuple[Array, Array]:
        """Lower and upper limits of a field of :class:`MuscleBounds`, each (muscles,)."""
        own = dict(self.by_muscle)
        limits = [own.get(name, self.common).by_parameter[parameter] for name in muscles]
        low, high = np.array(limits, dtype=float).reshape(-1, 2).T
        return low, high


class Bounded(torch.nn.Module):
    """Values that cannot leave (low, high): low + (high - low) * logistic(x)."""

    def __init__(self, low: Array, high: Array, initial: Array) -> None:
        """All of shape (size,)."""
        super().__init__()
        self._low, self._width = torch.tensor(low), torch.tensor(high - low)
        self.x = torch.nn.Parameter(self._find(initial))

    def start(self, values: Array) -> None:
        """Take these values, (size,), or the nearest that leave something to learn."""
        with torch.no_grad():
            self.x.copy_(self._find(values))

    def _find(self, values: Array) -> torch.Tensor:
        low, width = self._low.numpy(), self._width.numpy()
        # A fixed value has no width; its x then moves nothing.
        width = np.where(width > 0, width, 1.0)
        # On a bound there would be no gradient: keep a hundredth of the width away.
        share = np.clip((values - low) / width, 0.01, 0.99)
        return torch.tensor(np.log(share / (1.0 - share)))

    def value(self) -> torch.Tensor:
        """The values, (size,)."""
        return self._low + self._width * torch.sigmoid(self.x)


class Calibration(torch.nn.Module):
    """All trained parameters but the network's, as absolute values."""

    def __init__(
        self,
        generic: MuscleParameters[Array],
        bounds: Bounds,
        muscles: Sequence[str],
        channels: int,
    ) -> None:
        """``generic`` are the model's own parameters."""
        super().__init__()
        self._generic = to_tensors(generic)
        scales = [
            Bounded(*bounds.find_limits(name, muscles), np.ones(len(muscles)))
            for name in PARAMETERS
        ]
        self.force_scale, self.fiber_scale, self.slack_scale = scales
        # One shape factor for all muscles: a single subject's recording tells no more.
        self.shape = _start_in_the_middle(bounds.shape_factor, 1)
        self.gain = _start_in_the_middle(bounds.emg_gain, channels)
        self._muscles = len(muscles)

    @property
    def muscle_parameters(self) -> MuscleParameters[torch.Tensor]:
        """Those of the model, scaled."""
        return MuscleParameters(
            self._generic.max_isometric_force * self.force_scale.value(),
            self._generic.optimal_fiber_length * self.fiber_scale.value(),
            self._generic.tendon_slack_length * self.slack_scale.value(),
            # The model's own: moments tell too little of pennation to train it.
            self._generic.pennation_angle_at_optimal,
        )

    @property
    def shape_factor(self) -> torch.Tensor:
        """A of the shape function, (muscles,)."""
        return self.shape.value().expand(self._muscles)

    @property
    def emg_gain(self) -> torch.Tensor:
        """From envelope to excitation, (channels,)."""
        return self.gain.value()

    def departure(self) -> torch.Tensor:
        """Mean squared logarithm of the scales: how far the muscles are from the model's own."""
        scales = torch.cat(
            [self.force_scale.value(), self.fiber_scale.value(), self.slack_scale.value()]
        )
        return torch.log(scales).square().mean()


def _start_in_the_middle(limits: Range, size: int) -> Bounded:
    low, high = (np.full(size, limit) for limit in limits)
    return Bounded(low, high, 0.5 * (low + high))
