"""EMG-assisted optimisation: recorded excitations, adjusted as little as the moments need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import lsq_linear

from ...arrays import Array
from ...nmm.chain import MusculoskeletalModel, PreparedTrial, TrialTensors
from ...nmm.estimate import Estimate
from ...nmm.sources import Measured, Tied
from ...physics.muscles.millard import MillardMuscle
from ..interface import Estimator, FittedEstimator, Task
from ..optimization import Optimization
from ..steps import Steps
from .excitations import invert_activations
from .linear_moments import LinearMoments, linearise
from .synx import Synx


@dataclass(frozen=True)
class Weights:
    """alpha, beta and gamma; moment errors are divided by the moment's SD in training.

    An EMG error of 0.3 costs as much as a moment error of a tenth of the SD: moments are met
    closely. gamma decides among what is left open.
    """

    moment: float = 1.0
    emg: float = 0.1
    effort: float = 0.01


class EmgAssisted(Estimator):
    """The hybrid of CEINMS (Sartori et al., 2014; Pizzolato et al., 2015), frame by frame.

    min alpha sum (moment error)^2 + beta sum (a - a_measured)^2 + gamma sum a^2, 0 <= a <= 1, over
    activations: with rigid tendons moments are linear in them, which leaves one exact solution.
    a_measured is the measured excitation after gain, shape function and activation dynamics; the
    solution goes the same way back. Tied muscles follow the activation they are tied to.

    Muscle parameters and gains are calibrated, as CEINMS does first: by SynX NMF on the training
    trials, because that calibration too needs something for the deep muscles and looks at no hidden
    recording. Deep muscles are then free.
    """

    name = "EMG-assisted"
    seeded = False
    sees_moments = True

    def __init__(self, options: Optimization, weights: Weights | None = None) -> None:
        self._calibration = Synx("NMF", options)
        self._weights = weights or Weights()

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedEmgAssisted:
        chain = self._calibration.fit(task, seed, steps).chain
        muscle = MillardMuscle(task.model, task.declaration.sources.muscles, "rigid")
        spread = np.vstack([trial.moments for trial in task.training]).std(axis=0)
        return FittedEmgAssisted(chain, muscle, spread, self._weights)


class FittedEmgAssisted(FittedEstimator):
    """A calibrated model, and how errors of moments (SD in N m) and EMG are weighed."""

    name = EmgAssisted.name

    def __init__(
        self,
        chain: MusculoskeletalModel,
        muscle: MillardMuscle,
        moment_spread: Array,
        weights: Weights,
    ) -> None:
        self._chain = chain
        self._muscle = muscle
        self._spread = moment_spread
        self._weights = weights
        properties = chain.properties
        self._time_constants = (
            properties.activation_time_constant,
            properties.deactivation_time_constant,
        )

    def estimate(self, trial: PreparedTrial) -> Estimate:
        sources = self._chain.declaration.sources
        moments = self._linearise(trial)
        own = [i for i, source in enumerate(sources.sources) if not isinstance(source, Tied)]
        ties = sources.find_ties()[own]
        measured = np.array([isinstance(sources.sources[i], Measured) for i in own])
        solution = solve_assisted(
            np.einsum("tmc,om->toc", moments.active, ties) / self._spread,
            (trial.moments - moments.passive) / self._spread,
            self._measured_activations(trial)[:, own],
            measured,
            self._weights,
        )
        activations = np.clip(solution @ ties, 0.0, 1.0)
        shape_factor = self._chain.calibration.shape_factor.detach().numpy()
        excitations = invert_activations(
            trial.time, activations, shape_factor, *self._time_constants
        )
        return Estimate(
            dict(zip(sources.muscles, excitations.T, strict=True)),
            moments.passive + np.einsum("tm,tmc->tc", activations, moments.active),
        )

    def _linearise(self, trial: PreparedTrial) -> LinearMoments:
        parameters = self._chain.calibration.muscle_parameters
        return linearise(self._muscle, parameters.convert(torch.Tensor.detach), trial)

    def _measured_activations(self, trial: PreparedTrial) -> Array:
        """Of all muscles, (frames, muscles); only those of measured ones mean anything."""
        outputs = len(self._chain.declaration.sources.outputs)
        tensors = TrialTensors.of(trial)
        with torch.no_grad():
            nothing = torch.zeros(len(trial.time), outputs, dtype=torch.float64)
            excitations = self._chain.excite(tensors, nothing)
            return self._chain.activate(tensors, excitations).numpy()


def solve_assisted(
    active: Array, moments: Array, recorded: Array, measured: Array, weights: Weights
) -> Array:
    """Activations (frames, muscles) within [0, 1].

    ``active`` has shape (frames, muscles, coordinates) and ``moments``, without their passive part,
    (frames, coordinates), both divided by the moments' SD. ``recorded`` are activations (frames,
    muscles), of which those count whose muscle is ``measured``, (muscles,).
    """
    muscles = active.shape[1]
    alpha, beta, gamma = (np.sqrt(w) for w in (weights.moment, weights.emg, weights.effort))
    select = np.eye(muscles)[measured]
    effort = gamma * np.eye(muscles)
    solution = np.empty(active.shape[:2])
    for k, (strength, moment) in enumerate(zip(active, moments, strict=True)):
        solution[k] = lsq_linear(
            np.vstack([alpha * strength.T, beta * select, effort]),
            np.concatenate([alpha * moment, beta * recorded[k, measured], np.zeros(muscles)]),
            (0.0, 1.0),
            method="bvls",
        ).x
    return solution
