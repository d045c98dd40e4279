"""The body that moves freely in ground, and what its generalised forces are as one wrench."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from .osim_model import OsimModel


def find_root(model: OsimModel) -> tuple[str, list[str]] | None:
    """The body that six coordinates move freely in ground, and these."""
    for joint in model.model.getJointSet():
        grounded = joint.getParentFrame().findBaseFrame().getName() == "ground"
        if grounded and joint.numCoordinates() == 6:
            names = [joint.get_coordinates(i).getName() for i in range(6)]
            return str(joint.getChildFrame().findBaseFrame().getName()), names
    return None


@dataclass(frozen=True)
class Wrench:
    """A ``force`` (N) at ``origin`` (m) and a ``moment`` (N m), all (3,) in ground."""

    force: Array
    moment: Array
    origin: Array

    def find_point(self, up: Array, height: float) -> Array:
        """Where the force acts on the plane at ``height`` (m) if its free moment is about ``up``.

        Not for a force without a part along ``up``, a unit vector.
        """
        lift = height - float(self.origin @ up)
        moment = self.moment - lift * np.cross(up, self.force)
        aside = np.cross(up, moment) / (self.force @ up)
        point: Array = self.origin + lift * up + aside
        return point


def find_wrench(
    model: OsimModel, root: tuple[str, list[str]], pose: dict[str, float], forces: Array
) -> Wrench:
    """What acts on the root body where its generalised ``forces`` (N m, N) are, (6,).

    The power of both is the same in any motion of the six coordinates. The model is left in
    ``pose`` (rad, m).
    """
    name, coordinates = root
    body = model.model.getBodySet().get(name)
    motions = np.empty((6, 6))
    for k, coordinate in enumerate(coordinates):
        model.set_pose(pose, {coordinate: 1.0})
        model.model.realizeVelocity(model.state)
        motions[k, :3] = body.getAngularVelocityInGround(model.state).to_numpy()
        motions[k, 3:] = body.getLinearVelocityInGround(model.state).to_numpy()
    # Near gimbal lock two rotations are one: the least wrench that does it.
    wrench: Array = np.linalg.lstsq(motions, forces, rcond=1e-6)[0].astype(float)
    return Wrench(wrench[3:], wrench[:3], body.getPositionInGround(model.state).to_numpy())
