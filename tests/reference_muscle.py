"""Millard2012EquilibriumMuscle in plain torch: readable, slow, and what tests compare with.

The same equations and the same implicit step as the runtime's kernels (``MuscleForces.h``), with
torch's own differentiation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.physics.muscles.curves import sample_curves
from nmm_opensim.physics.muscles.millard import MuscleForces, TendonModel, read_properties
from nmm_opensim.physics.muscles.parameters import MuscleParameters
from nmm_opensim.physics.osim_model import OsimModel

Velocity = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Fibre velocity (m/s) of fibre length (m) and cosine of pennation."""

NEWTON_ITERATIONS = 50
TOLERANCE = 1e-10  # m
MAX_STEP_RATIO = 2.0


class ReferenceMuscle(torch.nn.Module):
    """What ``MillardMuscle`` computes, written out."""

    def __init__(self, model: OsimModel, muscles: Sequence[str], tendon: TendonModel) -> None:
        super().__init__()
        properties = read_properties(model, muscles)
        curves = sample_curves(model, muscles)
        self._tendon = tendon
        self.active_force_length = Curves([c.active_force_length for c in curves])
        self.passive_force_length = Curves([c.passive_force_length for c in curves])
        self.force_velocity = Curves([c.force_velocity for c in curves])
        self.tendon_force_length = Curves([c.tendon_force_length for c in curves])
        # OpenSim treats damping below 0.001 as none.
        damping = np.where(properties.fiber_damping < 1e-3, 0.0, properties.fiber_damping)
        self.damping = torch.tensor(damping)
        self.max_velocity = torch.tensor(properties.max_contraction_velocity)
        self._sin_max_pennation = torch.tensor(np.sin(properties.maximum_pennation_angle))
        self._min_active_length = torch.tensor(properties.minimum_active_fiber_length)
        self._min_activation = torch.tensor(properties.minimum_activation)

    def forward(
        self,
        times: Array,
        activation: torch.Tensor,
        length: torch.Tensor,
        speed: torch.Tensor,
        parameters: MuscleParameters[torch.Tensor],
    ) -> MuscleForces:
        """As ``MillardMuscle.forward``."""
        activation = torch.maximum(activation.clamp(max=1.0), self._min_activation)
        optimal = parameters.optimal_fiber_length
        height = optimal * torch.sin(parameters.pennation_angle_at_optimal)
        shortest = torch.maximum(
            self._min_active_length * optimal, height / self._sin_max_pennation
        )
        muscle = _Muscle(self, optimal, parameters.tendon_slack_length, height, shortest)
        if self._tendon == "rigid":
            force, fiber_length = muscle.rigid(activation, length, speed)
        else:
            force, fiber_length = muscle.elastic(times, activation, length, speed)
        return MuscleForces(parameters.max_isometric_force * force, fiber_length)


