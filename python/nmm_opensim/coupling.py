"""Coupled coordinates, such as a patella's, must follow the coordinate that they are coupled to."""

from __future__ import annotations

import numpy as np
import opensim

from .errors import NMMError
from .motion import Motion
from .osim_model import TRANSLATIONAL, OsimModel
from .tables import Array

# Inverse kinematics and filtering leave them a little apart; a wrong unit leaves them far apart.
TOLERANCE = {"rad": 0.05, "m": 0.005}


def check_coupled_coordinates(motion: Motion, model: OsimModel, source: str) -> None:
    """Refuse a motion that breaks the model's CoordinateCouplerConstraints.

    OpenSim never converts coupled coordinates between degrees and radians, and some files hold
    them in degrees all the same: muscles over the patella would be centimetres too long.
    """
    constraints = model.model.getConstraintSet()
    for i in range(constraints.getSize()):
        coupler = opensim.CoordinateCouplerConstraint.safeDownCast(constraints.get(i))
        if coupler is None or coupler.getDependentCoordinateName() not in motion.coordinates:
            continue
        names = coupler.getIndependentCoordinateNames()
        independent = [names.get(k) for k in range(names.getSize())]
        if any(name not in motion.coordinates for name in independent):
            continue
        dependent = coupler.getDependentCoordinateName()
        values, _ = motion.select([dependent, *independent])
        function = coupler.getFunction()
        scale = opensim.PropertyHelper.getValueDouble(coupler.getPropertyByName("scale_factor"))
        expected = scale * np.array([function.calcValue(_vector(row[1:])) for row in values])
        translational = model.coordinate(dependent).getMotionType() == TRANSLATIONAL
        unit = "m" if translational else "rad"
        wrong = np.flatnonzero(np.abs(values[:, 0] - expected) > TOLERANCE[unit])
        if len(wrong):
            k = int(wrong[0])
            raise NMMError(
                f"{source}: expected coordinate '{dependent}' to be {expected[k]:.4g} {unit} at "
                f"{motion.time[k]:g} s, as the model's constraint '{coupler.getName()}' says, but "
                f"found {values[k, 0]:.4g}; give coupled coordinates in rad and m whatever the "
                "others are in, as OpenSim does."
            )


def _vector(values: Array) -> opensim.Vector:
    vector = opensim.Vector(len(values), 0.0)
    for k, value in enumerate(values):
        vector.set(k, float(value))
    return vector
