"""Excitation to activation in torch: the runtime's kernel and its exact adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from . import _core
from .tables import Array


class _Activation(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        times: Array,
        minimum_activation: Array,
        excitations: torch.Tensor,
        shape_factor: torch.Tensor,
        activation_time_constant: torch.Tensor,
        deactivation_time_constant: torch.Tensor,
    ) -> torch.Tensor:
        ctx.times = times
        ctx.parameters = [
            np.ascontiguousarray(tensor.detach().numpy())
            for tensor in (
                excitations,
                shape_factor,
                activation_time_constant,
                deactivation_time_constant,
            )
        ]
        ctx.minimum_activation = minimum_activation
        e, a, tau_act, tau_deact = ctx.parameters
        activations = _core.compute_activations(times, e, a, tau_act, tau_deact, minimum_activation)
        return torch.from_numpy(activations)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        e, a, tau_act, tau_deact = ctx.parameters
        gradients = _core.compute_activation_gradients(
            ctx.times, e, a, tau_act, tau_deact, ctx.minimum_activation, gradient.numpy()
        )
        return (None, None, *(torch.from_numpy(g) for g in gradients))


def compute_activations(
    times: Array,
    excitations: torch.Tensor,
    shape_factor: torch.Tensor,
    activation_time_constant: torch.Tensor,
    deactivation_time_constant: torch.Tensor,
    minimum_activation: Array,
) -> torch.Tensor:
    """Activations (frames, muscles) of excitations (frames, muscles).

    ``times`` (s) has shape (frames,), the parameters (dimensionless, s, s, dimensionless) shape
    (muscles,); all but ``minimum_activation`` are differentiable. The equations are those of
    OpenSim's MuscleFirstOrderActivationDynamicModel behind the shape function of Buchanan et al.
    (2004); the kernel's header states them.
    """
    result = _Activation.apply(  # type: ignore[no-untyped-call]
        times,
        minimum_activation,
        excitations,
        shape_factor,
        activation_time_constant,
        deactivation_time_constant,
    )
    assert isinstance(result, torch.Tensor)
    return result
