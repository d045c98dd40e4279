"""Excitation to activation in torch: the runtime's kernel and its exact adjoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ... import _core
from ...arrays import Array

# s: what an electromechanical delay can be; a longer one is a lag between streams.
POSSIBLE_DELAY = (0.0, 0.125)


@dataclass(frozen=True)
class ActivationParameters:
    """From excitation to activation, each (muscles,); without a delay there is none."""

    shape_factor: torch.Tensor
    activation_time_constant: torch.Tensor  # s
    deactivation_time_constant: torch.Tensor  # s
    minimum_activation: Array
    electromechanical_delay: torch.Tensor | None = None  # s


def compute_activations(
    times: Array,
    excitations: torch.Tensor,
    parameters: ActivationParameters,
    excitation_times: Array | None = None,
) -> torch.Tensor:
    """Activations (frames, muscles) of excitations (samples, muscles).

    ``times`` (s) has shape (frames,); all tensors are differentiable. ``excitation_times`` (s), of
    shape (samples,), default to ``times``; between its samples an excitation is linear, so the
    delay need not be a multiple of anything. The equations are those of OpenSim's
    MuscleFirstOrderActivationDynamicModel behind the shape function of Buchanan et al. (2004); the
    kernel's header states them.
    """
    delay = parameters.electromechanical_delay
    result = _Activation.apply(  # type: ignore[no-untyped-call]
        times,
        times if excitation_times is None else excitation_times,
        parameters.minimum_activation,
        excitations,
        parameters.shape_factor,
        parameters.activation_time_constant,
        parameters.deactivation_time_constant,
        torch.zeros_like(parameters.shape_factor) if delay is None else delay,
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
