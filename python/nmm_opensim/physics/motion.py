"""Coordinates over time: values and speeds at the frames, by OpenSim's own filter and splines.

The plugin does the same with the same OpenSim classes, so that both see equal speeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError, nearest_names
from ..formats.tables import read_opensim_table, to_table
from .osim_model import OsimModel


@dataclass(frozen=True)
class Motion:
    """Frames of a trial: ``time`` (s), ``values`` (rad, m) and ``speeds`` (rad/s, m/s)."""

    time: Array
    coordinates: tuple[str, ...]
    values: Array
    speeds: Array

    def select(self, coordinates: Sequence[str]) -> tuple[Array, Array]:
        """Values and speeds of some coordinates, each (frames, len(coordinates))."""
        for name in coordinates:
            if name not in self.coordinates:
                raise NMMError(
                    f"Motion: expected coordinate '{name}' in its file, but found none; "
                    f"{nearest_names(name, self.coordinates)}."
                )
        columns = [self.coordinates.index(name) for name in coordinates]
        return self.values[:, columns], self.speeds[:, columns]


def read_motion(
    path: Path,
    model: OsimModel,
    required: Sequence[str],
    lowpass_cutoff_frequency: float | None,
    initial_time: float | None,
    final_time: float | None,
) -> Motion:
    """Read a coordinates file; frames are its times within [initial_time, final_time].

    Columns are coordinate names or absolute state paths (``/jointset/…/name/value``). Every
    required coordinate must be there; the model's others are used where the file has them. The
    whole file is filtered (``lowpass_cutoff_frequency`` in Hz, or None), so that a trial cut from
    it does not depend on the cut.
    """
    table = read_opensim_table(path, "coordinates file")
    source = f"coordinates file '{path}'"
    _check_angle_unit(table, source)

    labels = {_coordinate_of(label): label for label in table.getColumnLabels()}
    used = [name for name in model.coordinate_names if name in labels or name in required]
    columns = replace(to_table(table, source), columns=tuple(labels)).select(used)

    if lowpass_cutoff_frequency is not None:
        opensim.TableUtilities.filterLowpass(table, lowpass_cutoff_frequency, True)
    if table.getTableMetaDataString("inDegrees") == "yes":
        model.model.getSimbodyEngine().convertDegreesToRadians(table)
    splines = opensim.GCVSplineSet(table, opensim.StdVectorString(), 5)

    time = select_frames(columns.time, initial_time, final_time, source)
    first_derivative = opensim.StdVectorInt()
    first_derivative.append(0)
    values = np.empty((len(time), len(used)))
    speeds = np.empty_like(values)
    for j, name in enumerate(used):
        spline = splines.get(labels[name])
        for k, t in enumerate(time):
            at = opensim.Vector(1, t)
            values[k, j] = spline.calcValue(at)
            speeds[k, j] = spline.calcDerivative(first_derivative, at)
    return Motion(time, tuple(used), values, speeds)


def select_frames(
    time: Array, initial_time: float | None, final_time: float | None, source: str
) -> Array:
    """The times within the range, whose ends default to the data's; at least two."""
    # A hair of tolerance: files state times in decimal.
    eps = 1e-9
    low = time[0] if initial_time is None else initial_time
    high = time[-1] if final_time is None else final_time
    if low >= high or low < time[0] - eps or high > time[-1] + eps:
        raise NMMError(
            f"{source}: expected initial_time < final_time within {time[0]:g}-{time[-1]:g} s, "
            f"but found {low:g} and {high:g}."
        )
    frames = time[(time >= low - eps) & (time <= high + eps)]
    if len(frames) < 2:
        raise NMMError(f"{source}: expected at least 2 frames in {low:g}-{high:g} s, but found 1.")
    return frames


def _check_angle_unit(table: opensim.TimeSeriesTable, source: str) -> None:
    key = "inDegrees"
    found = table.getTableMetaDataString(key) if key in table.getTableMetaDataKeys() else "nothing"
    if found not in ("yes", "no"):
        raise NMMError(
            f"{source}: expected inDegrees=yes or inDegrees=no in the header, but found {found}; "
            "declare the unit of the angles."
        )


def _coordinate_of(label: str) -> str:
    parts = label.split("/")
    return parts[-2] if len(parts) > 2 and parts[-1] == "value" else label
