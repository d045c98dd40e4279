"""An OpenSim model as an NMM uses it: Millard muscles and the geometry that moves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError, nearest_names, opensim_reason, require_file
from ..formats.opensim_log import keep_quiet

keep_quiet()

# Below this a coordinate does not move a muscle: 1 micrometre per radian.
SMALLEST_MOMENT_ARM = 1e-6

# Coordinate::MotionType, whose names the Python bindings leave out.
ROTATIONAL, TRANSLATIONAL = 1, 2


@dataclass(frozen=True)
class Geometry:
    """Muscle-tendon paths over frames.

    ``lengths`` (m) and ``speeds`` (m/s) have shape (frames, muscles), ``moment_arms`` (m)
    (frames, muscles, coordinates).
    """

    lengths: Array
    speeds: Array
    moment_arms: Array


class OsimModel:
    """A model file, ready to be posed."""

    def __init__(self, path: Path) -> None:
        self.path = require_file(path, "model file")
        try:
            self.model = opensim.Model(str(path))
            self.state = self.model.initSystem()
        except RuntimeError as error:
            raise NMMError(
                f"model file '{path}': OpenSim cannot load it: {opensim_reason(error)}"
            ) from None
        self._coordinates = {c.getName(): c for c in _each(self.model.getCoordinateSet())}
        self._muscles = {m.getName(): m for m in _each(self.model.getMuscles())}
        self._crossing: dict[str, set[str]] = {}

    @property
    def name(self) -> str:
        """The model's own name."""
        return str(self.model.getName())

    @property
    def coordinate_names(self) -> list[str]:
        """All coordinates, in the model's order."""
        return list(self._coordinates)

    @property
    def muscle_names(self) -> list[str]:
        """All muscles, in the model's order."""
        return list(self._muscles)

    def coordinate(self, name: str) -> opensim.Coordinate:
        """A coordinate by name."""
        if name not in self._coordinates:
            raise NMMError(
                f"model file '{self.path}': expected a coordinate '{name}', but there is none; "
                f"{nearest_names(name, self._coordinates)}."
            )
        return self._coordinates[name]

    def muscle(self, name: str) -> opensim.Millard2012EquilibriumMuscle:
        """A muscle by name, which must be a Millard2012EquilibriumMuscle."""
        if name not in self._muscles:
            raise NMMError(
                f"model file '{self.path}': expected a muscle '{name}', but there is none; "
                f"{nearest_names(name, self._muscles)}."
            )
        muscle = opensim.Millard2012EquilibriumMuscle.safeDownCast(self._muscles[name])
        if muscle is None:
            found = self._muscles[name].getConcreteClassName()
            raise NMMError(
                f"model file '{self.path}': muscle '{name}' is a {found}, but expected a "
                "Millard2012EquilibriumMuscle; convert the model's muscles first."
            )
        return muscle

    def ids_column(self, coordinate: str) -> str:
        """The label that OpenSim's inverse dynamics gives to a coordinate's moment or force."""
        rotational = self.coordinate(coordinate).getMotionType() == ROTATIONAL
        return f"{coordinate}_moment" if rotational else f"{coordinate}_force"

    def set_pose(self, values: dict[str, float], speeds: dict[str, float] | None = None) -> None:
        """Set the named coordinates (rad, m) and speeds; all others to their defaults and zero.

        Nothing is assembled: coupled coordinates are what the values say.
        """
        self.state.updU().setToZero()
        for name, coordinate in self._coordinates.items():
            value = values.get(name, coordinate.getDefaultValue())
            coordinate.setLocked(self.state, False)
            coordinate.setValue(self.state, value, False)
        for name, speed in (speeds or {}).items():
            self.coordinate(name).setSpeedValue(self.state, speed)

    def find_moving_coordinates(self, muscles: Sequence[str]) -> list[str]:
        """Coordinates that change the length of any of ``muscles`` in the test poses."""
        moving = set()
        for pose in self.make_poses(self.coordinate_names):
            for name in self._coordinates:
                # Lengths, not lengthening speeds: where a path wraps twice, OpenSim's speeds do not
                # vanish for motions that leave its length alone.
                step = 1e-3
                ahead, behind = (
                    self.muscle_lengths({**pose, name: pose[name] + h}, muscles)
                    for h in (step, -step)
                )
                if np.abs(ahead - behind).max() > 2 * step * SMALLEST_MOMENT_ARM:
                    moving.add(name)
        return [name for name in self._coordinates if name in moving]

    def muscle_lengths(self, pose: dict[str, float], muscles: Sequence[str]) -> Array:
        """Muscle-tendon lengths (m) in a pose, (muscles,)."""
        self.set_pose(pose)
        self.model.realizePosition(self.state)
        return np.array([self._muscles[name].getLength(self.state) for name in muscles])

    def find_crossing_muscles(self, coordinates: Sequence[str]) -> list[str]:
        """Muscles with a moment arm about any of ``coordinates`` in the test poses."""
        crossing = set[str]().union(*(self._muscles_across(name) for name in coordinates))
        return [name for name in self._muscles if name in crossing]

    def _muscles_across(self, coordinate: str) -> set[str]:
        # Asked again for every trial, and costly: kept, because the model does not change.
        if coordinate not in self._crossing:
            crossing = self._crossing[coordinate] = set()
            for pose in self.make_poses(self.coordinate_names):
                self.set_pose(pose)
                self.model.realizePosition(self.state)
                for name, muscle in self._muscles.items():
                    arm = muscle.computeMomentArm(self.state, self.coordinate(coordinate))
                    if abs(arm) > SMALLEST_MOMENT_ARM:
                        crossing.add(name)
        return self._crossing[coordinate]

    def make_poses(self, coordinates: Sequence[str], count: int = 3) -> list[dict[str, float]]:
        """A few fixed poses in the middle half of the ranges, different for each coordinate."""
        poses = []
        for k in range(count):
            pose = {}
            for i, name in enumerate(coordinates):
                coordinate = self.coordinate(name)
                low, high = coordinate.getRangeMin(), coordinate.getRangeMax()
                # Multiples of the golden section spread evenly without repeating.
                fraction = 0.25 + 0.5 * (((k + 1) * (i + 1) * 0.6180339887) % 1.0)
                pose[name] = low + (high - low) * fraction if high - low < 10.0 else 0.0
            poses.append(pose)
        return poses

    def sample_geometry(
        self,
        muscles: Sequence[str],
        moment_coordinates: Sequence[str],
        coordinates: Sequence[str],
        values: Array,
        speeds: Array,
    ) -> Geometry:
        """Evaluate paths over frames with OpenSim itself.

        ``values`` (rad, m) and ``speeds`` (per s) have shape (frames, len(coordinates)).
        """
        frames = len(values)
        geometry = Geometry(
            np.zeros((frames, len(muscles))),
            np.zeros((frames, len(muscles))),
            np.zeros((frames, len(muscles), len(moment_coordinates))),
        )
        used = [self.muscle(name) for name in muscles]
        crossing = [self._muscles_across(c) for c in moment_coordinates]
        about = [self.coordinate(c) for c in moment_coordinates]
        for k in range(frames):
            self.set_pose(
                dict(zip(coordinates, values[k], strict=True)),
                dict(zip(coordinates, speeds[k], strict=True)),
            )
            self.model.realizeVelocity(self.state)
            for i, muscle in enumerate(used):
                geometry.lengths[k, i] = muscle.getLength(self.state)
                geometry.speeds[k, i] = muscle.getLengtheningSpeed(self.state)
                for j, coordinate in enumerate(about):
                    if muscles[i] in crossing[j]:
                        arm = muscle.computeMomentArm(self.state, coordinate)
                        geometry.moment_arms[k, i, j] = arm
        return geometry


def _each(collection: opensim.Object) -> list[opensim.Object]:
    return [collection.get(i) for i in range(collection.getSize())]
