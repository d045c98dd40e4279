"""Static optimization: the least activations that give the moments, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ...physics.muscles.millard import MillardMuscle, read_properties
from ...physics.muscles.parameters import MuscleParameters, to_tensors
from ..interface import Estimator, FittedEstimator, Task
from ..steps import Steps
from .calibrated import CopyDriven, calibrate, split
from .copies import agree
from .excitations import invert_activations
from .linear_moments import linearise

# N m per unit of control: weak, so that muscles are used wherever they can.
RESERVE_MOMENT = 1.0


@dataclass(frozen=True)
class Form:
    """What muscles are: the model's own or calibrated ones, with or without passive forces."""

    calibrated: bool = False
    passive: bool = False


# As OpenSim's tool has it.
OPENSIMS = Form()
FORMS = (OPENSIMS, Form(calibrated=True), Form(passive=True), Form(calibrated=True, passive=True))


class StaticOptimization(Estimator):
    """min sum a^2 + sum c^2 so that muscles and reserves c give the moments of the trial.

    The same problem as OpenSim's StaticOptimization with its defaults and one reserve actuator per
    coordinate: the muscles' active strength at the given kinematics with rigid tendons. It differs
    in that only the declared moment coordinates must be met, so muscles that also cross others are
    free there. Ties are not kept, and EMG is not in the problem.

    OpenSim's form has the model's own parameters and no passive forces. Where there are several
    ``forms``, the one is taken whose activations agree best with the measured muscles' EMG.
    """

    name = "StaticOptimization"
    seeded = False
    sees_moments = True

    def __init__(self, forms: Sequence[Form] = FORMS) -> None:
        self._forms = tuple(forms)

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedStaticOptimization:
        properties = read_properties(task.model, task.declaration.sources.muscles)
        copies = CopyDriven(task)
        calibrated = properties.parameters
        if any(form.calibrated for form in self._forms):
            driven = calibrate(task, copies, steps or Steps())
            calibrated = driven.calibrated_muscles.parameters
        fitted = [
            FittedStaticOptimization(
                task, calibrated if form.calibrated else properties.parameters, form
            )
            for form in self._forms
        ]
        if len(fitted) == 1 or not copies.masked:
            return fitted[0]
        return max(fitted, key=lambda each: _judge(each, copies, split(task)[1]))


def _judge(
    fitted: FittedStaticOptimization, copies: CopyDriven, judged: Sequence[PreparedTrial]
) -> float:
    """The mean r with the measured muscles' EMG."""
    agreements = []
    for trial in judged:
        excitations = fitted.estimate(trial).excitations
        for question in copies.masked:
            recording = trial.envelopes[:, copies.channels.index(question.drive)]
            agreements.append(agree(excitations[question.muscle], recording))
    return float(np.mean(agreements))


class FittedStaticOptimization(FittedEstimator):
    """Muscles, and the problem's form."""

    name = StaticOptimization.name

    def __init__(self, task: Task, parameters: MuscleParameters[Array], form: Form) -> None:
        self.form = form
        self._muscles = task.declaration.sources.muscles
        self._properties = read_properties(task.model, self._muscles)
        self._parameters = to_tensors(parameters)
        self._muscle = MillardMuscle(task.model, self._muscles, "rigid")

    def solve(self, trial: PreparedTrial) -> tuple[Array, Array]:
        """Activations (frames, muscles), as OpenSim's tool gives them, and the muscles' moments."""
        moments = linearise(self._muscle, self._parameters, trial)
        passive = moments.passive if self.form.passive else np.zeros_like(moments.passive)
        minimum = self._properties.minimum_activation
        activations = solve_static(moments.active, trial.moments - passive, minimum)
        return activations, passive + np.einsum("tm,tmc->tc", activations, moments.active)

    def estimate(self, trial: PreparedTrial) -> Estimate:
        activations, moments = self.solve(trial)
        excitations = invert_activations(
            trial.time,
            activations,
            # No shape function: OpenSim's muscles have none.
            np.zeros(len(self._muscles)),
            self._properties.activation_time_constant,
            self._properties.deactivation_time_constant,
        )
        return Estimate(dict(zip(self._muscles, excitations.T, strict=True)), moments)


def solve_static(active: Array, moments: Array, minimum_activation: Array) -> Array:
    """Activations (frames, muscles) within [minimum, 1].

    ``active`` (N m) has shape (frames, muscles, coordinates), ``moments`` (N m) (frames,
    coordinates). A reserve's control is what the muscles leave over, so that each frame is a
    bounded linear least-squares problem.
    """
    muscles = active.shape[1]
    activations = np.empty(active.shape[:2])
    for k, (strength, moment) in enumerate(zip(active, moments, strict=True)):
        activations[k] = lsq_linear(
            np.vstack([strength.T / RESERVE_MOMENT, np.eye(muscles)]),
            np.concatenate([moment / RESERVE_MOMENT, np.zeros(muscles)]),
            (minimum_activation, 1.0),
            method="bvls",
        ).x
    return activations
