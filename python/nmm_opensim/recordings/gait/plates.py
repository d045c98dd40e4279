"""What force plates measured, and when they were loaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array, Flags
from ...errors import NMMError
from ...formats.external_loads import AXES
from ...formats.tables import Table
from ..axes import UP
from .feet import find_pieces
from .gait_setup import Plate

SETTLED = 0.03
"""s that a plate must stay under the threshold to be left: it rings when it is hit."""
STEP = 5.0
"""Thresholds that a foot which stands there exceeds; less is a touch, or a plate beside it."""
UPRIGHT = 0.5
"""The share of a force that is vertical at least, most of the time: feet would slip."""
FLOOR = 0.1
"""m: centres of pressure this far from the ground's origin are not on a floor."""


@dataclass(frozen=True)
class PlateRecord:
    """What acted on the subject over ``time`` (s): force (N), point (m), torque (N m).

    Each is (samples, 3), in ground.
    """

    plate: Plate
    time: Array
    force: Array
    point: Array
    torque: Array

    @property
    def up(self) -> Array:
        """The vertical force (samples,)."""
        return self.force[:, UP]


@dataclass(frozen=True)
class Load:
    """A plate under load from the first to the last sample, both loaded."""

    record: PlateRecord
    first: int
    last: int
    threshold: float

    @property
    def start(self) -> float:
        return float(self.record.time[self.first])

    @property
    def end(self) -> float:
        return float(self.record.time[self.last])

    @property
    def peak(self) -> float:
        """The highest vertical force (N)."""
        return float(self.record.up[self.first : self.last + 1].max())

    @property
    def is_step(self) -> bool:
        """Whether it is more than a touch."""
        return self.peak >= STEP * self.threshold

    @property
    def starts_with_recording(self) -> bool:
        return self.first == 0

    @property
    def ends_with_recording(self) -> bool:
        return self.last == len(self.record.time) - 1


def read_plate(table: Table, plate: Plate, threshold: float) -> PlateRecord:
    """The columns of a plate, checked to push the subject up from a floor.

    Raises:
        NMMError: naming the plate.

    """
    where = f"{table.source}: plate '{plate.name}'"
    force = table.select(_name_columns(plate.force)).values
    up = force[:, UP]
    rest = np.abs(up) < threshold
    point, torque = np.zeros_like(force), np.zeros_like(force)
    for values, identifier in ((point, plate.point), (torque, plate.torque)):
        if identifier is not None:
            values[:] = _read_loaded(table, identifier, rest)
    size = np.linalg.norm(force, axis=1)
    heavy = size >= STEP * threshold
    if np.any(heavy) and np.median(np.abs(up[heavy]) / size[heavy]) < UPRIGHT:
        axis = AXES[int(np.argmax(np.abs(force[heavy]).sum(axis=0)))]
        raise NMMError(
            f"{where}: expected forces that act along y, which points up, but most of them act "
            f"along {axis}; turn the axes."
        )
    loaded = np.abs(up) >= STEP * threshold
    if up[loaded].sum() < 0:
        raise NMMError(
            f"{where}: expected forces that push the subject up (y), but they push down; turn the "
            "axes, or the sign if they are the forces on the plate."
        )
    off = np.abs(point[loaded, UP]) > FLOOR
    if np.any(off) and np.mean(off) > 0.5:
        raise NMMError(
            f"{where}: expected centres of pressure (m) on the floor, within {FLOOR:g} m of y = 0, "
            f"but found y = {np.median(point[loaded, UP]):g}; look at the axes and the unit."
        )
    return PlateRecord(plate, table.time, force, point, torque)


def _read_loaded(table: Table, identifier: str, rest: Flags) -> Array:
    """Columns that need to be numbers only where the plate is loaded; elsewhere a gap is 0."""
    columns = _name_columns(identifier)
    if not set(columns) <= set(table.columns):
        return table.select(columns).values
    values = table.values[:, [table.columns.index(column) for column in columns]]
    values = np.where(rest[:, None] & ~np.isfinite(values), 0.0, values)
    return Table(table.source, tuple(columns), table.time, values).select(columns).values


def _name_columns(identifier: str) -> list[str]:
    return [f"{identifier}{axis}" for axis in AXES]


def find_loads(record: PlateRecord, threshold: float) -> list[Load]:
    """When a plate was loaded, from the first to the last sample over the threshold.

    A load ends where the force falls below half the threshold; what a plate rings with just before
    or after a step is none.
    """
    loads: list[Load] = []
    for piece in find_pieces(record.up >= threshold / 2):
        over = piece.start + np.flatnonzero(record.up[piece] >= threshold)
        if not len(over):
            continue
        load = Load(record, int(over[0]), int(over[-1]), threshold)
        if loads and load.start - loads[-1].end < SETTLED:
            before = loads[-1]
            if load.is_step == before.is_step:
                loads[-1] = Load(record, before.first, load.last, threshold)
            else:
                loads[-1] = before if before.is_step else load
        else:
            loads.append(load)
    return loads
