"""The optimisation that every trained estimator shares: full-batch Adam, deterministic."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import NMMError
from ..nmm.chain import MusculoskeletalModel, PreparedTrial
from ..physics.muscles.millard import rigid_fiber_length

# How far normalised fibre length may leave its uncalibrated range before it costs.
FIBER_LENGTH_MARGIN = 0.1
SECONDS_BETWEEN_STATES = 5.0


@dataclass(frozen=True)
class Optimization:
    """How the training is run; the weights multiply terms of order one."""

    iterations: int
    learning_rate: float
    seeds: tuple[int, ...]
    weight_decay: float
    excitation_weight: float
    parameter_weight: float
    fiber_length_weight: float


Loss = Callable[[], tuple[torch.Tensor, torch.Tensor]]
"""The loss, and the relative error that it consists of in the main."""

State = dict[str, Any]
"""All that a minimisation needs to go on where it stopped."""


def minimise(
    module: torch.nn.Module,
    loss_of: Loss,
    options: Optimization,
    what: str,
    progress: Callable[[int, float], None] = lambda iteration, error: None,
    started: State | None = None,
    keep: Callable[[State], None] = lambda state: None,
) -> float:
    """Train ``module``; the final loss.

    ``what`` names it in messages. ``progress`` is called after every iteration, ``keep`` from time
    to time and when interrupted with a state that a later call takes as ``started``.
    """
    optimizer = torch.optim.Adam(module.parameters(), lr=options.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.iterations)
    first = 0
    if started is not None:
        module.load_state_dict(started["nmm"])
        optimizer.load_state_dict(started["optimizer"])
        schedule.load_state_dict(started["schedule"])
        first = started["iteration"]

    def state(iteration: int) -> State:
        return {
            "nmm": module.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "iteration": iteration,
        }

    done = first
    saved = time.monotonic()
    threads = torch.get_num_threads()
    # On tensors of this size threads wait for each other longer than they help.
    torch.set_num_threads(1)
    try:
        for iteration in range(first, options.iterations):
            optimizer.zero_grad()
            loss, error = loss_of()
            if not torch.isfinite(loss):
                raise NMMError(
                    f"Training of {what} diverged at iteration {iteration}: the loss is "
                    f"{loss.item()}; lower <learning_rate>."
                )
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            done = iteration + 1
            progress(done, float(error))
            if time.monotonic() - saved > SECONDS_BETWEEN_STATES:
                keep(state(done))
                saved = time.monotonic()
        with torch.no_grad():
            return float(loss_of()[0])
    except KeyboardInterrupt:
        keep(state(done))
        raise
    finally:
        torch.set_num_threads(threads)


class MomentLoss:
    """Moments decide; weak terms keep what they leave open near the model and near rest."""

    def __init__(
        self,
        nmm: MusculoskeletalModel,
        trials: Sequence[PreparedTrial],
        options: Optimization,
    ) -> None:
        self._nmm = nmm
        self._trials = trials
        self._options = options
        moments = torch.cat([trial.moments for trial in trials])
        self._scale = moments.std(dim=0)
        if bool((self._scale == 0).any()):
            j = int((self._scale == 0).nonzero()[0])
            raise NMMError(
                f"Inverse dynamics of '{nmm.declaration.moment_coordinates[j]}': expected a "
                "moment that changes over the training trials, but it is constant."
            )
        lengths = torch.cat([trial.lengths for trial in trials])
        properties = nmm.properties
        generic = rigid_fiber_length(
            lengths,
            torch.tensor(properties.optimal_fiber_length),
            torch.tensor(properties.tendon_slack_length),
            torch.tensor(properties.pennation_angle_at_optimal),
        ) / torch.tensor(properties.optimal_fiber_length)
        self._lengths = lengths
        self._shortest = generic.min(dim=0).values - FIBER_LENGTH_MARGIN
        self._longest = generic.max(dim=0).values + FIBER_LENGTH_MARGIN
        outputs = [
            i
            for i, s in enumerate(nmm.declaration.sources.sources)
            if s.kind in ("deep", "unscored")
        ]
        self._predicted = torch.tensor(outputs)

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss and its first term: the mean squared moment error relative to its variance."""
        results = [(self._nmm(trial), trial.moments) for trial in self._trials]
        errors = torch.cat([(result.moments - moments) for result, moments in results])
        moment_error = (errors / self._scale).square().mean()

        calibration, options = self._nmm.calibration, self._options
        predicted = torch.cat([result.excitations for result, _ in results])[:, self._predicted]
        # Under a rigid tendon whatever the muscle's: a measure of parameters, not of forces.
        normalized = (
            rigid_fiber_length(
                self._lengths,
                calibration.optimal_fiber_length,
                calibration.tendon_slack_length,
                calibration.pennation_angle_at_optimal,
            )
            / calibration.optimal_fiber_length
        )
        outside = torch.relu(self._shortest - normalized) + torch.relu(normalized - self._longest)
        loss = (
            moment_error
            + options.excitation_weight * predicted.square().mean()
            + options.parameter_weight * calibration.departure()
            + options.fiber_length_weight * outside.square().mean()
            + options.weight_decay * self._nmm.predictor.penalty()
        )
        return loss, moment_error.detach()
