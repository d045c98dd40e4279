"""Static optimization: the least activations that give the moments, frame by frame."""

from __future__ import annotations

import numpy as np
from scipy.optimize import lsq_linear

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ...physics.muscles.millard import MillardMuscle, read_properties
from ...physics.muscles.parameters import to_tensors
from ..interface import Estimator, FittedEstimator, Task
from ..steps import Steps
from .excitations import invert_activations
from .linear_moments import linearise

# N m per unit of control: weak, so that muscles are used wherever they can.
RESERVE_MOMENT = 1.0


class StaticOptimization(Estimator):
    """min sum a^2 + sum c^2 so that muscles and reserves c give the moments of the trial.

    The same problem as OpenSim's StaticOptimization with its defaults and one reserve actuator per
    coordinate: the muscles' active strength at the given kinematics with rigid tendons, no passive
    forces, the model's own parameters. It differs in that only the declared moment coordinates
    must be met, so muscles that also cross others are free there. No EMG is used, and ties are not
    kept.
    """

    name = "StaticOptimization"
    seeded = False
    sees_moments = True

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedStaticOptimization:
        return FittedStaticOptimization(task)


class FittedStaticOptimization(FittedEstimator):
    """There is nothing to fit: the model's own muscles."""

    name = StaticOptimization.name
    sees_moments = StaticOptimization.sees_moments

    def __init__(self, task: Task) -> None:
        self._muscles = task.declaration.sources.muscles
        self._properties = read_properties(task.model, self._muscles)
        self._parameters = to_tensors(self._properties.parameters)
        self._muscle = MillardMuscle(task.model, self._muscles, "rigid")

    def solve(self, trial: PreparedTrial) -> tuple[Array, Array]:
        """Activations (frames, muscles), as OpenSim's tool gives them, and the muscles' moments."""
        active = linearise(self._muscle, self._parameters, trial).active
        minimum = self._properties.minimum_activation
        activations = solve_static(active, trial.known_moments, minimum)
        return activations, np.einsum("tm,tmc->tc", activations, active)

    def estimate(self, trial: PreparedTrial) -> Estimate:
        activations, moments = self.solve(trial)
        excitations = invert_activations(
            trial.time,
            activations,
            # OpenSim's muscles have no shape function.
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
