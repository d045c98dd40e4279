"""CSV and TXT files of EMG systems.

The label row is the last row of text before the first row of numbers; a row of units may stand
between them. A column of times starts a block, whose columns share its rate; shorter blocks end
with empty cells.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..files import require_reasonable
from .signal import VOLTS, Signal, find_rate

DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ","}
DECIMALS = {"point": ".", "comma": ","}
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# A header longer than this is not a header.
MOST_HEADER_ROWS = 200
TIME_LABEL = re.compile(r"(time|t|x|x ?time)\s*\d*", re.IGNORECASE)
UNIT_IN_LABEL = re.compile(r"^(.*?)\s*[(\[]\s*([^()\[\]]*?)\s*[)\]]$")
SECONDS = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3}


@dataclass(frozen=True)
class Layout:
    """What a setup declares of a delimited file; None is read from the file."""

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None


def read_delimited(
    path: Path, what: str, rate: float | None = None, layout: Layout | None = None
) -> list[Signal]:
    """All channels; ``rate`` (Hz) is needed where no column holds times.

    Raises:
        NMMError: naming the line, if the file is not such a table.

    """
    layout = layout or Layout()
    source = f"{what} '{path}'"
    lines = _decode(require_reasonable(path, what), source, layout.encoding).splitlines()
    delimiter, decimal = _find_marks(lines, source, layout)
    first = _find_first_numbers(lines, source, delimiter, decimal)
    labels, units = _read_labels(lines[:first], source, delimiter)
    columns = _read_whole(lines[first:], delimiter, decimal, len(labels))
    if columns is None:
        columns = _read_cells(lines, first, source, delimiter, decimal, labels)
    return _make_signals(source, labels, units, columns, rate)


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


def _find_marks(lines: list[str], source: str, layout: Layout) -> tuple[str, str]:
    """Delimiter and decimal mark, where the file leaves no doubt."""
    sample = [line for line in lines[:MOST_HEADER_ROWS] if re.search(r"\d", line)]
    if not sample:
        raise NMMError(f"{source}: expected rows of numbers, but found none.")
    delimiter = layout.delimiter and DELIMITERS[layout.delimiter]
    if delimiter is None:
        # The last rows of the sample are data; commas there may be decimal marks.
        present = [mark for mark in DELIMITERS.values() if mark in sample[-1]]
        delimiter = present[0] if present else ","
    if layout.decimal is not None:
        decimal = DECIMALS[layout.decimal]
    else:
        data = sample[-1].split(delimiter)
        commas = delimiter != "," and any("," in cell for cell in data)
        decimal = "," if commas else "."
        if commas and any("." in cell for cell in data):
            raise NMMError(
                f"{source}: found both points and commas in '{sample[-1][:60]}'; declare <decimal> "
                "and export without marks of thousands."
            )
    if delimiter == decimal:
        raise NMMError(
            f"{source}: expected different marks for columns and decimals, found two ','."
        )
    return delimiter, decimal


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in line.split(delimiter)]


def _is_number(cell: str, decimal: str) -> bool:
    try:
        float(cell.replace(decimal, "."))
    except ValueError:
        return False
    return True


def _find_first_numbers(lines: list[str], source: str, delimiter: str, decimal: str) -> int:
    width = 0
    for i, line in enumerate(lines[:MOST_HEADER_ROWS]):
        cells = _split(line, delimiter)
        while cells and not cells[-1]:
            cells.pop()
        filled = [cell for cell in cells if cell]
        # Headers may hold a row of numbers, such as a rate; data are as wide as their labels.
        if filled and len(cells) == width and all(_is_number(cell, decimal) for cell in filled):
            return i
        if filled:
            width = len(cells)
    raise NMMError(
        f"{source}: expected a row of labels and then rows of as many numbers within "
        f"{MOST_HEADER_ROWS} lines, but found none; declare <delimiter> and <decimal>."
    )


def _read_labels(
    header: list[str], source: str, delimiter: str
) -> tuple[list[str], list[str | None]]:
    rows = [_split(line, delimiter) for line in header if line.strip()]
    known = {*VOLTS, *SECONDS, "deg", "rad", "g", "N", "Nm", "mm", "m", ""}
    unit_row = [cell.strip("()[]") for cell in rows[-1]]
    units: list[str | None] = [None] * len(unit_row)
    if len(rows) > 1 and len(rows[-2]) == len(unit_row) and set(unit_row) <= known:
        units = [unit or None for unit in unit_row]
        rows.pop()
    labels = []
    for i, label in enumerate(rows[-1]):
        match = UNIT_IN_LABEL.match(label)
        if match and match[1] and match[2]:
            label, units[i] = match[1], match[2]
        labels.append(label)
    if labels and not labels[-1]:
        labels.pop()
    if all(_is_number(label, ".") for label in labels):
        raise NMMError(
            f"{source}: expected a row of labels above the numbers, but found "
            f"'{labels[0]}'; add one."
        )
    names = [label for label in labels if not TIME_LABEL.fullmatch(label)]
    for name in names:
        if not name or names.count(name) > 1:
            raise NMMError(
                f"{source}: expected a label of its own over each column, but found "
                f"{names.count(name)} of '{name}'; rename them."
            )
    return labels, units


def _read_whole(lines: list[str], delimiter: str, decimal: str, width: int) -> list[Array] | None:
    """Columns without empty cells, much faster than cell by cell; None if there are any."""
    data = lines if decimal == "." else [line.replace(decimal, ".") for line in lines]
    try:
        values = np.loadtxt(data, delimiter=delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    return list(np.ascontiguousarray(values.T)) if values.shape[1] == width else None


def _read_cells(
    lines: list[str], first: int, source: str, delimiter: str, decimal: str, labels: list[str]
) -> list[Array]:
    rows, numbers = [], []
    for number, line in enumerate(lines[first:], first + 1):
        if not line.strip():
            continue
        cells = line.split(delimiter)
        if len(cells) == len(labels) + 1 and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(labels):
            raise NMMError(
                f"{source}, line {number}: expected {len(labels)} cells, but found {len(cells)}; "
                "the file is truncated or its delimiter is another."
            )
        rows.append(cells)
        numbers.append(number)
    columns = []
    for label, raw in zip(labels, zip(*rows, strict=True), strict=True):
        cells = [cell.replace(decimal, ".") for cell in raw] if decimal != "." else list(raw)
        while cells and not cells[-1].strip():
            cells.pop()
        try:
            columns.append(np.array([float(cell) for cell in cells]))
        except ValueError:
            bad = next(i for i, cell in enumerate(cells) if not _is_number(cell, "."))
            raise NMMError(
                f"{source}, line {numbers[bad]}, column '{label}': expected a number, but found "
                f"'{raw[bad].strip()[:40]}'."
            ) from None
    return columns


def _make_signals(
    source: str,
    labels: list[str],
    units: list[str | None],
    columns: list[Array],
    declared: float | None,
) -> list[Signal]:
    signals = []
    rate, start, length = declared, 0.0, -1
    for label, unit, values in zip(labels, units, columns, strict=False):
        if TIME_LABEL.fullmatch(label):
            if unit is not None and unit not in SECONDS:
                raise NMMError(
                    f"{source}: expected times in s or ms in column '{label}', but found '{unit}'."
                )
            time = values * SECONDS[unit or "s"]
            rate, start, length = find_rate(source, time, declared), float(time[0]), len(time)
            continue
        if rate is None:
            raise NMMError(
                f"{source}: found no column of times before '{label}'; declare <sampling_rate>."
            )
        if length >= 0 and len(values) != length:
            raise NMMError(
                f"{source}: expected {length} samples in column '{label}', one for each time, but "
                f"found {len(values)}."
            )
        if len(values) < 2:
            raise NMMError(f"{source}: expected at least two samples in column '{label}'.")
        signals.append(Signal(source, label, unit, rate, start, values))
    if not signals:
        raise NMMError(f"{source}: expected columns of signals, but found none.")
    return signals
