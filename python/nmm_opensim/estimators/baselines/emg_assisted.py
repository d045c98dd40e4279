"""EMG-assisted optimisation: recorded excitations, adjusted as little as the moments need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ...nmm.sources import Tied
from ...physics.muscles.millard import MillardMuscle
from ...physics.muscles.parameters import to_tensors
from ..agreement import agree
from ..emg_driven.driven import Driven
from ..interface import Estimator, FittedEstimator, Task, split
from ..steps import Steps
from .calibrated import CopyDriven, Question, calibrate_copies
from .excitations import invert_activations
from .linear_moments import LinearMoments, linearise

# Of the judged frames: neighbouring ones say nearly the same.
EVERY = 5


@dataclass(frozen=True)
class Weights:
    """alpha, beta and gamma, and what muscles without EMG are held to their copy with.

    Moment errors are divided by the moment's SD in training. With an ``emg`` of 0.1 an EMG error of
    0.3 costs as much as a moment error of a tenth of the SD: moments are met closely.
    """

    moment: float = 1.0
    emg: float = 0.1
    effort: float = 0.01
    copy: float = 0.0


# Muscles without EMG may be held to their copy more closely than moments are met.
CANDIDATES = tuple(
    Weights(emg=emg, copy=copy) for emg in (0.01, 0.1, 1.0) for copy in (0.0, 0.01, 0.1, 1.0, 10.0)
)


class EmgAssisted(Estimator):
    """The hybrid of CEINMS (Sartori et al., 2014; Pizzolato et al., 2015), frame by frame.

    min alpha sum (moment error)^2 + beta sum (a - a_measured)^2 + gamma sum a^2, 0 <= a <= 1, over
    activations: with rigid tendons moments are linear in them, which leaves one exact solution.
    a_measured is the measured excitation after gain, shape function and activation dynamics; the
    solution goes the same way back. Tied muscles follow the activation they are tied to. Muscles
    without EMG may be held to the copy of their synergists in the same way.

    Muscle parameters and gains are calibrated, as CEINMS does first, with that copy as the EMG of
    muscles that have none. The weights are those that measured muscles, hidden in turn, are met
    best by; without their synergists where the deep muscles have none.
    """

    name = "EMG-assisted"
    seeded = False
    sees_moments = True

    def __init__(self, candidates: Sequence[Weights] = CANDIDATES) -> None:
        self._candidates = tuple(candidates)

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedEmgAssisted:
        steps = steps or Steps()
        copies = CopyDriven(task)
        driven = calibrate_copies(task, copies, steps)
        spread = np.vstack([trial.known_moments for trial in task.training]).std(axis=0)
        muscle = MillardMuscle(task.model, task.declaration.sources.muscles, "rigid")
        problem = Problem(copies, driven, muscle, spread)
        steps.tell("choosing the weights of EMG-assisted optimisation")
        weights = choose_weights(problem, split(task)[1], self._candidates)
        return FittedEmgAssisted(problem, weights)


class Problem:
    """What each frame of a trial asks of the calibrated muscles; ``spread`` (N m) of moments."""

    def __init__(
        self, copies: CopyDriven, driven: Driven, muscle: MillardMuscle, spread: Array
    ) -> None:
        self.copies = copies
        self.driven = driven
        self._muscle = muscle
        self._spread = spread
        sources = copies.sources
        own = [i for i, source in enumerate(sources.sources) if not isinstance(source, Tied)]
        self.own = own
        """The muscles, by index, that follow no other."""
        self.ties = sources.find_ties()[own]
        self._predicted = [sources.muscles.index(each.muscle) for each in copies.predicted]

    def linearise(self, trial: PreparedTrial) -> LinearMoments:
        """Moments of a trial as the calibrated muscles give them."""
        parameters = to_tensors(self.driven.calibrated_muscles.parameters)
        return linearise(self._muscle, parameters, trial)

    def solve(
        self,
        trial: PreparedTrial,
        moments: LinearMoments,
        weights: Weights,
        masked: Question | None = None,
        frames: slice = slice(None),
    ) -> Array:
        """Activations (frames, own muscles) within [0, 1]; a ``masked`` muscle has no EMG."""
        model = self.driven.model
        unheard = set(self._predicted)
        if masked is not None:
            unheard |= set(np.flatnonzero(model.own_shares[model.drives.index(masked.drive)]))
        measured = [muscle not in unheard for muscle in self.own]
        recorded = self.driven.compute_activations(self.copies.prepare(trial, masked))
        return solve_assisted(
            np.einsum("tmc,om->toc", moments.active[frames], self.ties) / self._spread,
            (trial.known_moments - moments.passive)[frames] / self._spread,
            recorded[frames][:, self.own],
            measured,
            weights,
        )


def choose_weights(
    problem: Problem, judged: Sequence[PreparedTrial], candidates: Sequence[Weights]
) -> Weights:
    """Those of ``candidates`` by which masked muscles' activations are met best: mean r."""
    copies, driven = problem.copies, problem.driven
    asked = copies.ask(any(question.synergists for question in copies.predicted))
    if not asked or len(copies.channels) < 2 or len(candidates) < 2:
        return candidates[0]
    agreements: list[list[float]] = [[] for _ in candidates]
    frames = slice(None, None, EVERY)
    for trial in judged:
        moments = problem.linearise(trial)
        heard = driven.compute_activations(copies.prepare(trial))[frames]
        for question in asked:
            muscle = driven.model.muscles.index(question.muscle)
            own = problem.own.index(muscle)
            for k, weights in enumerate(candidates):
                solution = problem.solve(trial, moments, weights, question, frames)
                agreements[k].append(agree(solution[:, own], heard[:, muscle]))
    return candidates[int(np.argmax(np.mean(agreements, axis=1)))]


