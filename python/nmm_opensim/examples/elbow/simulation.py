"""OpenSim's forward dynamics of the elbow under excitations that follow a plan.

The excitations are the plan's and a weak reaction to where the forearm is; what is returned are
those that drove the muscles, so nothing of the truth depends on how well the plan was kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import opensim

from ...arrays import Array
from .anatomy import COORDINATE, MUSCLE_NAMES
from .model import LOAD
from .movement import Movement
from .plan import IS_FLEXOR, Plan, shape
from .subject import Subject

# N m per rad and N m per rad/s.
STIFFNESS, DAMPING = 4.0, 0.4
ACCURACY = 1e-6


@dataclass(frozen=True)
class Simulation:
    """What happened at ``time`` (s, (samples,)); muscles' values are (samples, muscles).

    ``angle`` (rad) and ``speed`` (rad/s) are the elbow's, (samples,); ``forces`` (N) the tendons'.
    The load pulls at ``load_position`` with ``load_force`` (m and N in ground, (samples, 3)).
    """

    time: Array
    angle: Array
    speed: Array
    excitations: Array
    activations: Array
    forces: Array
    moment_arms: Array
    load_position: Array
    load_force: Array

    @property
    def moment(self) -> Array:
        """The moment of all muscles about the elbow, N m, (samples,)."""
        total: Array = (self.moment_arms * self.forces).sum(axis=1)
        return total


def simulate(
    model: opensim.Model, subject: Subject, movement: Movement, plan: Plan, load: float
) -> Simulation:
    """Simulate the subject's elbow ``model``, which holds ``load`` (kg), from rest."""
    time, samples = movement.time, len(movement.time)
    drive = _Drive(model, subject, time[0], plan.excitations[0])
    state = model.initSystem()
    coordinate = model.getCoordinateSet().get(COORDINATE)
    muscles = [
        opensim.Millard2012EquilibriumMuscle.safeDownCast(model.getMuscles().get(name))
        for name in MUSCLE_NAMES
    ]
    coordinate.setValue(state, float(movement.angle[0]))
    for muscle, activation in zip(muscles, shape(subject, plan.excitations[0]), strict=True):
        muscle.setActivation(state, float(activation))
    model.equilibrateMuscles(state)
    manager = opensim.Manager(model)
    manager.setIntegratorAccuracy(ACCURACY)
    manager.initialize(state)

    angle, speed = np.empty((2, samples))
    excitations, activations, forces, arms = np.empty((4, samples, len(muscles)))
    position, force = np.zeros((2, samples, 3))
    gravity = model.getGravity().to_numpy()
    for k in range(samples):
        state = manager.integrate(float(time[k])) if k else manager.getState()
        model.realizeAcceleration(state)
        angle[k], speed[k] = coordinate.getValue(state), coordinate.getSpeedValue(state)
        for i, muscle in enumerate(muscles):
            activations[k, i] = muscle.getActivation(state)
            forces[k, i] = muscle.getTendonForce(state)
            arms[k, i] = muscle.computeMomentArm(state, coordinate)
        if load > 0:
            body = model.getBodySet().get(LOAD)
            position[k] = body.getPositionInGround(state).to_numpy()
            force[k] = load * (gravity - body.getLinearAccelerationInGround(state).to_numpy())
        correction = STIFFNESS * (movement.angle[k] - angle[k])
        correction += DAMPING * (movement.speed[k] - speed[k])
        helping = (correction > 0) == IS_FLEXOR
        reaction = np.where(helping, abs(correction) * plan.per_moment[k], 0.0)
        excitations[k] = np.clip(plan.excitations[k] + reaction, 0.0, 1.0)
        drive.append(time[k], excitations[k])
    return Simulation(time, angle, speed, excitations, activations, forces, arms, position, force)


class _Drive:
    """Controls of the muscles: the shaped excitations, an electromechanical delay later."""

    def __init__(
        self, model: opensim.Model, subject: Subject, first: float, excitations: Array
    ) -> None:
        self._subject = subject
        self._controller = opensim.PrescribedController()
        self._controller.setName("excitations")
        held = shape(subject, excitations)
        for name, control in zip(MUSCLE_NAMES, held.tolist(), strict=True):
            self._controller.addActuator(model.getMuscles().get(name))
            function = opensim.PiecewiseLinearFunction()
            for time in (first - 2.0, first - 1.0):
                function.addPoint(float(time), control)
            self._controller.prescribeControlForActuator(name, function)
        self._controller.thisown = False  # the model deletes it
        model.addController(self._controller)

    def append(self, time: float, excitations: Array) -> None:
        """Let excitations of ``time`` (s) act when the delay is over, never before."""
        later = float(time) + self._subject.electromechanical_delay
        functions = self._controller.get_ControlFunctions()
        for i, control in enumerate(shape(self._subject, excitations).tolist()):
            function = opensim.PiecewiseLinearFunction.safeDownCast(functions.get(i))
            function.addPoint(later, control)
