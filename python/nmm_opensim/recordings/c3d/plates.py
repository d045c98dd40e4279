"""Force plates as the parameters of a C3D file declare them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from .content import C3D
from .plate_formulas import CHANNELS

SMALLEST_SIDE, LARGEST_SIDE = 0.05, 20.0
"""Of a plate (m); treadmills and runways are long."""
LARGEST_SKEW = 0.2
"""How far corners may be from a rectangle, relative to the sides."""


@dataclass(frozen=True)
class Plate:
    """One force plate; lengths are in the file's unit, axes and corners in the laboratory's.

    ``rotation`` (3, 3) takes vectors of the plate to the laboratory; its columns are the plate's
    axes. ``channels`` count from 0.
    """

    kind: int
    channels: tuple[int, ...]
    corners: Array
    centre: Array
    rotation: Array
    origin: Array
    matrix: Array | None


def count_plates(c3d: C3D) -> int:
    """How many plates the file says that it has."""
    used = c3d.parameters.find_number("FORCE_PLATFORM", "USED") or 0.0
    # Each has four corners of three coordinates, in at most as many bytes.
    return int(used) if 0 <= used < 2**15 else 0


def find_kind(c3d: C3D, number: int) -> int | None:
    """The type of plate ``number``, from 1; None where none is stated."""
    kinds = c3d.parameters.find_numbers("FORCE_PLATFORM", "TYPE")
    return (
        int(kinds[number - 1]) if number <= len(kinds) and np.isfinite(kinds[number - 1]) else None
    )


def read_plate(c3d: C3D, number: int, metres: float) -> Plate:
    """Plate ``number``, from 1; ``metres`` are those of the file's unit of length.

    Raises:
        NMMError: naming the plate and the parameter that is missing or cannot be meant.

    """
    where = f"{c3d.source}: force plate {number}"
    kind = find_kind(c3d, number)
    if kind not in CHANNELS:
        raise NMMError(
            f"{where} is of type {'unknown' if kind is None else kind}, not "
            f"{', '.join(map(str, CHANNELS))} (FORCE_PLATFORM:TYPE); export forces and moments "
            "(type 2)."
        )
    corners = _read_slice(c3d, "CORNERS", number, 12, where).reshape(4, 3)
    centre, rotation = _find_axes(corners, metres, where)
    origin = np.zeros(3) if kind == 1 else _read_slice(c3d, "ORIGIN", number, 3, where)
    if kind == 3:
        # Distances of the sensors from the plate's axes.
        origin = np.array([abs(origin[0]), abs(origin[1]), origin[2]])
    matrix = None
    if kind == 4:
        matrix = _read_matrix(c3d, number, where)
    channels = _read_channels(c3d, number, CHANNELS[kind], where)
    return Plate(kind, channels, corners, centre, rotation, origin, matrix)


def _read_slice(c3d: C3D, name: str, number: int, size: int, where: str) -> Array:
    values = c3d.parameters.find_numbers("FORCE_PLATFORM", name)
    own = values[(number - 1) * size : number * size]
    if len(own) < size or not np.all(np.isfinite(own)):
        raise NMMError(
            f"{where}: expected {size} numbers for it in FORCE_PLATFORM:{name}, but found "
            f"{int(np.isfinite(own).sum())}."
        )
    return own


def _read_channels(c3d: C3D, number: int, count: int, where: str) -> tuple[int, ...]:
    values = c3d.parameters.find_numbers("FORCE_PLATFORM", "CHANNEL", unsigned=True)
    shape = c3d.parameters.find_shape("FORCE_PLATFORM", "CHANNEL")
    rows = shape[0] if len(shape) > 1 else len(values)
    own = values[(number - 1) * rows : number * rows][:count]
    last = c3d.layout.channels
    if len(own) < count or not all(1 <= channel <= last for channel in own):
        found = " ".join(f"{channel:g}" for channel in own) or "none"
        raise NMMError(
            f"{where}: expected {count} analog channels from 1 to {last} in FORCE_PLATFORM:CHANNEL,"
            f" but found {found}."
        )
    return tuple(int(channel) - 1 for channel in own)


def _read_matrix(c3d: C3D, number: int, where: str) -> Array:
    shape = c3d.parameters.find_shape("FORCE_PLATFORM", "CAL_MATRIX")
    rows, columns = (shape[0], shape[1]) if len(shape) > 1 else (6, 6)
    if rows < 6 or columns < 6:
        raise NMMError(
            f"{where}: expected 6 × 6 numbers in FORCE_PLATFORM:CAL_MATRIX, but found {rows} × "
            f"{columns}."
        )
    values = _read_slice(c3d, "CAL_MATRIX", number, rows * columns, where)
    # Column by column, says the manual.
    matrix = values.reshape(columns, rows).T[:6, :6]
    if np.linalg.matrix_rank(matrix) < 6:
        raise NMMError(
            f"{where}: expected a FORCE_PLATFORM:CAL_MATRIX that makes six forces and moments of "
            "six signals, but found one of less rank."
        )
    return matrix


def _find_axes(corners: Array, metres: float, where: str) -> tuple[Array, Array]:
    """Centre, and the rotation to the laboratory, of corners in the quadrants of x and y.

    They are +x +y, −x +y, −x −y and +x −y.
    """
    first, second, third, fourth = corners
    x = (first + fourth - second - third) / 2
    y = (first + second - third - fourth) / 2
    skew = np.linalg.norm(first - second + third - fourth) / 2
    sides = np.array([np.linalg.norm(x), np.linalg.norm(y)])
    z = np.cross(x, y)
    if not (
        np.all((sides * metres > SMALLEST_SIDE) & (sides * metres < LARGEST_SIDE))
        and skew < LARGEST_SKEW * sides.min()
        and np.linalg.norm(z) > (1 - LARGEST_SKEW) * sides.prod()
    ):
        found = ", ".join(
            "(" + " ".join(f"{c * metres:.4g}" for c in corner) + ")" for corner in corners
        )
        raise NMMError(
            f"{where}: expected the corners of a rectangle in their order "
            f"(FORCE_PLATFORM:CORNERS), but found {found} m."
        )
    x, z = x / sides[0], z / np.linalg.norm(z)
    return corners.mean(axis=0), np.column_stack([x, np.cross(z, x), z])