class FittedEmgAssisted(FittedEstimator):
    """A calibrated model, and how errors of moments and EMG are weighed."""

    name = EmgAssisted.name
    sees_moments = EmgAssisted.sees_moments

    def __init__(self, problem: Problem, weights: Weights) -> None:
        self._problem = problem
        self.weights = weights

    def estimate(self, trial: PreparedTrial) -> Estimate:
        problem = self._problem
        moments = problem.linearise(trial)
        solution = problem.solve(trial, moments, self.weights)
        activations = np.clip(solution @ problem.ties, 0.0, 1.0)
        muscles = problem.driven.calibrated_muscles
        excitations = invert_activations(
            trial.time,
            activations,
            muscles.shape_factor,
            muscles.activation_time_constant,
            muscles.deactivation_time_constant,
        )
        return Estimate(
            dict(zip(problem.driven.model.muscles, excitations.T, strict=True)),
            moments.passive + np.einsum("tm,tmc->tc", activations, moments.active),
        )


def solve_assisted(
    active: Array, moments: Array, recorded: Array, measured: Sequence[bool], weights: Weights
) -> Array:
    """Activations (frames, muscles) within [0, 1].

    ``active`` has shape (frames, muscles, coordinates) and ``moments``, without their passive part,
    (frames, coordinates), both divided by the moments' SD. ``recorded`` are activations (frames,
    muscles): of muscles that are ``measured``, (muscles,), their EMG's, of others their copy's.
    """
    muscles = active.shape[1]
    alpha, gamma = np.sqrt(weights.moment), np.sqrt(weights.effort)
    held = np.sqrt(np.where(measured, weights.emg, weights.copy))
    effort = gamma * np.eye(muscles)
    solution = np.empty(active.shape[:2])
    for k, (strength, moment) in enumerate(zip(active, moments, strict=True)):
        solution[k] = lsq_linear(
            np.vstack([alpha * strength.T, np.diag(held), effort]),
            np.concatenate([alpha * moment, held * recorded[k], np.zeros(muscles)]),
            (0.0, 1.0),
            method="bvls",
        ).x
    return solution
