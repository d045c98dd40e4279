"""Where muscle paths are fitted, and the model's lengths there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from ...arrays import Array
from ...errors import NMMError
from ..coupling import read_couplers
from ..motion import Motion
from ..osim_model import SMALLEST_MOMENT_ARM, TRANSLATIONAL, OsimModel

# How far a fit reaches beyond the trials, so that a trial like them stays inside.
RELATIVE_MARGIN = 0.1
LEAST_MARGIN = {"rad": 0.05, "m": 0.005}

# Of central differences of lengths: OpenSim's are exact to 1e-12 m.
STEP = 1e-4

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Domain:
    """The box of coordinate values on which paths are fitted; each (coordinates,), rad or m."""

    coordinates: tuple[str, ...]
    center: Array
    half_range: Array
    margin: Array

    def columns(self, names: Sequence[str]) -> list[int]:
        """The positions of some coordinates."""
        return [self.coordinates.index(name) for name in names]

    def sample_box(self, count: int, seed: int) -> Array:
        """Poses that fill the box evenly (Sobol), (count, coordinates); ``count`` is 2^n."""
        points = qmc.Sobol(len(self.coordinates), rng=seed).random(count)
        poses: Array = self.center + self.half_range * (2.0 * points - 1.0)
        return poses

    def sample_tube(self, frames: Array, count: int, seed: int) -> Array:
        """Poses within the margin of random ``frames``, (count, coordinates)."""
        random = np.random.default_rng(seed)
        chosen = frames[random.integers(len(frames), size=count)]
        poses = chosen + self.margin * random.uniform(-1.0, 1.0, chosen.shape)
        low, high = self.center - self.half_range, self.center + self.half_range
        inside: Array = np.clip(poses, low, high)
        return inside


def make_domain(model: OsimModel, coordinates: Sequence[str], motions: Sequence[Motion]) -> Domain:
    """The range of the coordinates over all motions, widened."""
    values = np.concatenate([motion.select(coordinates)[0] for motion in motions])
    low, high = values.min(axis=0), values.max(axis=0)
    least = [
        LEAST_MARGIN["m" if model.coordinate(c).getMotionType() == TRANSLATIONAL else "rad"]
        for c in coordinates
    ]
    margin = np.maximum(RELATIVE_MARGIN * (high - low), least)
    return Domain(tuple(coordinates), (low + high) / 2, (high - low) / 2 + margin, margin)


def find_independent_coordinates(model: OsimModel, muscles: Sequence[str]) -> list[str]:
    """Coordinates whose motion changes the muscles' lengths, those that follow others left out."""
    dependent = {c.dependent: c for c in read_couplers(model)}
    moving = set(model.find_moving_coordinates(muscles))
    for name, coupler in dependent.items():
        if name in moving:
            moving |= set(coupler.independent)
    return [n for n in model.coordinate_names if n in moving and n not in dependent]


def check_supported(model: OsimModel, coordinates: Sequence[str]) -> None:
    """Refuse models whose lengths are no functions of independent coordinates."""
    advice = "declare <path_model>model</path_model>"
    constraints = model.model.getConstraintSet()
    known = "CoordinateCouplerConstraint"
    for i in range(constraints.getSize()):
        constraint = constraints.get(i)
        found = constraint.getConcreteClassName()
        if found != known and constraint.get_isEnforced():
            raise NMMError(
                f"model file '{model.path}': fitted paths expect {known}s only, but the enforced "
                f"constraint '{constraint.getName()}' is a {found}; {advice}."
            )
    dependent = {c.dependent for c in read_couplers(model)}
    for coupler in read_couplers(model):
        if chained := dependent & set(coupler.independent):
            raise NMMError(
                f"model file '{model.path}': fitted paths expect coupled coordinates to follow "
                f"free ones, but '{coupler.dependent}' follows '{chained.pop()}', which is "
                f"coupled itself; {advice}."
            )
    # Of a ball joint the speeds are no derivatives of the coordinates: nor would lengthening
    # speeds and moment arms be derivatives of the length.
    speeds = {name: 0.3 + 0.1 * i for i, name in enumerate(model.coordinate_names)}
    model.set_pose(speeds, speeds)
    model.model.realizeVelocity(model.state)
    for name in coordinates:
        coordinate = model.coordinate(name)
        if abs(coordinate.getQDotValue(model.state) - speeds[name]) > 1e-9:
            joint = coordinate.getJoint()
            raise NMMError(
                f"model file '{model.path}': fitted paths expect coordinates whose speed is their "
                f"derivative, but '{name}' belongs to '{joint.getName()}', a "
                f"{joint.getConcreteClassName()}; {advice}."
            )


class PathSampler:
    """The model's own lengths of muscles over poses; coupled coordinates follow the others."""

    def __init__(
        self, model: OsimModel, muscles: Sequence[str], coordinates: Sequence[str]
    ) -> None:
        self._model = model
        self._muscles = muscles
        self._coordinates = tuple(coordinates)
        self._couplers = read_couplers(model)

    def sample_lengths(self, poses: Array) -> Array:
        """Lengths (m), (poses, muscles), of coordinate values (poses, coordinates)."""
        columns = self.complete(poses)
        names = list(columns)
        rows = np.stack([columns[name] for name in names], axis=1)
        return np.array(
            [
                self._model.muscle_lengths(dict(zip(names, row, strict=True)), self._muscles)
                for row in rows
            ]
        )

    def complete(self, poses: Array) -> dict[str, Array]:
        """The coordinates of poses with those that follow them, each (poses,)."""
        columns = {name: poses[:, j] for j, name in enumerate(self._coordinates)}
        for coupler in self._couplers:
            columns[coupler.dependent] = coupler.evaluate(
                np.stack([self._values(columns, n, len(poses)) for n in coupler.independent], 1)
            )
        return columns

    def _values(self, columns: dict[str, Array], name: str, count: int) -> Array:
        default = self._model.coordinate(name).getDefaultValue()
        return columns.get(name, np.full(count, default))

    def sample_moment_arms(self, poses: Array) -> Array:
        """Central differences -dL/dq (m), (poses, muscles, coordinates)."""
        arms = []
        for j in range(len(self._coordinates)):
            shift = np.zeros(len(self._coordinates))
            shift[j] = STEP
            ahead, behind = (self.sample_lengths(poses + h) for h in (shift, -shift))
            arms.append((behind - ahead) / (2 * STEP))
        return np.stack(arms, axis=2)

    def find_coordinates(self, poses: Array) -> dict[str, list[str]]:
        """Per muscle the coordinates that change its length in any of the poses."""
        moves = np.abs(self.sample_moment_arms(poses)).max(axis=0) > SMALLEST_MOMENT_ARM
        return {
            muscle: [name for j, name in enumerate(self._coordinates) if moves[i, j]]
            for i, muscle in enumerate(self._muscles)
        }
