"""A copy of a walking model on which static optimization and CMC find solutions.

It has residual actuators on the pelvis, reserve actuators on all other coordinates, and locked
toes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim

# Strong enough to balance the measured ground reaction, so that no frame is infeasible.
RESIDUAL_FORCE = 100.0  # N, per unit of control
# Weak, so that the optimizer uses muscles wherever it can.
RESERVE_MOMENT = 1.0  # N m, per unit of control


def write_feasible_model(model_file: Path, made: Path) -> None:
    """Write the copy."""
    model = opensim.Model(str(model_file))
    driven = {
        actuator.get_coordinate()
        for actuator in map(opensim.CoordinateActuator.safeDownCast, model.getForceSet())
        if actuator is not None
    }
    coordinates = model.getCoordinateSet()
    for i in range(coordinates.getSize()):
        coordinate = coordinates.get(i)
        name = coordinate.getName()
        if name.startswith("mtp_angle"):
            coordinate.set_locked(True)
        # The patella's angle is a function of the knee's: a force of its own would be redundant.
        if name.startswith("mtp_angle") or name.endswith("_beta") or name in driven:
            continue
        residual = name.startswith("pelvis")
        actuator = opensim.CoordinateActuator(name)
        actuator.setName(f"{'residual' if residual else 'reserve'}_{name}")
        actuator.setOptimalForce(RESIDUAL_FORCE if residual else RESERVE_MOMENT)
        actuator.setMinControl(-np.inf)
        actuator.setMaxControl(np.inf)
        model.addForce(actuator)
    model.finalizeConnections()
    model.printToXML(str(made))
