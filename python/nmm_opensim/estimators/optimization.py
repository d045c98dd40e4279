"""The optimisation that every trained estimator shares: full-batch Adam, deterministic."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ..errors import NMMError
from ..nmm.chain import MusculoskeletalModel, PreparedTrial, TrialTensors
from ..physics.muscles.millard import rigid_fiber_length
from ..physics.muscles.parameters import to_tensors
from .steps import State, Steps

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


Loss = Callable[[int | None], tuple[torch.Tensor, torch.Tensor]]
"""The loss at an iteration, and the relative error that it consists of in the main.

A loss that looks at a part of the data at a time tells by the iteration which; None asks for what
the training ends with.
"""


def minimise(
    nmm: MusculoskeletalModel,
    loss_of: Loss,
    options: Optimization,
    what: str,
    steps: Steps,
    error_name: str = "unexplained moment",
) -> float:
    """Train ``nmm`` as the step ``what``; the final loss.

    A step that is known is taken from ``steps``; one that was stopped goes on where it was.
    ``error_name`` says what the loss's error is, where progress is told.
    """

    def show(iteration: int, error: float) -> None:
        text = f"{what}, {error_name} {100 * error:.1f} %"
        steps.tell(text, iteration / options.iterations)

    def train() -> State:
        descent = _Descent(nmm, options)
        if (started := steps.started.get(what)) is not None:
            descent.restore(started)
        loss = descent.run(loss_of, what, show, lambda state: steps.leave(what, state))
        return {"module": nmm.state_dict(), "loss": loss}

    trained = steps.run(what, train)
    nmm.load_state_dict(trained["module"])
    return float(trained["loss"])


class _Descent:
    """Adam with a learning rate that falls to zero along a cosine."""

    def __init__(self, nmm: MusculoskeletalModel, options: Optimization) -> None:
        self._module = nmm
        self._iterations = options.iterations
        groups = [
            {"params": parameters, "lr": factor * options.learning_rate}
            for factor, parameters in nmm.group_parameters().items()
        ]
        self._optimizer = torch.optim.Adam(groups)
        self._schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
            self._optimizer, options.iterations
        )
        self._done = 0

    @property
    def state(self) -> State:
        """All that is needed to go on from here."""
        return {
            "module": self._module.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "iteration": self._done,
        }

    def restore(self, state: State) -> None:
        """Go on from a ``state``."""
        self._module.load_state_dict(state["module"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self._done = state["iteration"]

    def run(
        self,
        loss_of: Loss,
        what: str,
        show: Callable[[int, float], None],
        leave: Callable[[State], None],
    ) -> float:
        """Descend to the end; the final loss. ``leave`` gets states now and when interrupted."""
        left = time.monotonic()
        threads = torch.get_num_threads()
        # On tensors of this size threads wait for each other longer than they help.
        torch.set_num_threads(1)
        try:
            while self._done < self._iterations:
                error = self._step(loss_of, what)
                show(self._done, error)
                if time.monotonic() - left > SECONDS_BETWEEN_STATES:
                    leave(self.state)
                    left = time.monotonic()
            with torch.no_grad():
                return float(loss_of(None)[0])
        except KeyboardInterrupt:
            leave(self.state)
            raise
        finally:
            torch.set_num_threads(threads)

    def _step(self, loss_of: Loss, what: str) -> float:
        self._optimizer.zero_grad()
        loss, error = loss_of(self._done)
        if not torch.isfinite(loss):
            raise NMMError(
                f"Training of {what} diverged at iteration {self._done}: the loss is "
                f"{loss.item()}; lower <learning_rate>."
            )
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._schedule.step()
        self._done += 1
        return float(error)


def find_moment_scale(nmm: MusculoskeletalModel, trials: Sequence[PreparedTrial]) -> torch.Tensor:
    """Standard deviations of the moments (N m), (coordinates,), none of which is 0."""
    scale = torch.cat([torch.from_numpy(trial.known_moments) for trial in trials]).std(dim=0)
    if bool((scale == 0).any()):
        j = int((scale == 0).nonzero()[0])
        raise NMMError(
            f"Inverse dynamics of '{nmm.declaration.moment_coordinates[j]}': expected a "
            "moment that changes over the training trials, but it is constant."
        )
    return scale


class ParameterLoss:
    """What keeps muscle parameters near the model's own."""

    def __init__(
        self, nmm: MusculoskeletalModel, lengths: torch.Tensor, options: Optimization
    ) -> None:
        """``lengths`` (m) of the muscles in training, (frames, muscles)."""
        self._calibration = nmm.calibration
        self._options = options
        parameters = to_tensors(nmm.properties.parameters)
        generic = rigid_fiber_length(lengths, parameters) / parameters.optimal_fiber_length
        self._lengths = lengths
        self._shortest = generic.min(dim=0).values - FIBER_LENGTH_MARGIN
        self._longest = generic.max(dim=0).values + FIBER_LENGTH_MARGIN

    def __call__(self) -> torch.Tensor:
        """Weighted departure of the parameters and of normalised fibre lengths."""
        calibration, options = self._calibration, self._options
        # Under a rigid tendon whatever the muscle's: a measure of parameters, not of forces.
        # Taken twice: gradients that meet in one tensor would add up in another order.
        normalized = (
            rigid_fiber_length(self._lengths, calibration.muscle_parameters)
            / calibration.muscle_parameters.optimal_fiber_length
        )
        outside = torch.relu(self._shortest - normalized) + torch.relu(normalized - self._longest)
        return (
            options.parameter_weight * calibration.departure()
            + options.fiber_length_weight * outside.square().mean()
        )


class MomentLoss:
    """Moments decide; weak terms keep what they leave open near the model and near rest."""

    def __init__(
        self,
        nmm: MusculoskeletalModel,
        trials: Sequence[PreparedTrial],
        options: Optimization,
    ) -> None:
        self._nmm = nmm
        self._trials = [TrialTensors.of(trial) for trial in trials]
        self._options = options
        self._moments = [torch.from_numpy(trial.known_moments) for trial in trials]
        self._scale = find_moment_scale(nmm, trials)
        lengths = torch.cat([trial.lengths for trial in self._trials])
        self._parameters = ParameterLoss(nmm, lengths, options)
        outputs = [
            i
            for i, s in enumerate(nmm.declaration.sources.sources)
            if s.kind in ("deep", "unscored")
        ]
        self._predicted = torch.tensor(outputs)

    def __call__(self, iteration: int | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss and its first term: the mean squared moment error relative to its variance.

        It is of all trials at every iteration.
        """
        results = [self._nmm(trial) for trial in self._trials]
        errors = torch.cat(
            [
                result.moments - moments
                for result, moments in zip(results, self._moments, strict=True)
            ]
        )
        moment_error = (errors / self._scale).square().mean()

        options = self._options
        predicted = torch.cat([result.excitations for result in results])[:, self._predicted]
        loss = (
            moment_error
            + options.excitation_weight * predicted.square().mean()
            + self._parameters()
            + options.weight_decay * self._nmm.predictor.penalty()
        )
        return loss, moment_error.detach()
