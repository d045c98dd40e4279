"""The lines of a file, and the marks between its columns and in its numbers."""

from __future__ import annotations

import codecs
import contextlib
import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ...errors import NMMError
from ...files import require_reasonable
from .layout import DECIMALS, DELIMITERS, Layout

MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# A header longer than this is not a header.
MOST_HEADER_ROWS = 200
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(nan|inf|infinity)", re.IGNORECASE)

EITHER = re.compile(r"[+-]?\d*([.,]?\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Text:
    """Lines of ``source``; cells stand between ``delimiter``, decimals behind ``decimal``."""

    source: str
    lines: list[str]
    delimiter: str
    decimal: str

    def cells(self, row: int) -> list[str]:
        """The cells of a line, without quotes and space around them."""
        return split(self.lines[row], self.delimiter)

    def filled(self, row: int) -> list[str]:
        """The cells of a line that hold something."""
        return [cell for cell in self.cells(row) if cell]

    def number(self, cell: str) -> float | None:
        """What a cell says, if it is a number."""
        cell = cell.replace(self.decimal, ".")
        return float(cell) if NUMBER.fullmatch(cell) else None

    def where(self, row: int) -> str:
        """The beginning of a message about a line."""
        return f"{self.source}, line {row + 1}"

    def quote(self, row: int) -> str:
        """The beginning of a line, for a message."""
        return "".join(c if c.isprintable() else " " for c in self.lines[row][:60])


def read_text(path: Path, what: str, layout: Layout) -> Text:
    """Lines and marks; a mark that the file leaves in doubt is refused."""
    source = f"{what} '{path}'"
    lines = _decode(require_reasonable(path, what), source, layout.encoding).splitlines()
    sample = [line for line in lines[:MOST_HEADER_ROWS] if re.search(r"\d", line)]
    if not sample:
        raise NMMError(f"{source}: expected rows of numbers, but found none.")
    delimiter = _find_delimiter(sample, layout)
    decimal = _find_decimal(sample, source, delimiter, layout)
    if delimiter == decimal:
        raise NMMError(
            f"{source}: expected different marks for columns and decimals, found two ','."
        )
    return Text(source, lines, delimiter, decimal)


def split(line: str, delimiter: str) -> list[str]:
    """Cells of a line; a quoted cell may hold the delimiter."""
    cells = line.split(delimiter)
    if '"' in line:
        with contextlib.suppress(csv.Error):
            cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    return [cell.strip().strip('"').strip() for cell in cells]


def _decode(path: Path, source: str, encoding: str | None) -> str:
    data = path.read_bytes()
    for mark, marked in MARKS.items():
        if data.startswith(mark):
            encoding = marked
    try:
        text = data.decode(encoding or "utf-8")
    except (UnicodeDecodeError, LookupError) as error:
        raise NMMError(
            f"{source}: expected text in {encoding or 'UTF-8'}, but {error}; declare <encoding>, "
            "such as latin-1."
        ) from None
    if "\0" in text:
        raise NMMError(f"{source}: expected text, but found binary data; export it as CSV.")
    return text


def _find_delimiter(sample: list[str], layout: Layout) -> str:
    if layout.delimiter is not None:
        return DELIMITERS[layout.delimiter]
    # Commas between semicolons or tabs are decimal marks; most lines of a file are data.
    firsts = [next((m for m in DELIMITERS.values() if m in line), "") for line in sample]
    votes = Counter(reversed([mark for mark in firsts if mark]))
    return votes.most_common(1)[0][0] if votes else ","


def _find_decimal(sample: list[str], source: str, delimiter: str, layout: Layout) -> str:
    if layout.decimal is not None:
        return DECIMALS[layout.decimal]
    if delimiter == ",":
        return "."
    found: dict[str, str] = {}
    for line in sample:
        cells = [cell for cell in split(line, delimiter) if cell]
        # A preamble may write its numbers in another way than the table.
        if not cells or not EITHER.fullmatch(cells[0]):
            continue
        for cell in cells:
            if EITHER.fullmatch(cell) and not cell.lstrip("+-").isdigit():
                found["," if "," in cell else "."] = line
    if len(found) > 1:
        raise NMMError(
            f"{source}: found both points and commas in '{found[','][:60]}'; declare <decimal> "
            "and export without marks of thousands."
        )
    return next(iter(found), ".")
