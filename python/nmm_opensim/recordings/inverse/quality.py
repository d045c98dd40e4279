"""How good joint angles and moments are: errors of markers, residuals of the free joint.

Thresholds are those of Hicks et al. (2015, J. Biomech. Eng. 137:020905): marker errors of 2 cm RMS
and 4 cm at most; residual forces of 5 % of the largest net external force; residual moments, RMS,
of 1 % of that force times the height of the body's mass centre.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...formats.external_loads import AppliedLoads
from ...formats.tables import Table
from ...formats.trc import Markers
from ...physics.motion import Motion
from ...physics.osim_model import ROTATIONAL, OsimModel
from ...physics.root import find_root
from .marker_model import ModelMarkers, find_up

MARKER_RMS, MARKER_MAXIMUM = 0.02, 0.04  # m
RESIDUAL_FORCE, RESIDUAL_MOMENT = 0.05, 0.01  # of the net force, of that times a height

MOST_FRAMES = 200


@dataclass(frozen=True)
class MarkerError:
    """Distances (m) of a marker from the model's over a trial; ``time`` (s) is of the largest.

    In ``gaps`` of the frames it was not seen, in ``zeros`` of the file's it was at the origin.
    """

    name: str
    rms: float
    maximum: float
    time: float
    gaps: int
    zeros: int


@dataclass(frozen=True)
class KinematicsQuality:
    """Joint angles of a trial: errors (m) of all markers, whose gaps nothing has filled."""

    frames: int
    initial_time: float
    final_time: float
    rms: float
    markers: tuple[MarkerError, ...]

    @property
    def judgements(self) -> list[str]:
        """What is beyond a threshold, a sentence each."""
        said = []
        if self.rms > MARKER_RMS:
            said.append(
                f"markers are {100 * self.rms:.1f} cm (RMS) from the model's; "
                f"{100 * MARKER_RMS:g} cm is usual"
            )
        far = sorted((m for m in self.markers if m.maximum > MARKER_MAXIMUM), key=_largest)
        if far:
            worst = ", ".join(f"{m.name} {100 * m.maximum:.1f} cm at {m.time:g} s" for m in far[:4])
            said.append(
                f"{len(far)} of {len(self.markers)} markers are at times more than "
                f"{100 * MARKER_MAXIMUM:g} cm from the model's: {worst}"
            )
        return said


@dataclass(frozen=True)
class Residual:
    """The force (N) or moment (N m) of a free joint, which nothing gives; ``time`` is in s.

    ``limit`` is the threshold that fits the trial, None where no external loads tell.
    """

    rms: float
    peak: float
    time: float
    limit: float | None


@dataclass(frozen=True)
class DynamicsQuality:
    """Joint moments of a trial; a model that is fixed to ground has no residuals."""

    frames: int
    initial_time: float
    final_time: float
    root: str | None
    net_force: float | None
    """The largest external force, N."""
    centre_height: float | None
    """Mean height of the body's mass centre, m."""
    force: Residual | None
    moment: Residual | None

    @property
    def judgements(self) -> list[str]:
        """What is beyond a threshold, a sentence each."""
        said = []
        if self.force and self.force.limit is not None and self.force.peak > self.force.limit:
            said.append(
                f"the residual force at '{self.root}' reaches {self.force.peak:.0f} N at "
                f"{self.force.time:g} s; {self.force.limit:.0f} N, {100 * RESIDUAL_FORCE:g} % of "
                "the largest external force, is what a consistent trial has; a foot that stands "
                "beside the plates adds what it carries"
            )
        if self.moment and self.moment.limit is not None and self.moment.rms > self.moment.limit:
            said.append(
                f"the residual moment at '{self.root}' is {self.moment.rms:.1f} N m (RMS); "
                f"{self.moment.limit:.1f} N m, {100 * RESIDUAL_MOMENT:g} % of the largest external "
                "force times the mass centre's height, is what a consistent trial has"
            )
        return said


