"""Coupled coordinates, such as a patella's, must follow the coordinate that they are coupled to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError
from .motion import Motion
from .osim_model import TRANSLATIONAL, OsimModel

# Inverse kinematics and filtering leave them a little apart; a wrong unit leaves them far apart.
TOLERANCE = {"rad": 0.05, "m": 0.005}


@dataclass(frozen=True)
class Coupler:
    """An enforced CoordinateCouplerConstraint of a model."""

    name: str
    dependent: str
    independent: tuple[str, ...]
    function: opensim.Function
    scale: float

    def evaluate(self, values: Array) -> Array:
        """The dependent coordinate, (poses,), of the independent ones, (poses, independent)."""
        found = [self.function.calcValue(_vector(row)) for row in values]
        return self.scale * np.array(found)


def read_couplers(model: OsimModel) -> list[Coupler]:
    """The model's enforced couplers."""
    couplers = []
    constraints = model.model.getConstraintSet()
    for i in range(constraints.getSize()):
        constraint = opensim.CoordinateCouplerConstraint.safeDownCast(constraints.get(i))
        if constraint is None or not constraint.get_isEnforced():
            continue
        names = constraint.getIndependentCoordinateNames()
        scale = constraint.getPropertyByName("scale_factor")
        couplers.append(
            Coupler(
                constraint.getName(),
                constraint.getDependentCoordinateName(),
                tuple(names.get(k) for k in range(names.getSize())),
                constraint.getFunction(),
                opensim.PropertyHelper.getValueDouble(scale),
            )
        )
    return couplers


def check_coupled_coordinates(motion: Motion, model: OsimModel, source: str) -> None:
    """Refuse a motion that breaks the model's CoordinateCouplerConstraints.

    OpenSim never converts coupled coordinates between degrees and radians, and some files hold
    them in degrees all the same: muscles over the patella would be centimetres too long.
    """
    for coupler in read_couplers(model):
        dependent = coupler.dependent
        if not {dependent, *coupler.independent} <= set(motion.coordinates):
            continue
        values, _ = motion.select([dependent, *coupler.independent])
        expected = coupler.evaluate(values[:, 1:])
        translational = model.coordinate(dependent).getMotionType() == TRANSLATIONAL
        unit = "m" if translational else "rad"
        wrong = np.flatnonzero(np.abs(values[:, 0] - expected) > TOLERANCE[unit])
        if len(wrong):
            k = int(wrong[0])
            raise NMMError(
                f"{source}: expected coordinate '{dependent}' to be {expected[k]:.4g} {unit} at "
                f"{motion.time[k]:g} s, as the model's constraint '{coupler.name}' says, but "
                f"found {values[k, 0]:.4g}; give coupled coordinates in rad and m whatever the "
                "others are in, as OpenSim does."
            )


def _vector(values: Array) -> opensim.Vector:
    vector = opensim.Vector(len(values), 0.0)
    for k, value in enumerate(values):
        vector.set(k, float(value))
    return vector
