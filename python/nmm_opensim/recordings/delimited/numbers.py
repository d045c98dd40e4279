"""The numbers of a table's columns: as fast as NumPy reads, or cell by cell to find a fault."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from .blocks import Block
from .heading import Heading
from .text import Text

TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d\d):(\d\d(?:[.,]\d+)?)")


def read_numbers(
    text: Text, block: Block, heading: Heading, indices: Sequence[int]
) -> dict[int, Array]:
    """Columns ``indices`` of a table, each (rows,) as long as it has numbers.

    A column may end before the others, with empty cells.

    Raises:
        NMMError: naming line and column, if a cell among them is no number.

    """
    rows = [row for row in range(heading.first, block.last) if text.lines[row].strip()]
    lines = [text.lines[row] for row in rows]
    if len(lines) < 2:
        raise NMMError(
            f"{text.where(heading.first)}: expected at least two rows of numbers, but found "
            f"{len(lines)}."
        )
    _require_cells(text, rows, len(heading.columns))
    if not any('"' in line for line in lines):
        for fill in (False, True):
            columns = _read_whole(text, lines, list(indices), fill)
            if columns is not None:
                return columns
    return _read_cells(text, rows, heading, indices)


def _require_cells(text: Text, rows: list[int], count: int) -> None:
    """As many cells in each row as there are columns, or one more that is empty."""
    for row in rows:
        marks = text.lines[row].count(text.delimiter)
        if marks == count - 1:
            continue
        cells = text.cells(row)
        while len(cells) > count and not cells[-1]:
            cells.pop()
        if len(cells) != count:
            raise NMMError(
                f"{text.where(row)}: expected {count} cells, but found {len(cells)}; the file is "
                "truncated or its delimiter is another."
            )


def _read_whole(
    text: Text, lines: list[str], indices: list[int], fill: bool
) -> dict[int, Array] | None:
    """Columns at once; empty cells are filled with NaN and must end a column. None if it fails."""
    if text.decimal != ".":
        lines = [line.replace(text.decimal, ".") for line in lines]
    if fill:
        if any("nan" in line.lower() for line in lines):
            return None
        mark = re.escape(text.delimiter)
        empty = re.compile(rf"(?:(?<={mark})|^) *(?={mark}|$)")
        lines = [empty.sub("nan", line) for line in lines]
    try:
        values = np.loadtxt(
            lines, delimiter=text.delimiter, comments=None, ndmin=2, usecols=indices
        )
    except (ValueError, IndexError):
        return None
    columns = {}
    for index, column in zip(indices, values.T, strict=True):
        length = len(column)
        if fill:
            present = np.flatnonzero(~np.isnan(column))
            length = int(present[-1]) + 1 if len(present) else 0
            if len(present) != length:
                return None
        columns[index] = np.ascontiguousarray(column[:length])
    return columns


def _read_cells(
    text: Text, rows: list[int], heading: Heading, indices: Sequence[int]
) -> dict[int, Array]:
    table = [text.cells(row) for row in rows]
    columns = {}
    for index in indices:
        cells = [row[index] for row in table]
        while cells and not cells[-1]:
            cells.pop()
        read = _read_clock if heading.columns[index].is_time else Text.number
        numbers = [read(text, cell) for cell in cells]
        if None in numbers:
            bad = numbers.index(None)
            raise NMMError(
                f"{text.where(rows[bad])}, column '{heading.columns[index].label}': expected a "
                f"number, but found '{cells[bad][:40]}'."
            )
        columns[index] = np.array(numbers, dtype=float)
    return columns


def _read_clock(text: Text, cell: str) -> float | None:
    """Seconds of a time of day, or a number."""
    match = TIME_OF_DAY.fullmatch(cell)
    if not match:
        return text.number(cell)
    hours, minutes, seconds = match.groups()
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds.replace(",", "."))
