"""Training the estimator that a setup names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from ..arrays import Array
from ..estimators.checkpoint import Checkpoint
from ..estimators.network import FittedNetwork
from ..estimators.posterior.estimator import Posterior
from ..estimators.steps import Steps
from .information import check_information, describe_little_data
from .preparation import Outcome, Training

Progress = Callable[[str, float | None], None]
"""Called with what is done and, where that is known, the share that is done (0 to 1)."""


def train(
    training: Training,
    progress: Progress = lambda text, share: None,
    warn: Callable[[str], None] = lambda text: None,
) -> list[Outcome]:
    """All outcomes, one for each seed where chance plays a part.

    Before that, deep muscles of which nothing tells are refused, and ``warn`` is called where the
    trials are little. A training that was interrupted goes on where it stopped.
    """
    known = {ours for subject in training.setup.prior_subjects for ours, _ in subject.muscles}
    check_information(training.declaration, training.training_trials, known)
    warning = describe_little_data(training.declaration, training.training_trials)
    if warning is not None:
        training.warnings.append(warning)
        warn(warning)
    if training.setup.estimator == "posterior":
        posterior = Posterior(lambda text: progress(text, None), _keep_steps(training.checkpoint))
        return [Outcome(posterior.fit(training.task, seed=0), None)]
    options = training.setup.optimization
    total = len(options.seeds) * options.iterations

    def show(index: int, iteration: int, moment_error: float) -> None:
        text = f"seed {options.seeds[index]}, unexplained moment {100 * moment_error:.1f} %"
        progress(text, (index * options.iterations + iteration) / total)

    return [
        Outcome(FittedNetwork(training.restore(trained), trained.seed), trained.loss)
        for trained in training.run(show)
    ]


def _keep_steps(checkpoint: Checkpoint) -> Steps:
    # As tensors, which can be loaded without executing anything.
    def keep(found: Mapping[str, Array]) -> None:
        checkpoint.write({"steps": {step: torch.from_numpy(a) for step, a in found.items()}})

    kept = checkpoint.read().get("steps", {})
    return Steps({step: tensor.numpy() for step, tensor in kept.items()}, keep)


def choose(outcomes: list[Outcome]) -> Outcome:
    """The outcome with the least training loss: no hidden recording has a say."""
    return min(outcomes, key=lambda outcome: outcome.loss or 0.0)
