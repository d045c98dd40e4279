"""What a calibration may change of Millard2012EquilibriumMuscles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from ...arrays import Array

Values = TypeVar("Values", Array, torch.Tensor)
Converted = TypeVar("Converted", Array, torch.Tensor)


@dataclass(frozen=True)
class MuscleParameters(Generic[Values]):
    """Four parameters of each muscle, all of shape (muscles,).

    Arrays where they are numbers, tensors where something is differentiated by them.
    """

    max_isometric_force: Values  # N
    optimal_fiber_length: Values  # m
    tendon_slack_length: Values  # m
    pennation_angle_at_optimal: Values  # rad

    def convert(self, function: Callable[[Values], Converted]) -> MuscleParameters[Converted]:
        """The same with ``function`` of each of the four."""
        return MuscleParameters(
            function(self.max_isometric_force),
            function(self.optimal_fiber_length),
            function(self.tendon_slack_length),
            function(self.pennation_angle_at_optimal),
        )


def to_tensors(parameters: MuscleParameters[Array]) -> MuscleParameters[torch.Tensor]:
    """Copies in torch."""
    return parameters.convert(torch.tensor)


def to_arrays(parameters: MuscleParameters[torch.Tensor]) -> MuscleParameters[Array]:
    """The values in NumPy, without what they were computed from."""
    return parameters.convert(lambda values: values.detach().numpy())
