"""Where the rows of numbers are: a file may hold several tables, each under lines of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import NMMError
from .text import MOST_HEADER_ROWS, Text

# Numbers that stand together by accident, such as a rate over a count, are fewer rows.
FEWEST_ROWS = 10
LINES_AT_ONCE = 4096
PLAIN = b"0123456789+-.eE,; \t\r"
REST = dict.fromkeys(PLAIN)
SPACE = " \t\r,;"
CLOCK = re.compile(r"[\dTZ/.\- ]*\d+:\d+(:\d+([.,]\d+)?)?Z?")


@dataclass(frozen=True)
class Block:
    """Rows ``first`` to before ``last`` hold numbers, rows from ``top`` to ``first`` their header.

    Rows count from 0. ``width`` columns hold something.
    """

    top: int
    first: int
    last: int
    width: int


def find_blocks(text: Text) -> list[Block]:
    """All tables of a file, each with the lines above it.

    Raises:
        NMMError: if there are no rows of numbers, or lines after them that are none.

    """
    runs = _find_runs(text)
    longest = max((last - first for first, last in runs), default=0)
    runs = [run for run in runs if run[1] - run[0] >= min(longest, FEWEST_ROWS)]
    if len(runs) > 1 and longest < FEWEST_ROWS:
        runs = [max(reversed(runs), key=lambda run: run[1] - run[0])]
    if not runs or runs[0][0] > MOST_HEADER_ROWS:
        raise NMMError(
            f"{text.source}: expected a row of labels and then rows of as many numbers within "
            f"{MOST_HEADER_ROWS} lines, but found none; declare <delimiter> and <decimal>."
        )
    tops = [0, *(last for _, last in runs)]
    blocks: list[Block] = []
    for top, (first, last) in zip(tops[:-1], runs, strict=True):
        if blocks:
            _require_header(text, top, first)
        blocks.append(Block(top, first, last, _measure_width(text, first, last)))
    for row in range(tops[-1], len(text.lines)):
        if text.filled(row):
            _refuse_row(text, row)
    return blocks


def _require_header(text: Text, top: int, first: int) -> None:
    """One broken row amid a table must not end it: another table has a title and labels."""
    rows = [row for row in range(top, first) if text.filled(row)]
    for row in rows:
        cells = text.filled(row)
        if len(rows) < 2 or (len(cells) > 1 and text.number(cells[0]) is not None):
            _refuse_row(text, row)


def _refuse_row(text: Text, row: int) -> None:
    raise NMMError(
        f"{text.where(row)}: expected a row of numbers, but found '{text.quote(row)}'; delete "
        "what is no row of the table, or export the file anew."
    )


def _find_runs(text: Text) -> list[tuple[int, int]]:
    """First and past-the-last row of rows of numbers; empty rows part nothing."""
    runs: list[tuple[int, int]] = []
    first, last, words = -1, -1, ""
    for start in range(0, len(text.lines), LINES_AT_ONCE):
        lines = text.lines[start : start + LINES_AT_ONCE]
        # Nearly all of a long file: nothing but digits and marks.
        plain = not "".join(lines).encode("utf-8", "replace").translate(None, PLAIN)
        if plain and first >= 0 and lines[-1].strip(SPACE):
            last = start + len(lines)
            continue
        for row, line in enumerate(lines, start):
            if not line.strip(SPACE):
                continue
            own = line.translate(REST)
            alike = first >= 0 and own == words and line[0] in "0123456789+-."
            if plain or alike or _holds_numbers(text, row):
                first, last, words = (row if first < 0 else first), row + 1, own
            elif first >= 0 and text.filled(row):
                runs.append((first, last))
                first = -1
    if first >= 0:
        runs.append((first, last))
    return runs


def _holds_numbers(text: Text, row: int) -> bool:
    """A number or a time of day first, and no more words than numbers: systems note activities."""
    cells = text.filled(row)
    # Marks and quotes alone fill nothing.
    if not cells:
        return False
    if text.number(cells[0]) is None and not CLOCK.fullmatch(cells[0]):
        return False
    return 2 * sum(text.number(cell) is not None for cell in cells) >= len(cells)


def _measure_width(text: Text, first: int, last: int) -> int:
    """The first rows are the fullest, because shorter columns end earlier."""
    width = 0
    for row in range(first, min(last, first + FEWEST_ROWS)):
        cells = text.cells(row)
        width = max(width, *(i + 1 for i, cell in enumerate(cells) if cell), 0)
    return width
