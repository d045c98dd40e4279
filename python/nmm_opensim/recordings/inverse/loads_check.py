"""Whether external loads can be what made a motion: times, bodies, size, direction, place.

OpenSim goes on with the last force where loads end before the motion, and takes any number for a
force in N at a point in m.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array, Flags
from ...errors import NMMError, nearest_names
from ...formats.external_loads import AppliedLoad, AppliedLoads, read_applied_loads
from ...listener import Listener
from ...physics.motion import Motion
from ...physics.osim_model import OsimModel
from .coverage import check_coverage
from .marker_model import find_up

# N and share of the body's weight; below both nobody stands there, and the point means nothing.
LEAST_FORCE, LEAST_WEIGHT = 20.0, 0.05
# Peaks of a foot on the ground, in body weights: running is about 3, landing from a height 5.
SMALLEST_PEAK, LARGEST_PEAK = 0.2, 10.0
FLOOR, SLOPE = 0.3, 0.2
"""m: loads at points nearer to the height 0 are taken for the ground's, if these go up and down by
less than the second: a hand carries its load about."""

LEAST_VERTICAL = 0.7
"""Share of a mean force that is along gravity; friction of shoes gives less than a half aside."""

FARTHEST = 1.0
"""m from a point to the body that it acts on."""
# A wrong foot: this far (m), and this many times as far as to another body.
WRONG_DISTANCE, WRONG_RATIO = 0.25, 2.0

MOST_FRAMES = 200


@dataclass(frozen=True)
class Frames:
    """A load at frames of the motion: ``force`` (N) and ``point`` (m), (frames, 3)."""

    time: Array
    force: Array
    point: Array

    def select(self, chosen: Flags) -> Frames:
        """The frames where something holds."""
        return Frames(self.time[chosen], self.force[chosen], self.point[chosen])


def check_loads(file: Path, model: OsimModel, motion: Motion, listener: Listener) -> AppliedLoads:
    """Refuse loads that do not fit the model or the motion; doubts go to the ``listener``."""
    source = f"external loads file '{file}'"
    applied = read_applied_loads(file)
    _check_bodies(applied, model, source)
    data = f"{source}: data file '{applied.data_file.name}'"
    advice = "give times within {low} to {high} s"
    check_coverage(applied.time, motion.time, data, "loads", advice)
    for load in applied.loads:
        frames = _sample(applied, load, motion)
        if frames is not None:
            where = f"{source}: load '{load.name}' on body '{load.body}'"
            _check_size(frames, model, where, listener)
            _check_place(frames, load, model, motion, where, listener)
    return applied


def _check_bodies(applied: AppliedLoads, model: OsimModel, source: str) -> None:
    bodies = ["ground", *(body.getName() for body in model.model.getBodySet())]
    for load in applied.loads:
        for setting, path in load.frames.items():
            # Also as a path from the model on, /bodyset/calcn_r.
            name = path.rsplit("/", 1)[-1]
            if name not in bodies:
                raise NMMError(
                    f'{source}: <ExternalForce name="{load.name}">: <{setting}>: expected a body '
                    f"of model file '{model.path}', but found '{path}'; "
                    f"{nearest_names(name, bodies)}."
                )


def _sample(applied: AppliedLoads, load: AppliedLoad, motion: Motion) -> Frames | None:
    """A force at a point in ground at some frames of the motion; None where it has none."""
    if load.force is None or load.point is None or not load.in_ground:
        return None
    step = max(1, len(motion.time) // MOST_FRAMES)
    time = motion.time[::step]
    force, point = (
        np.stack([np.interp(time, applied.time, series) for series in values.T], axis=1)
        for values in (load.force, load.point)
    )
    return Frames(time, force, point)


def _check_size(frames: Frames, model: OsimModel, where: str, listener: Listener) -> None:
    up = find_up(model.model)
    if up is None:
        return
    weight = _find_weight(model)
    loaded = frames.select(_find_loaded(frames, weight))
    if not len(loaded.time):
        return
    mean = loaded.force.mean(axis=0)
    if abs(float(mean @ up)) < LEAST_VERTICAL * float(np.linalg.norm(mean)):
        listener.warn(
            f"{where}: its mean force is {mean[0]:.0f} {mean[1]:.0f} {mean[2]:.0f} N along x, y "
            "and z of the model, mostly not against gravity; are its axes the model's?"
        )
    vertical = loaded.force @ up
    peak = float(np.linalg.norm(loaded.force, axis=1).max()) / weight
    on_floor = _is_on_floor(loaded.point @ up)
    if on_floor and float(vertical.mean()) < 0:
        raise NMMError(
            f"{where}: expected the ground to push up, but found {vertical.mean():.3g} N upwards "
            "on average; these are forces on the plate, not on the body (convert-c3d "
            "--action-forces), or in other axes."
        )
    if on_floor and peak > LARGEST_PEAK:
        raise NMMError(
            f"{where}: expected forces in N, at most {LARGEST_PEAK:g} times the model's weight of "
            f"{weight:.0f} N, but found {peak:.3g} times; write them in N, or scale the model."
        )
    if on_floor and peak < SMALLEST_PEAK:
        listener.warn(
            f"{where}: its largest force is {peak * weight:.3g} N, {peak:.2g} times the model's "
            f"weight of {weight:.0f} N; is it in N?"
        )


def _is_on_floor(heights: Array) -> bool:
    low, high = np.percentile(heights, (5, 95))
    return float(np.median(np.abs(heights))) < FLOOR and float(high - low) < SLOPE


def _check_place(
    frames: Frames,
    load: AppliedLoad,
    model: OsimModel,
    motion: Motion,
    where: str,
    listener: Listener,
) -> None:
    """Warn of a force far from its body, such as that on the other foot."""
    loaded = frames.select(_find_loaded(frames, _find_weight(model)))
    if not len(loaded.time):
        return
    distances = _find_distances(loaded, model, motion)
    own = distances.pop(load.body.rsplit("/", 1)[-1], None)
    if own is None:
        return
    middle = float(np.median(own))
    nearest = min(distances, key=lambda body: float(np.median(distances[body])), default=None)
    others = np.inf if nearest is None else float(np.median(distances[nearest]))
    if middle > FARTHEST or (middle > WRONG_DISTANCE and middle > WRONG_RATIO * others):
        at = float(loaded.time[int(np.argmax(own))])
        listener.warn(
            f"{where}: its point is {middle:.2f} m from that body while it is loaded, at most "
            f"{own.max():.2f} m at {at:g} s"
            + (f"; body '{nearest}' is {others:.2f} m from it" if nearest else "")
            + ". Does another body stand there, or are the points in another unit or axes?"
        )


def _find_weight(model: OsimModel) -> float:
    """N."""
    gravity = float(np.linalg.norm(model.model.getGravity().to_numpy()))
    return float(model.model.getTotalMass(model.state)) * gravity


def _find_loaded(frames: Frames, weight: float) -> Flags:
    size = np.linalg.norm(frames.force, axis=1)
    return np.asarray(size > max(LEAST_FORCE, LEAST_WEIGHT * weight))


def _find_distances(frames: Frames, model: OsimModel, motion: Motion) -> dict[str, Array]:
    """By body, how far its origin or mass centre, the nearer, is from the points, m."""
    bodies = list(model.model.getBodySet())
    distances = {str(body.getName()): np.empty(len(frames.time)) for body in bodies}
    for k, (time, point) in enumerate(zip(frames.time, frames.point, strict=True)):
        frame = int(np.searchsorted(motion.time, time - 1e-9))
        model.set_pose(dict(zip(motion.coordinates, motion.values[frame], strict=True)))
        model.model.realizePosition(model.state)
        for body in bodies:
            origin = body.getPositionInGround(model.state).to_numpy()
            centre = body.findStationLocationInGround(model.state, body.getMassCenter()).to_numpy()
            distances[str(body.getName())][k] = min(
                np.linalg.norm(point - origin), np.linalg.norm(point - centre)
            )
    return distances
