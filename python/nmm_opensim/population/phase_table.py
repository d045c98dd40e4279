"""Tables of mean strides: a row for each person and point of phase, a column for each muscle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..errors import NMMError, nearest_names
from ..estimators.prior.population import POINTS, STANCE_POINTS, Person
from ..files import read_csv, require_reasonable
from .build_setup import PhaseTable

# With semicolons and tabs come decimal commas.
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class _Row:
    """A line of the file: what a person's muscles do at one point; NaN is not recorded."""

    line: int
    point: int
    values: list[float]


def read_phase_table(declared: PhaseTable) -> list[Person]:
    """The people of a table, in its order.

    A muscle whose cells are all empty was not recorded of that person.

    Raises:
        NMMError: naming the line and column, or the person.

    """
    where = f"phase table '{declared.file}'"
    people: dict[str, list[_Row]] = {}
    for line, row in _read_rows(declared, where):
        name = row[declared.person_column].strip()
        if not name or not name.isprintable():
            raise NMMError(
                f"{where}, line {line}: expected the person's name in "
                f"'{declared.person_column}', but found {name[:40]!r}."
            )
        point = _read_number(row[declared.point_column], where, line, declared.point_column)
        if point not in range(1, POINTS + 1):
            raise NMMError(
                f"{where}, line {line}, column '{declared.point_column}': expected a point of "
                f"phase, 1 to {POINTS}, but found '{row[declared.point_column][:40]}'."
            )
        values = [_read_cell(row[c], where, line, c) for c in declared.columns.values()]
        people.setdefault(name, []).append(_Row(line, int(point), values))
    if not people:
        raise NMMError(f"{where}: expected rows of people, but found none below the labels.")
    return [_gather(name, rows, declared, where) for name, rows in people.items()]


def _read_rows(declared: PhaseTable, where: str) -> list[tuple[int, dict[str, str]]]:
    """The lines whose cells are there, with all columns that the setup names."""
    require_reasonable(declared.file, "phase table")
    with declared.file.open("rb") as file:
        first = file.readline(10_000).decode("utf-8", errors="replace")
    found, rows = read_csv(declared.file, "phase table", max(DELIMITERS, key=first.count))
    wanted = [declared.person_column, declared.point_column, *declared.columns.values()]
    for column in wanted:
        if column not in found:
            raise NMMError(
                f"{where}: expected a column '{column}', but found none; "
                f"{nearest_names(column, found)}."
            )
        if found.count(column) > 1 or wanted.count(column) > 1:
            whose = "the file" if found.count(column) > 1 else "the setup"
            raise NMMError(
                f"{where}: expected column '{column}' once, but {whose} names it twice; say which "
                "is which."
            )
    for line, row in rows:
        if len(row) > len(found):
            raise NMMError(
                f"{where}, line {line}: expected {len(found)} cells, as there are labels, but "
                "found more; decimal commas need semicolons between cells."
            )
    return rows


def _read_cell(text: str, where: str, line: int, column: str) -> float:
    """An envelope, NaN where the cell is empty."""
    if not text.strip():
        return math.nan
    value = _read_number(text, where, line, column)
    if not 0.0 <= value < math.inf:
        raise NMMError(
            f"{where}, line {line}, column '{column}': expected an envelope, 0 or more, but found "
            f"'{text[:40]}'."
        )
    return value


def _read_number(text: str, where: str, line: int, column: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise NMMError(
            f"{where}, line {line}, column '{column}': expected a number, but found '{text[:40]}'."
        ) from None


def _gather(name: str, rows: Sequence[_Row], declared: PhaseTable, where: str) -> Person:
    """One person's curves; all points must be there, each once."""
    lines: dict[int, int] = {}
    for row in rows:
        if row.point in lines:
            raise NMMError(
                f"{where}, line {row.line}: expected each point of a person once, but person "
                f"'{name}' has point {row.point} in line {lines[row.point]} too; two people need "
                "two names."
            )
        lines[row.point] = row.line
    if len(rows) != POINTS:
        raise NMMError(
            f"{where}: expected the points 1 to {POINTS} of person '{name}', but found "
            f"{len(rows)} of them; resample stance to {STANCE_POINTS} points and swing to "
            f"{POINTS - STANCE_POINTS}."
        )
    values = np.array([row.values for row in sorted(rows, key=lambda row: row.point)])
    curves: dict[str, Array] = {}
    for (muscle, column), curve in zip(declared.columns.items(), values.T, strict=True):
        missing = int(np.isnan(curve).sum())
        if missing == POINTS:
            continue
        if missing or curve.min() == curve.max():
            found = f"{missing} empty cells" if missing else f"{curve[0]:g} throughout"
            raise NMMError(
                f"{where}, column '{column}', person '{name}': expected a recording, or empty "
                f"cells where there is none, but found {found}."
            )
        curves[muscle] = curve
    if not curves:
        raise NMMError(
            f"{where}: expected a recording of person '{name}', but all cells of its muscles are "
            "empty; leave the person out."
        )
    return Person(name, curves)
