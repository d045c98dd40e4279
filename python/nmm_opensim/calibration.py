"""Trained muscle parameters and EMG gains, kept within bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .muscles.millard import MuscleProperties


@dataclass(frozen=True)
class Bounds:
    """What is calibrated and within which limits; equal limits fix a parameter.

    Forces and lengths are relative to the model's own values, gains and the shape factor absolute.
    """

    max_isometric_force: tuple[float, float]
    optimal_fiber_length: tuple[float, float]
    tendon_slack_length: tuple[float, float]
    shape_factor: tuple[float, float]
    emg_gain: tuple[float, float]


class Bounded(torch.nn.Module):
    """Values that cannot leave (low, high): low + (high - low) * logistic(x)."""

    def __init__(self, low: float, high: float, initial: float, size: int) -> None:
        super().__init__()
        self._low, self._width = low, high - low
        if self._width > 0:
            # Starting on a bound would leave no gradient: keep a hundredth of the width away.
            share = float(np.clip((initial - low) / self._width, 0.01, 0.99))
            start = torch.full((size,), np.log(share / (1.0 - share)), dtype=torch.float64)
            self.x = torch.nn.Parameter(start)
        else:
            self.register_buffer("x", torch.zeros(size, dtype=torch.float64))

    def value(self) -> torch.Tensor:
        """The values, (size,)."""
        return self._low + self._width * torch.sigmoid(self.x)


class Calibration(torch.nn.Module):
    """All trained parameters but the network's; properties are absolute values."""

    def __init__(self, properties: MuscleProperties, bounds: Bounds, channels: int) -> None:
        super().__init__()
        muscles = len(properties.max_isometric_force)
        self._force = torch.tensor(properties.max_isometric_force)
        self._fiber = torch.tensor(properties.optimal_fiber_length)
        self._slack = torch.tensor(properties.tendon_slack_length)
        # The model's own: moments tell too little of pennation to train it.
        self.pennation_angle_at_optimal = torch.tensor(properties.pennation_angle_at_optimal)
        self.force_scale = Bounded(*bounds.max_isometric_force, 1.0, muscles)
        self.fiber_scale = Bounded(*bounds.optimal_fiber_length, 1.0, muscles)
        self.slack_scale = Bounded(*bounds.tendon_slack_length, 1.0, muscles)
        low, high = bounds.shape_factor
        # One shape factor for all muscles: a single subject's recording tells no more.
        self.shape = Bounded(low, high, 0.5 * (low + high), 1)
        low, high = bounds.emg_gain
        self.gain = Bounded(low, high, 0.5 * (low + high), channels)
        self._muscles = muscles

    @property
    def max_isometric_force(self) -> torch.Tensor:
        """N, (muscles,)."""
        return self._force * self.force_scale.value()

    @property
    def optimal_fiber_length(self) -> torch.Tensor:
        """m, (muscles,)."""
        return self._fiber * self.fiber_scale.value()

    @property
    def tendon_slack_length(self) -> torch.Tensor:
        """m, (muscles,)."""
        return self._slack * self.slack_scale.value()

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