def _largest(marker: MarkerError) -> float:
    return -marker.maximum


def examine_kinematics(tracked: Markers, angles: Table, model: OsimModel) -> KinematicsQuality:
    """Errors of the ``tracked`` markers in the poses of ``angles`` (rad, m)."""
    markers = ModelMarkers(model)
    frames = np.array([int(np.argmin(np.abs(tracked.time - t))) for t in angles.time])
    own = np.empty((len(frames), len(tracked.labels), 3))
    for k, row in enumerate(angles.values):
        model.set_pose(dict(zip(angles.columns, row, strict=True)))
        own[k] = markers.locate(tracked.labels, model.state)
    errors = np.linalg.norm(tracked.metres[frames] - own, axis=2)
    each = []
    for name, series in zip(tracked.labels, errors.T, strict=True):
        seen = series[np.isfinite(series)]
        if not len(seen):
            continue
        at = float(angles.time[int(np.nanargmax(series))])
        zeros = tracked.zeros.get(name, 0)
        gaps = len(series) - len(seen)
        each.append(MarkerError(name, _rms(seen), float(seen.max()), at, gaps, zeros))
    first, last = angles.time[[0, -1]]
    rms = _rms(errors[np.isfinite(errors)])
    return KinematicsQuality(len(frames), float(first), float(last), rms, tuple(each))


def examine_dynamics(
    moments: Table, motion: Motion, loads: AppliedLoads | None, model: OsimModel
) -> DynamicsQuality:
    """The residuals of ``moments``, as inverse dynamics names its columns."""
    first, last = (float(t) for t in moments.time[[0, -1]])
    root = find_root(model)
    if root is None:
        return DynamicsQuality(len(moments.time), first, last, None, None, None, None, None)
    name, coordinates = root
    net = None if loads is None else _find_net_force(loads, moments.time)
    height = _find_centre_height(model, motion)
    force = moment = None
    turning = [c for c in coordinates if model.coordinate(c).getMotionType() == ROTATIONAL]
    moving = [c for c in coordinates if c not in turning]
    if len(turning) == len(moving) == 3:
        force = _measure(moments, [model.ids_column(c) for c in moving])
        moment = _measure(moments, [model.ids_column(c) for c in turning])
        if net is not None:
            force = Residual(force.rms, force.peak, force.time, RESIDUAL_FORCE * net)
            if height is not None:
                limit = RESIDUAL_MOMENT * height * net
                moment = Residual(moment.rms, moment.peak, moment.time, limit)
    return DynamicsQuality(len(moments.time), first, last, name, net, height, force, moment)


def _find_net_force(loads: AppliedLoads, time: Array) -> float | None:
    """The largest sum of all forces, N; None where one is not expressed in ground."""
    forces = [load.force for load in loads.loads if load.force is not None]
    if not forces or not all(load.in_ground for load in loads.loads):
        return None
    total = np.sum(np.stack(forces), axis=0)
    during = np.stack([np.interp(time, loads.time, series) for series in total.T], axis=1)
    peak = float(np.linalg.norm(during, axis=1).max())
    return peak or None


def _find_centre_height(model: OsimModel, motion: Motion) -> float | None:
    up = find_up(model.model)
    if up is None:
        return None
    heights = []
    for row in motion.values[:: max(1, len(motion.time) // MOST_FRAMES)]:
        model.set_pose(dict(zip(motion.coordinates, row, strict=True)))
        model.model.realizePosition(model.state)
        heights.append(model.model.calcMassCenterPosition(model.state).to_numpy() @ up)
    mean = float(np.mean(heights))
    return mean if mean > 0 else None


def _measure(moments: Table, columns: Sequence[str]) -> Residual:
    size = np.linalg.norm(moments.select(columns).values, axis=1)
    peak = int(np.argmax(size))
    return Residual(_rms(size), float(size[peak]), float(moments.time[peak]), None)


def _rms(values: Array) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
