"""Millard2012EquilibriumMuscle with a rigid tendon, as a differentiable torch module.

Follows OpenSim's class of that name (Millard et al., 2013), the judge in the tests: fixed-width
pennation, fibre damping, fibre force never below zero, no force where the tendon is slack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .curves import Curves, sample_curve
from .osim_model import OsimModel
from .tables import Array

# Ranges that cover what a fibre can do; the curves are linear beyond them.
LENGTH_RANGE = (0.2, 2.2)
VELOCITY_RANGE = (-1.5, 1.5)


@dataclass(frozen=True)
class MuscleProperties:
    """Properties of the model's muscles, each of shape (muscles,)."""

    max_isometric_force: Array  # N
    optimal_fiber_length: Array  # m
    tendon_slack_length: Array  # m
    pennation_angle_at_optimal: Array  # rad
    activation_time_constant: Array  # s
    deactivation_time_constant: Array  # s
    minimum_activation: Array
    max_contraction_velocity: Array  # optimal fiber lengths per s
    fiber_damping: Array
    maximum_pennation_angle: Array  # rad
    minimum_active_fiber_length: Array  # optimal fiber lengths


def read_properties(model: OsimModel, muscles: Sequence[str]) -> MuscleProperties:
    """The properties of the named muscles as the model file gives them."""

    def column(name: str) -> Array:
        return np.array([getattr(model.muscle(m), f"get_{name}")() for m in muscles])

    return MuscleProperties(
        max_isometric_force=column("max_isometric_force"),
        optimal_fiber_length=column("optimal_fiber_length"),
        tendon_slack_length=column("tendon_slack_length"),
        pennation_angle_at_optimal=column("pennation_angle_at_optimal"),
        activation_time_constant=column("activation_time_constant"),
        deactivation_time_constant=column("deactivation_time_constant"),
        minimum_activation=column("minimum_activation"),
        max_contraction_velocity=column("max_contraction_velocity"),
        fiber_damping=column("fiber_damping"),
        maximum_pennation_angle=column("maximum_pennation_angle"),
        minimum_active_fiber_length=np.array(
            [model.muscle(m).getActiveForceLengthCurve().getMinActiveFiberLength() for m in muscles]
        ),
    )


class RigidTendonMuscle(torch.nn.Module):
    """Tendon force from activation and path, for all frames and muscles at once."""

    def __init__(self, model: OsimModel, muscles: Sequence[str]) -> None:
        super().__init__()
        properties = read_properties(model, muscles)
        used = [model.muscle(name) for name in muscles]
        self.active_force_length = Curves(
            [sample_curve(m.getActiveForceLengthCurve(), *LENGTH_RANGE) for m in used]
        )
        self.passive_force_length = Curves(
            [sample_curve(m.getFiberForceLengthCurve(), *LENGTH_RANGE) for m in used]
        )
        self.force_velocity = Curves(
            [sample_curve(m.getForceVelocityCurve(), *VELOCITY_RANGE) for m in used]
        )
        # OpenSim treats damping below 0.001 as none.
        damping = np.where(properties.fiber_damping < 1e-3, 0.0, properties.fiber_damping)
        self._pennation = torch.tensor(properties.pennation_angle_at_optimal)
        self._max_velocity = torch.tensor(properties.max_contraction_velocity)
        self._damping = torch.tensor(damping)
        self._sin_max_pennation = torch.tensor(np.sin(properties.maximum_pennation_angle))
        self._min_active_length = torch.tensor(properties.minimum_active_fiber_length)

    def normalized_fiber_length(
        self, length: torch.Tensor, optimal_fiber_length: torch.Tensor, slack_length: torch.Tensor
    ) -> torch.Tensor:
        """Fibre length over optimal fibre length, (frames, muscles)."""
        height = optimal_fiber_length * torch.sin(self._pennation)
        along = (length - slack_length).clamp(min=1e-9)
        return torch.sqrt(height**2 + along**2) / optimal_fiber_length

    def forward(
        self,
        activation: torch.Tensor,
        length: torch.Tensor,
        speed: torch.Tensor,
        max_isometric_force: torch.Tensor,
        optimal_fiber_length: torch.Tensor,
        slack_length: torch.Tensor,
    ) -> torch.Tensor:
        """Tendon force, N.

        ``activation``, ``length`` (m) and ``speed`` (m/s) of the muscle-tendon path have shape
        (frames, muscles); the parameters (N, m, m) have shape (muscles,).
        """
        normalized = self.normalized_fiber_length(length, optimal_fiber_length, slack_length)
        fiber_length = normalized * optimal_fiber_length
        height = optimal_fiber_length * torch.sin(self._pennation)
        cos_pennation = (length - slack_length).clamp(min=1e-9) / fiber_length
        velocity = speed * cos_pennation / (optimal_fiber_length * self._max_velocity)

        force = max_isometric_force * (
            activation * self.active_force_length(normalized) * self.force_velocity(velocity)
            + self.passive_force_length(normalized)
            + self._damping * velocity
        )
        # A fibre cannot push, and a slack tendon cannot pull.
        shortest = torch.maximum(
            self._min_active_length * optimal_fiber_length, height / self._sin_max_pennation
        )
        pulls = (length > slack_length) & (fiber_length > shortest)
        return torch.where(pulls, force.clamp(min=0.0) * cos_pennation, torch.zeros_like(force))
