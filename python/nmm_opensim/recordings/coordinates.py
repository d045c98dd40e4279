"""Joint angles of a goniometer or another program's file as an OpenSim motion file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..errors import NMMError
from ..formats.tables import Header, Table, write_table
from .delimited import Layout
from .read import choose, read_signals

DEGREES = {"deg": 1.0, "degrees": 1.0, "°": 1.0, "rad": 180 / np.pi, "radians": 180 / np.pi}


def convert_coordinates(
    path: Path,
    output: Path,
    coordinates: Mapping[str, str],
    units: str | None = None,
    rate: float | None = None,
    layout: Layout | None = None,
) -> Table:
    """Write columns of a recording as coordinates (.mot, degrees); returns what was written.

    ``coordinates`` maps column labels to coordinates of a model. ``units`` (deg or rad) is needed
    where the file states none and held against it where it does; ``rate`` (Hz) likewise.

    Raises:
        NMMError: naming the column, if it is not an angle, has gaps, or a clock of its own.

    """
    if output.suffix.lower() not in (".mot", ".sto"):
        raise NMMError(f"output '{output}': expected a .mot or .sto, but found '{output.suffix}'.")
    if not coordinates or len(set(coordinates.values())) < len(coordinates):
        raise NMMError(
            f"coordinates of '{path}': expected a coordinate of its own for each column, but found "
            f"{' '.join(coordinates.values()) or 'none'}."
        )
    signals = read_signals(path, "angle file", rate, layout, list(coordinates))
    chosen = [choose(signals, label) for label in coordinates]
    first = chosen[0]
    columns = []
    for signal in chosen:
        where = f"{signal.source}: column '{signal.name}'"
        factor = _find_factor(where, signal.unit, units)
        clock = (signal.rate, signal.start, len(signal.values))
        if clock != (first.rate, first.start, len(first.values)):
            raise NMMError(
                f"{where}: expected the times of column '{first.name}', but found others; convert "
                "each into a file of its own."
            )
        columns.append(signal.values * factor)
    names = tuple(coordinates.values())
    table = Table(first.source, names, first.time, np.column_stack(columns)).select(names)
    header = Header(f"Angles of {path.name}", degrees=True)
    write_table(output, names, table.time, table.values, header)
    return table


def _find_factor(where: str, stated: str | None, declared: str | None) -> float:
    """From a column's unit to degrees."""
    unit = stated or declared
    if unit is None:
        raise NMMError(f"{where}: expected a unit, but the file states none; give deg or rad.")
    if unit not in DEGREES:
        raise NMMError(f"{where}: expected an angle in deg or rad, but found '{unit}'.")
    if declared is not None and DEGREES.get(declared) != DEGREES[unit]:
        raise NMMError(
            f"{where}: expected the declared unit '{declared}', but the file states '{unit}'."
        )
    return DEGREES[unit]


def parse_columns(words: Sequence[str]) -> dict[str, str]:
    """``LABEL=COORDINATE`` for each word; labels may hold ``=`` themselves."""
    columns = {}
    for word in words:
        label, _, coordinate = word.rpartition("=")
        if not label or not coordinate or label in columns:
            raise NMMError(
                "column: expected LABEL=COORDINATE, each label once, such as "
                f"value=elbow_flexion, but found '{word}'."
            )
        columns[label] = coordinate
    return columns
