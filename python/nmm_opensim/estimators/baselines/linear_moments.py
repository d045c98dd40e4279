"""Joint moments as a linear function of activations, which they are with rigid tendons."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ...arrays import Array
from ...nmm.chain import PreparedTrial, TrialTensors
from ...physics.muscles.millard import MillardMuscle
from ...physics.muscles.parameters import MuscleParameters


@dataclass(frozen=True)
class LinearMoments:
    """Moments (N m) = passive + sum over muscles of active * activation.

    ``active`` has shape (frames, muscles, coordinates), ``passive`` (frames, coordinates).
    """

    active: Array
    passive: Array


def linearise(
    muscle: MillardMuscle, parameters: MuscleParameters[torch.Tensor], trial: PreparedTrial
) -> LinearMoments:
    """Exact for a ``muscle`` with a rigid tendon as long as its fibre pulls.

    Millard's fibre force is F0 [a fL fV + fPE + beta v], but not below 0: a fibre that shortens
    fast enough to be slack at low activation is the one exception.
    """
    path = TrialTensors.of(trial)
    activation = torch.ones_like(path.lengths, requires_grad=True)
    full = muscle(path.time, activation, path.lengths, path.speeds, parameters).tendon_force
    (slope,) = torch.autograd.grad(full.sum(), activation)
    active = slope.unsqueeze(2) * path.moment_arms
    passive = torch.einsum("tm,tmc->tc", full.detach() - slope, path.moment_arms)
    return LinearMoments(active.numpy(), passive.numpy())
