"""What the channels of a force plate say of the load on it, in the plate's own axes.

Formulas by type, as in the manual of the format (https://www.c3d.org, FORCE_PLATFORM:TYPE) and, for
eight channels, Kistler's (Multicomponent Measuring Force Plate, formulae of types 9281/9286). The
plate's z points into the floor. ``origin`` is the centre of the surface seen from the transducers'
origin, so its z is negative where they lie below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array

CHANNELS = {1: 6, 2: 6, 3: 8, 4: 6}
"""How many channels a plate has, by its type."""
FREE_OF_OFFSET = {1: (3, 4)}
"""Channels by type that hold no force: a centre of pressure has no baseline."""


@dataclass(frozen=True)
class PlateLoad:
    """In the plate's axes: ``force`` (3, samples), centre of pressure, moment about its normal.

    ``point`` (2, samples) counts from the centre of the surface and is NaN, as ``torque``
    (samples,), where no force acts along z. Units are the channels'.
    """

    force: Array
    point: Array
    torque: Array


def compute_load(kind: int, signals: Array, origin: Array, matrix: Array | None) -> PlateLoad:
    """The load that ``signals`` (channels, samples) of a plate of a type mean.

    ``matrix`` (6, 6) is a calibration matrix, of type 4: it makes forces and moments of signals.
    """
    if kind == 1:
        force, point, torque = signals[:3], signals[3:5], signals[5]
        loaded = force[2] != 0
        return PlateLoad(force, np.where(loaded, point, np.nan), np.where(loaded, torque, np.nan))
    if kind == 3:
        force, moment = _add_sensors(signals, float(origin[0]), float(origin[1]))
        origin = np.array([0.0, 0.0, origin[2]])
    else:
        signals = signals if matrix is None else matrix @ signals
        force, moment = signals[:3], signals[3:6]
    return _find_point(force, moment - np.cross(origin, force, axisb=0, axisc=0))


def _add_sensors(signals: Array, a: float, b: float) -> tuple[Array, Array]:
    """Force and moment of sensors at (±a, ±b): fx12 fx34 fy14 fy23 fz1 fz2 fz3 fz4."""
    fx12, fx34, fy14, fy23, fz1, fz2, fz3, fz4 = signals
    force = np.stack([fx12 + fx34, fy14 + fy23, fz1 + fz2 + fz3 + fz4])
    moment = np.stack(
        [
            b * (fz1 + fz2 - fz3 - fz4),
            a * (-fz1 + fz2 + fz3 - fz4),
            b * (-fx12 + fx34) + a * (fy14 - fy23),
        ]
    )
    return force, moment


def _find_point(force: Array, moment: Array) -> PlateLoad:
    """Where a force meets the surface whose centre ``moment`` is about, and what is left there."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        x, y = -moment[1] / force[2], moment[0] / force[2]
        point = np.stack([x, y])
        point[:, ~np.isfinite(point).all(axis=0)] = np.nan
        torque = moment[2] - (point[0] * force[1] - point[1] * force[0])
    return PlateLoad(force, point, torque)
