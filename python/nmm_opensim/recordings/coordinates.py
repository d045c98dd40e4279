"""Joint angles of a goniometer or another program's file as an OpenSim motion file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..errors import NMMError
from ..formats.tables import Header, Table, write_table
from .columns import Reading, read_columns, split_signs
from .units import ANGLE, is_known


def convert_coordinates(
    path: Path,
    output: Path,
    coordinates: Mapping[str, str],
    units: str | None = None,
    reading: Reading | None = None,
) -> Table:
    """Write columns of a recording as coordinates (.mot, degrees); returns what was written.

    ``coordinates`` maps column labels to coordinates of a model, with ``-`` before a name whose
    sign is the other. Of a C3D file labels may be components of stored angles, ``RKneeAngles:X``.
    ``units`` (deg or rad) is needed where the file states none and held against it where it does.

    Raises:
        NMMError: naming the column, if it is not an angle, has gaps, or a clock of its own.

    """
    if output.suffix.lower() not in (".mot", ".sto"):
        raise NMMError(f"output '{output}': expected a .mot or .sto, but found '{output.suffix}'.")
    names, signs = split_signs(coordinates, f"coordinates of '{path}'")
    chosen = read_columns(path, list(coordinates), "angle file", "ANGLE", reading or Reading())
    factors = [
        _find_factor(f"{signal.source}: column '{signal.name}'", signal.unit, units)
        for signal in chosen
    ]
    values = np.column_stack([signal.values for signal in chosen]) * factors * signs + 0.0
    table = Table(chosen[0].source, tuple(names), chosen[0].time, values).select(names)
    header = Header(f"Angles of {path.name}", degrees=True)
    write_table(output, names, table.time, table.values, header)
    return table


def _find_factor(where: str, stated: str | None, declared: str | None) -> float:
    """From a column's unit to degrees."""
    unit = stated or declared
    if unit is None:
        raise NMMError(f"{where}: expected a unit, but the file states none; give deg or rad.")
    factor = ANGLE.find_factor(unit)
    meant = None if declared is None else ANGLE.find_factor(declared)
    if factor is None and meant is not None and not is_known(unit):
        return meant
    if factor is None:
        raise NMMError(f"{where}: expected an angle in deg or rad, but found '{unit}'.")
    if declared is not None and meant != factor:
        raise NMMError(
            f"{where}: expected the declared unit '{declared}', but the file states '{unit}'."
        )
    return factor
