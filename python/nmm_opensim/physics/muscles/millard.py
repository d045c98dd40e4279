"""Millard2012EquilibriumMuscle as a differentiable torch module over the runtime's kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import opensim
import torch

from ... import _core
from ...arrays import Array
from ...errors import NMMError
from ..osim_model import OsimModel
from .curves import sample_curves
from .parameters import MuscleParameters

TendonModel = Literal["rigid", "elastic"]
TENDON_MODELS: tuple[TendonModel, ...] = ("rigid", "elastic")


@dataclass(frozen=True)
class MuscleProperties:
    """Properties of the model's muscles, each of shape (muscles,)."""

    parameters: MuscleParameters[Array]
    activation_time_constant: Array  # s
    deactivation_time_constant: Array  # s
    minimum_activation: Array
    max_contraction_velocity: Array  # optimal fiber lengths per s
    fiber_damping: Array
    maximum_pennation_angle: Array  # rad
    minimum_active_fiber_length: Array  # optimal fiber lengths


def read_properties(model: OsimModel, muscles: Sequence[str]) -> MuscleProperties:
    """The properties of the named muscles as the model file gives them."""

    def column(get: Callable[[opensim.Millard2012EquilibriumMuscle], float]) -> Array:
        return np.array([get(model.muscle(name)) for name in muscles])

    return MuscleProperties(
        MuscleParameters(
            column(lambda muscle: muscle.get_max_isometric_force()),
            column(lambda muscle: muscle.get_optimal_fiber_length()),
            column(lambda muscle: muscle.get_tendon_slack_length()),
            column(lambda muscle: muscle.get_pennation_angle_at_optimal()),
        ),
        activation_time_constant=column(lambda muscle: muscle.get_activation_time_constant()),
        deactivation_time_constant=column(lambda muscle: muscle.get_deactivation_time_constant()),
        minimum_activation=column(lambda muscle: muscle.get_minimum_activation()),
        max_contraction_velocity=column(lambda muscle: muscle.get_max_contraction_velocity()),
        fiber_damping=column(lambda muscle: muscle.get_fiber_damping()),
        maximum_pennation_angle=column(lambda muscle: muscle.get_maximum_pennation_angle()),
        minimum_active_fiber_length=column(
            lambda muscle: muscle.getActiveForceLengthCurve().getMinActiveFiberLength()
        ),
    )


def make_kernel(model: OsimModel, muscles: Sequence[str], tendon: TendonModel) -> _core.MuscleSet:
    """The runtime's kernel for the named muscles, with their own curves."""
    properties = read_properties(model, muscles)
    return _core.MuscleSet(
        tendon,
        [
            _core.MuscleProperties(
                name=name,
                max_contraction_velocity=properties.max_contraction_velocity[i],
                fiber_damping=properties.fiber_damping[i],
                maximum_pennation_angle=properties.maximum_pennation_angle[i],
                minimum_active_fiber_length=properties.minimum_active_fiber_length[i],
                minimum_activation=properties.minimum_activation[i],
                active_force_length=curves.active_force_length,
                passive_force_length=curves.passive_force_length,
                force_velocity=curves.force_velocity,
                tendon_force_length=curves.tendon_force_length,
            )
            for i, (name, curves) in enumerate(
                zip(muscles, sample_curves(model, muscles), strict=True)
            )
        ],
    )


@dataclass(frozen=True)
class MuscleForces:
    """Of all frames and muscles, each (frames, muscles)."""

    tendon_force: torch.Tensor  # N
    fiber_length: torch.Tensor  # m


class MillardMuscle(torch.nn.Module):
    """Tendon forces and fibre lengths from activations and paths.

    Follows OpenSim's class Millard2012EquilibriumMuscle (Millard et al., 2013), the judge in the
    tests, which hold the same in plain torch too. With an elastic tendon the fibre length
    is a state, integrated with one implicit step per frame interval; the kernel's header
    (``MuscleForces.h``) states the equations.
    """

    def __init__(self, model: OsimModel, muscles: Sequence[str], tendon: TendonModel) -> None:
        super().__init__()
        self._kernel = make_kernel(model, muscles, tendon)

    def forward(
        self,
        times: Array,
        activation: torch.Tensor,
        length: torch.Tensor,
        speed: torch.Tensor,
        parameters: MuscleParameters[torch.Tensor],
    ) -> MuscleForces:
        """Forces along ``times`` (s, increasing), differentiable in all else.

        ``activation``, ``length`` (m) and lengthening ``speed`` (m/s) of the muscle-tendon paths
        have shape (frames, muscles). Speeds after the first frame have no influence with an elastic
        tendon.
        """
        force, fiber_length = _MuscleForces.apply(  # type: ignore[no-untyped-call]
            self._kernel,
            times,
            activation,
            length,
            speed,
            parameters.max_isometric_force,
            parameters.optimal_fiber_length,
            parameters.tendon_slack_length,
            parameters.pennation_angle_at_optimal,
        )
        return MuscleForces(force, fiber_length)


class _MuscleForces(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, kernel: _core.MuscleSet, times: Array, *tensors: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        arrays = [tensor.detach().numpy() for tensor in tensors]
        try:
            force, fiber_length = kernel.compute_forces(times, *arrays)
        except _core.CoreError as error:
            raise NMMError(str(error)) from None
        ctx.kernel, ctx.times, ctx.arrays, ctx.fiber_length = kernel, times, arrays, fiber_length
        return torch.from_numpy(force), torch.from_numpy(fiber_length)

    @staticmethod
    def backward(
        ctx: Any, by_force: torch.Tensor, by_fiber_length: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        gradients = ctx.kernel.compute_gradients(
            ctx.times, *ctx.arrays, ctx.fiber_length, by_force.numpy(), by_fiber_length.numpy()
        )
        return (None, None, *(torch.from_numpy(gradient) for gradient in gradients))


def rigid_fiber_length(
    length: torch.Tensor, parameters: MuscleParameters[torch.Tensor]
) -> torch.Tensor:
    """Fibre length (m) under a tendon at its slack length, (frames, muscles).

    ``length`` (m) of the muscle-tendon path has the same shape.
    """
    height = parameters.optimal_fiber_length * torch.sin(parameters.pennation_angle_at_optimal)
    along = (length - parameters.tendon_slack_length).clamp(min=1e-9)
    return torch.sqrt(height**2 + along**2)