class _Muscle:
    """One evaluation; forces in units of the maximum isometric force."""

    def __init__(
        self,
        curves: ReferenceMuscle,
        optimal_fiber_length: torch.Tensor,
        slack_length: torch.Tensor,
        height: torch.Tensor,
        shortest: torch.Tensor,
    ) -> None:
        self._curves = curves
        self._optimal = optimal_fiber_length
        self._slack = slack_length
        self._height = height
        self._shortest = shortest

    def rigid(
        self, activation: torch.Tensor, length: torch.Tensor, speed: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tendon force and fibre length, for all frames at once."""
        along = (length - self._slack).clamp(min=1e-9)
        fiber_length = torch.sqrt(self._height**2 + along**2)
        cos_pennation = along / fiber_length
        force = self._fiber_force(activation, fiber_length, speed * cos_pennation)
        # A fibre cannot push, and a slack tendon cannot pull.
        pulls = (length > self._slack) & (fiber_length > self._shortest)
        force = torch.where(pulls, force.clamp(min=0.0) * cos_pennation, torch.zeros_like(force))
        return force, torch.maximum(fiber_length, self._shortest)

    def elastic(
        self, times: Array, activation: torch.Tensor, length: torch.Tensor, speed: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Tendon force and fibre length, frame by frame."""
        forces: list[torch.Tensor] = []
        fiber_lengths: list[torch.Tensor] = []
        for k in range(len(times)):
            slack = torch.sqrt(self._height**2 + (length[k] - self._slack).clamp(min=0.0) ** 2)
            if k == 0:
                velocity, longest, guess = partial(_take_up, speed[0]), slack, slack
            else:
                now, previous, before = _difference(times, k)
                history = previous * fiber_lengths[-1]
                if k > 1:
                    history = history + before * fiber_lengths[-2]
                velocity = partial(_step, now, history)
                # Beyond a slack tendon and a fibre at rest nothing pulls the fibre longer.
                longest = 1.001 * torch.maximum(slack, -history / now)
                guess = fiber_lengths[-1]
            imbalance = partial(self._imbalance, activation[k], length[k], velocity)
            fiber_length = _find_root(imbalance, guess, self._shortest, longest)
            fiber_lengths.append(fiber_length)
            forces.append(self._tendon_force(length[k], fiber_length))
        return torch.stack(forces), torch.stack(fiber_lengths)

    def _imbalance(
        self,
        activation: torch.Tensor,
        length: torch.Tensor,
        velocity: Velocity,
        fiber_length: torch.Tensor,
    ) -> torch.Tensor:
        cos_pennation = torch.sqrt(1 - (self._height / fiber_length) ** 2)
        fiber = self._fiber_force(activation, fiber_length, velocity(fiber_length, cos_pennation))
        return fiber * cos_pennation - self._tendon_force(length, fiber_length)

    def _fiber_force(
        self, activation: torch.Tensor, fiber_length: torch.Tensor, velocity: torch.Tensor
    ) -> torch.Tensor:
        curves = self._curves
        normalized = fiber_length / self._optimal
        normalized_velocity = velocity / (self._optimal * curves.max_velocity)
        force: torch.Tensor = (
            activation
            * curves.active_force_length(normalized)
            * curves.force_velocity(normalized_velocity)
            + curves.passive_force_length(normalized)
            + curves.damping * normalized_velocity
        )
        return force

    def _tendon_force(self, length: torch.Tensor, fiber_length: torch.Tensor) -> torch.Tensor:
        along = torch.sqrt(fiber_length**2 - self._height**2)
        force: torch.Tensor = self._curves.tendon_force_length((length - along) / self._slack)
        # Where the tendon begins to pull, a table of its curve may dip below zero by 1e-9.
        return force.clamp(min=0.0)


def _take_up(
    speed: torch.Tensor, fiber_length: torch.Tensor, cos_pennation: torch.Tensor
) -> torch.Tensor:
    """Fibre velocity while the tendon keeps its length."""
    return speed * cos_pennation


def _step(
    now: float, history: torch.Tensor, fiber_length: torch.Tensor, cos_pennation: torch.Tensor
) -> torch.Tensor:
    """Fibre velocity as a difference of fibre lengths."""
    return now * fiber_length + history


def _difference(times: Array, k: int) -> tuple[float, float, float]:
    """Factors of the fibre lengths at frames k, k - 1 and k - 2 that give dl/dt at frame k."""
    step = times[k] - times[k - 1]
    ratio = 0.0 if k < 2 else step / (times[k - 1] - times[k - 2])
    if k < 2 or ratio > MAX_STEP_RATIO:
        return 1 / step, -1 / step, 0.0
    return (
        (1 + 2 * ratio) / ((1 + ratio) * step),
        -(1 + ratio) / step,
        ratio**2 / ((1 + ratio) * step),
    )


def _find_root(
    function: Callable[[torch.Tensor], torch.Tensor],
    guess: torch.Tensor,
    low: torch.Tensor,
    high: torch.Tensor,
) -> torch.Tensor:
    """The root of a rising function of each muscle, or the end of [low, high] nearest to it."""
    with torch.no_grad():
        below, above = low.clone(), torch.maximum(high, low)
        at_low = function(below) >= 0
        at_high = ~at_low & (function(above) <= 0)
        x = torch.minimum(torch.maximum(guess, below), above)
    for _ in range(NEWTON_ITERATIONS):
        x = x.detach().requires_grad_()
        with torch.enable_grad():
            y = function(x)
            (slope,) = torch.autograd.grad(y.sum(), x)
        with torch.no_grad():
            above, below = torch.where(y > 0, x, above), torch.where(y > 0, below, x)
            newton = x - y / slope
            converged = (newton - x).abs() < TOLERANCE
            inside = (newton > below) & (newton < above)
            x = torch.where(converged | inside, newton, 0.5 * (below + above))
        if (converged | at_low | at_high).all():
            break
    # One more Newton step, differentiable in everything the function depends on: its derivative
    # is that of the root (implicit function theorem).
    x = x.detach()
    probe = x.clone().requires_grad_()
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(function(probe).sum(), probe)
    root = x - function(x) / slope
    return torch.where(at_low | (high <= low), low, torch.where(at_high, high, root))


class Curves(torch.nn.Module):
    """One curve per muscle, evaluated for all frames at once: (…, muscles) to (…, muscles).

    Cubic Hermite pieces between the samples, linear beyond them.
    """

    def __init__(self, curves: list[_core.Curve]) -> None:
        super().__init__()
        sizes = [len(curve.values) for curve in curves]
        self._start = torch.tensor([curve.start for curve in curves], dtype=torch.float64)
        self._step = torch.tensor([curve.step for curve in curves], dtype=torch.float64)
        self._last = torch.tensor(sizes, dtype=torch.float64) - 2
        self._offset = torch.tensor(np.cumsum([0, *sizes[:-1]]))
        self._values = torch.tensor(np.concatenate([curve.values for curve in curves]))
        self._slopes = torch.tensor(np.concatenate([curve.slopes for curve in curves]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        position = (x - self._start) / self._step
        cell = torch.minimum(position.detach().floor().clamp(min=0), self._last)
        # Beyond the grid t is held at an end and the rest of the way is linear.
        t = (position - cell).clamp(0.0, 1.0)
        beyond = (position - cell - t) * self._step
        k = cell.long() + self._offset
        y0, y1 = self._values[k], self._values[k + 1]
        m0, m1 = self._slopes[k] * self._step, self._slopes[k + 1] * self._step
        change = y1 - y0
        inside = y0 + t * (m0 + t * (3 * change - 2 * m0 - m1 + t * (m0 + m1 - 2 * change)))
        end_slope = torch.where(beyond < 0, self._slopes[k], self._slopes[k + 1])
        return inside + beyond * end_slope
