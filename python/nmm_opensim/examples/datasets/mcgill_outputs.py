"""What Plug-in Gait stored of one leg, in the names and signs of gait2392."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...arrays import find_runs
from ...errors import NMMError
from ...formats.tables import Table
from ...recordings.c3d.content import C3D
from ...recordings.c3d.outputs import list_outputs
from ...recordings.read import choose
from ...recordings.units import ANGLE, MOMENT, MOMENT_PER_MASS, Quantity

COORDINATES = {
    "hip_flexion": ("HipAngles:X", 1.0),
    "knee_angle": ("KneeAngles:X", -1.0),
    "ankle_angle": ("AnkleAngles:X", 1.0),
}
"""Plug-in Gait counts flexion positive, gait2392 extension of the knee; both dorsiflexion."""
MOMENTS = {"knee_angle": ("KneeMoment:X", 1.0), "ankle_angle": ("AnkleMoment:X", -1.0)}
"""Plug-in Gait counts extension of the knee and plantarflexion by muscles positive. With these
signs moment times speed is the power that the files hold, at r .985 and more in both joints."""
LIGHTEST, HEAVIEST, SHORTEST, TALLEST = 10.0, 200.0, 0.8, 2.3  # kg, m


@dataclass(frozen=True)
class Body:
    """Mass (kg) and height (m) that a file states."""

    mass: float
    height: float


def read_body(c3d: C3D) -> Body:
    """What the laboratory measured, kg and mm.

    Raises:
        NMMError: if it is not there, or is no person's.

    """
    mass = c3d.parameters.find_number("PROCESSING", "BODYMASS")
    height = c3d.parameters.find_number("PROCESSING", "HEIGHT")
    if mass is None or not LIGHTEST <= mass <= HEAVIEST:
        raise NMMError(
            f"{c3d.source}: expected the body mass in kg (PROCESSING:BODYMASS), {LIGHTEST:g} to "
            f"{HEAVIEST:g}, but found {mass}; moments are divided by it."
        )
    if height is None or not SHORTEST <= height / 1000 <= TALLEST:
        raise NMMError(
            f"{c3d.source}: expected the height in mm (PROCESSING:HEIGHT), {1000 * SHORTEST:g} to "
            f"{1000 * TALLEST:g}, but found {height}."
        )
    return Body(mass, height / 1000)


def read_angles(c3d: C3D, side: str) -> Table:
    """Hip, knee and ankle flexion (degrees) of a ``side`` over the whole recording."""
    table = _read(c3d, "ANGLE", side, COORDINATES, ANGLE)
    return table.select(table.columns)


def read_moments(c3d: C3D, side: str, mass: float) -> Table:
    """Moments (N m) over the longest time in which those of knee and ankle are known.

    Files state N mm and mean N mm/kg, as Plug-in Gait's do.
    """
    table = _read(c3d, "MOMENT", side, MOMENTS, MOMENT, MOMENT_PER_MASS)
    runs = find_runs(np.isfinite(table.values.sum(axis=1)))
    if not len(runs):
        raise NMMError(
            f"{c3d.source}: expected times at which moments of the {side} knee and ankle are "
            "known, but found none; a foot must have stood on a plate."
        )
    first, end = max(runs.tolist(), key=lambda run: run[1] - run[0])
    columns = tuple(f"{name}_moment" for name in table.columns)
    return Table(table.source, columns, table.time[first:end], mass * table.values[first:end])


def _read(
    c3d: C3D, kind: str, side: str, outputs: Mapping[str, tuple[str, float]], *quantities: Quantity
) -> Table:
    """Columns with gait2392's names and signs, in deg or N m; NaN in gaps."""
    mark, suffix = side[0].upper(), side[0]
    labels = [f"{mark}{label}" for label, _ in outputs.values()]
    found = list(list_outputs(c3d, kind, labels))
    if not found:
        raise NMMError(
            f"{c3d.source}: expected points {', '.join(labels)} of Plug-in Gait, but found none."
        )
    columns = []
    for label, (_, sign) in zip(labels, outputs.values(), strict=True):
        signal = choose(found, label)
        factors = [quantity.find_factor(signal.unit or "") for quantity in quantities]
        factor = next((factor for factor in factors if factor is not None), None)
        if factor is None:
            raise NMMError(
                f"{c3d.source}: column '{label}': expected a unit such as {quantities[0].base} "
                f"(POINT:{kind}_UNITS), but found {signal.unit or 'none'}."
            )
        columns.append(sign * factor * signal.values)
    names = tuple(f"{name}_{suffix}" for name in outputs)
    return Table(c3d.source, names, found[0].time, np.column_stack(columns))
