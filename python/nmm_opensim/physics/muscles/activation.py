"""Excitation to activation in torch: the runtime's kernel and its exact adjoint."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from ... import _core
from ...arrays import Array

# s: what an electromechanical delay can be; a longer one is a lag between streams.
POSSIBLE_DELAY = (0.0, 0.125)


def compute_activations(
    times: Array,
    excitations: torch.Tensor,
    shape_factor: torch.Tensor,
    activation_time_constant: torch.Tensor,
    deactivation_time_constant: torch.Tensor,
    minimum_activation: Array,
    electromechanical_delay: torch.Tensor | None = None,
    excitation_times: Array | None = None,
) -> torch.Tensor:
    """Activations (frames, muscles) of excitations (samples, muscles).

    ``times`` (s) has shape (frames,), the parameters (dimensionless, s, s, dimensionless, s) shape
    (muscles,); all but ``minimum_activation`` are differentiable. ``excitation_times`` (s), of
    shape (samples,), default to ``times`` and the delay to none; between its samples an excitation
    is linear, so the delay need not be a multiple of anything. The equations are those of
    OpenSim's MuscleFirstOrderActivationDynamicModel behind the shape function of Buchanan et al.
    (2004); the kernel's header states them.
    """
    if electromechanical_delay is None:
        electromechanical_delay = torch.zeros_like(shape_factor)
    result = _Activation.apply(  # type: ignore[no-untyped-call]
        times,
        times if excitation_times is None else excitation_times,
        minimum_activation,
        excitations,
        shape_factor,
        activation_time_constant,
        deactivation_time_constant,
        electromechanical_delay,
    )
    assert isinstance(result, torch.Tensor)
    return result


class _Activation(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        times: Array,
        excitation_times: Array,
        minimum_activation: Array,
        *tensors: torch.Tensor,
    ) -> torch.Tensor:
        *arrays, delay = (np.ascontiguousarray(tensor.detach().numpy()) for tensor in tensors)
        ctx.arguments = (times, excitation_times, *arrays, minimum_activation, delay)
        return torch.from_numpy(_core.compute_activations(*ctx.arguments))

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        arguments = (*ctx.arguments, gradient.numpy())
        gradients = _core.compute_activation_gradients(*arguments)
        return (None, None, None, *(torch.from_numpy(g) for g in gradients))
