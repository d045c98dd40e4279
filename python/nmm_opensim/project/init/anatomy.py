"""Which muscles cross the coordinates, what they do there, and which act alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import opensim

from ...arrays import Array
from ...physics.osim_model import OsimModel

POSES = 5


@dataclass(frozen=True)
class Action:
    """What a muscle mainly does: the coordinate that it turns most, and which way (1 or -1)."""

    coordinate: str
    sign: int

    def __str__(self) -> str:
        return f"{'+' if self.sign > 0 else '−'}{self.coordinate}"


class Anatomy:
    """The muscles that cross ``coordinates``: their actions, groups and nearness.

    Muscles of one action form a group. Moment arms (m) are means over a few poses in the middle of
    the ranges; a muscle pulls a coordinate up where its moment arm is positive.
    """

    def __init__(self, model: OsimModel, coordinates: Iterable[str]) -> None:
        self.coordinates = list(coordinates)
        for name in self.coordinates:
            model.coordinate(name)
        self.muscles = model.find_crossing_muscles(self.coordinates)
        """In the model's order."""
        self.moving = model.find_moving_coordinates(self.muscles)
        """All coordinates that change a length of theirs."""
        others = [name for name in self.moving if name not in self.coordinates]
        poses = model.make_poses(model.coordinate_names, POSES)
        values = np.array([list(pose.values()) for pose in poses])
        arms = model.sample_geometry(
            self.muscles,
            [*self.coordinates, *others],
            model.coordinate_names,
            values,
            np.zeros_like(values),
        ).moment_arms.mean(axis=0)
        self._arms: dict[str, Array] = dict(zip(self.muscles, arms, strict=True))
        self.model_groups = _read_groups(model.model, self.muscles)
        """The model's own groups of forces, by muscle, but for those that hold all of them."""

    def find_arm(self, muscle: str, coordinate: str) -> float:
        """Mean moment arm, m."""
        return float(self._arms[muscle][self.coordinates.index(coordinate)])

    def find_action(self, muscle: str) -> Action:
        """The coordinate, of those asked for, with the largest mean moment arm."""
        main = max(self.coordinates, key=lambda name: abs(self.find_arm(muscle, name)))
        return Action(main, 1 if self.find_arm(muscle, main) >= 0 else -1)

    def find_group(self, muscle: str) -> list[str]:
        """The other muscles of the same action, the most similar first."""
        action = self.find_action(muscle)
        others = [m for m in self.muscles if m != muscle and self.find_action(m) == action]
        # Rounded, so that equals keep the model's order on every machine.
        return sorted(others, key=lambda other: -round(self.find_similarity(muscle, other), 9))

    def find_similarity(self, a: str, b: str) -> float:
        """Cosine between the moment arms about all coordinates that they move, -1 to 1."""
        x, y = self._arms[a], self._arms[b]
        return float(x @ y / (np.linalg.norm(x) * np.linalg.norm(y)))


def _read_groups(model: opensim.Model, muscles: Sequence[str]) -> dict[str, list[str]]:
    forces, names = model.getForceSet(), opensim.ArrayStr()
    forces.getGroupNames(names)
    groups = [forces.getGroup(names.get(i)) for i in range(names.size())]
    telling = [group for group in groups if not all(group.contains(m) for m in muscles)]
    return {
        muscle: [str(group.getName()) for group in telling if group.contains(muscle)]
        for muscle in muscles
    }
