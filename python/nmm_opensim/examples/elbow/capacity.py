"""What a subject's muscles can do about the elbow, and what a movement asks of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim
import torch
from scipy.interpolate import CubicSpline

from ...arrays import Array
from ...physics.muscles.millard import MillardMuscle
from ...physics.muscles.parameters import MuscleParameters
from ...physics.osim_model import OsimModel
from .anatomy import COORDINATE, MUSCLE_NAMES, RANGE
from .movement import Movement
from .subject import Subject

GRID = np.linspace(RANGE[0], RANGE[1], 261)


@dataclass(frozen=True)
class Capacity:
    """Along a movement, in N m about the elbow, flexion positive.

    ``active`` (samples, muscles) is a muscle's moment at full activation beyond its ``passive`` one
    at the least; ``required`` (samples,) is what all muscles together must give.
    """

    active: Array
    passive: Array
    required: Array


class Elbow:
    """The paths of the muscles and a rigid-tendon muscle each, without a subject's parameters."""

    def __init__(self, model_file: Path) -> None:
        self._model = OsimModel(model_file)
        geometry = self._model.sample_geometry(
            MUSCLE_NAMES, [COORDINATE], [COORDINATE], GRID[:, None], np.zeros((len(GRID), 1))
        )
        self._lengths = CubicSpline(GRID, geometry.lengths)
        self._arms = CubicSpline(GRID, geometry.moment_arms[:, :, 0])
        self._muscles = MillardMuscle(self._model, MUSCLE_NAMES, "rigid")

    def find_capacity(self, subject: Subject, movement: Movement, load: opensim.Model) -> Capacity:
        """The capacities along a movement; ``load`` is the elbow with what the hand holds."""
        arms = self._arms(movement.angle)
        length, speed = self._lengths(movement.angle), -arms * movement.speed[:, None]
        parameters = MuscleParameters(
            torch.tensor(subject.max_isometric_force),
            torch.tensor(subject.optimal_fiber_length),
            torch.tensor(subject.tendon_slack_length),
            torch.tensor(self._pennation),
        )
        moments = []
        for activation in (0.0, 1.0):
            forces = self._muscles(
                movement.time,
                torch.full(length.shape, activation, dtype=torch.float64),
                torch.tensor(length),
                torch.tensor(speed),
                parameters,
            )
            moments.append(arms * forces.tendon_force.numpy())
        passive, full = moments
        required = compute_required_moment(load, movement)
        return Capacity(full - passive, passive, required)

    @property
    def _pennation(self) -> Array:
        return np.array(
            [self._model.muscle(m).get_pennation_angle_at_optimal() for m in MUSCLE_NAMES]
        )


def compute_required_moment(model: opensim.Model, movement: Movement) -> Array:
    """The moment (N m) of a movement: inertia times acceleration, less gravity; (samples,)."""
    state = model.initSystem()
    for muscle in model.getMuscles():
        muscle.setAppliesForce(state, False)
    coordinate = model.getCoordinateSet().get(COORDINATE)
    mass = opensim.Matrix()
    gravity = np.empty_like(GRID)
    for k, angle in enumerate(GRID.tolist()):
        coordinate.setValue(state, angle)
        model.realizeAcceleration(state)
        model.getMatterSubsystem().calcM(state, mass)
        gravity[k] = mass.get(0, 0) * coordinate.getAccelerationValue(state)
    inertia = mass.get(0, 0)
    required: Array = inertia * movement.acceleration - CubicSpline(GRID, gravity)(movement.angle)
    return required
