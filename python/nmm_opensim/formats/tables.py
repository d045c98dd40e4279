"""Tables over time (.sto, .mot): OpenSim's own reader, its silences refused, and a writer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError, nearest_names, opensim_reason
from ..files import require_reasonable, write_atomically
from .opensim_log import keep_quiet

keep_quiet()

# As OpenSim writes it, and as SIMM did.
ROW_COUNT = re.compile(
    r"^[ \t]*(?:nRows|datarows)[ \t]*[= \t][ \t]*(\d{1,18})[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
HEADER_END = re.compile(r"^[ \t]*endheader[ \t\r]*$", re.MULTILINE)
ROWS = 250
"""Of a table that are written at once."""


@dataclass(frozen=True)
class Table:
    """Named columns over time.

    ``time`` (s) has shape (frames,), ``values`` (frames, columns); ``source`` names the file and
    its role in messages, such as ``EMG file '…'``.
    """

    source: str
    columns: tuple[str, ...]
    time: Array
    values: Array

    def shift(self, offset: float) -> Table:
        """The same table with ``offset`` (s) added to its times."""
        return replace(self, time=self.time + offset)

    def select(self, columns: Sequence[str]) -> Table:
        """The named columns in the given order; all their values must be finite."""
        for column in columns:
            if column not in self.columns:
                raise NMMError(
                    f"{self.source}: expected a column '{column}', but there is none; "
                    f"{nearest_names(column, self.columns)}."
                )
        values = self.values[:, [self.columns.index(column) for column in columns]]
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            row, column_index = bad[0]
            raise NMMError(
                f"{self.source}: expected numbers, but found {values[row, column_index]} in column "
                f"'{columns[column_index]}' at {self.time[row]:g} s ({len(bad)} such values); "
                "fill the gap or leave the range out."
            )
        return Table(self.source, tuple(columns), self.time, np.ascontiguousarray(values))


def read_opensim_table(path: Path, what: str, minimum_rows: int = 2) -> opensim.TimeSeriesTable:
    """OpenSim's table of a file; ``what`` is the file's role, such as ``EMG file``."""
    require_reasonable(path, what)
    header = _require_labels(_read_text(path, what), path, what)
    try:
        table = opensim.TimeSeriesTable(str(path))
    except RuntimeError as error:
        # What comes before names a place in OpenSim's own source, which helps nobody here.
        reason = opensim_reason(error).split("': ", 1)[-1].rstrip(".")
        raise NMMError(f"{what} '{path}': OpenSim cannot read it: {reason}.") from None
    if table.getNumRows() < minimum_rows:
        raise NMMError(
            f"{what} '{path}': expected at least {minimum_rows} rows, "
            f"but found {table.getNumRows()}."
        )
    _require_all_rows(header, table.getNumRows(), f"{what} '{path}'")
    time = np.array(table.getIndependentColumn())
    step = np.diff(time)
    if not np.all(np.isfinite(time)) or np.any(step <= 0):
        row = int(np.argmax(~(step > 0)))
        raise NMMError(
            f"{what} '{path}': expected increasing times, but row {row + 2} has {time[row + 1]} "
            f"after {time[row]}."
        )
    return table


def _read_text(path: Path, what: str) -> str:
    """The text of a file; OpenSim's labels are UTF-8 or nothing that Python can hold."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NMMError(
            f"{what} '{path}', line {line}: expected text in UTF-8, but found the byte "
            f"0x{content[error.start]:02x}; save it as UTF-8, or write plain letters there."
        ) from None


def _require_labels(text: str, path: Path, what: str) -> str:
    """The header; refuses what OpenSim's reader would wait for forever: one without labels."""
    end = HEADER_END.search(text)
    if end is None:
        raise NMMError(
            f"{what} '{path}': expected a line 'endheader' that ends an OpenSim header, "
            "but found none; convert it to .sto."
        )
    if not re.compile(r"\S").search(text, end.end()):
        raise NMMError(
            f"{what} '{path}': expected column labels after 'endheader', but the file ends."
        )
    return text[: end.start()]


def _require_all_rows(header: str, rows: int, source: str) -> None:
    """Refuse a file that ends before its header says; OpenSim itself always writes both alike."""
    stated = ROW_COUNT.search(header)
    if stated and int(stated[1]) > rows:
        raise NMMError(
            f"{source}: expected {stated[1]} rows, as its header says, but found {rows}: it was "
            f"cut off; copy it anew, or write {rows} into the header if it is whole."
        )


def read_table(path: Path, what: str, minimum_rows: int = 2) -> Table:
    """A whole file; values are checked when columns are selected."""
    return to_table(read_opensim_table(path, what, minimum_rows), f"{what} '{path}'")


def to_table(table: opensim.TimeSeriesTable, source: str) -> Table:
    """A copy of OpenSim's table; ``source`` names it in messages."""
    return Table(
        source,
        tuple(table.getColumnLabels()),
        np.array(table.getIndependentColumn()),
        table.getMatrix().to_numpy(),
    )


def filter_lowpass(table: Table, cutoff_frequency: float) -> Table:
    """All columns after OpenSim's low-pass filter for coordinates (Hz), which has no lag.

    All values must be finite. Uneven samples become even ones within the same times.
    """
    source = table.source
    rate = 1.0 / float(np.diff(table.time).min())
    if not 0.0 < cutoff_frequency < rate / 2:
        raise NMMError(
            f"{source}: expected a cut-off frequency between 0 Hz and half the sampling frequency, "
            f"{rate / 2:g} Hz, but found {cutoff_frequency:g} Hz."
        )
    table = table.select(table.columns)
    filtered = opensim.TimeSeriesTable(
        opensim.StdVectorDouble(table.time.tolist()),
        opensim.Matrix.createFromMat(table.values),
        opensim.StdVectorString(list(table.columns)),
    )
    opensim.TableUtilities.filterLowpass(filtered, cutoff_frequency, True)
    padded = to_table(filtered, source)
    first, last = table.time[0] - 1e-9, table.time[-1] + 1e-9
    kept = np.flatnonzero((padded.time >= first) & (padded.time <= last))
    return Table(source, table.columns, padded.time[kept], padded.values[kept])


@dataclass(frozen=True)
class Header:
    """What a file says of itself: a comment, the unit of its angles, and ``entries``.

    Entries are plain ``key=value`` lines, which OpenSim's own readers keep or pass over.
    """

    comment: str
    degrees: bool = False
    entries: Mapping[str, str] = field(default_factory=dict)


def write_table(
    path: Path, columns: Sequence[str], time: Array, values: Array, header: Header
) -> None:
    """Write a .sto or .mot of ``values`` (frames, columns) over ``time`` (s)."""
    lines = [
        path.stem,
        header.comment,
        "version=1",
        f"nRows={len(time)}",
        f"nColumns={len(columns) + 1}",
        f"inDegrees={'yes' if header.degrees else 'no'}",
        *_list_entries(header.entries),
        "endheader",
        "\t".join(["time", *columns]),
    ]

    def write(temporary: Path) -> None:
        # In parts, and without a second copy as text: a long file of forces is large.
        with temporary.open("w", encoding="utf-8") as file:
            file.write("\n".join([*lines, ""]))
            for first in range(0, len(time), ROWS):
                part = slice(first, first + ROWS)
                file.write(_format_rows(np.column_stack([time[part], values[part]])))

    write_atomically(path, write)


def _format_rows(rows: Array) -> str:
    """Rows as text; a column that does not change, such as of an idle force plate, once."""
    same = np.all(rows == rows[0], axis=0)
    cells = [
        f"{value:.12g}" if fixed else "%.12g" for value, fixed in zip(rows[0], same, strict=True)
    ]
    form = "\t".join(cells) + "\n"
    return "".join(form % tuple(row) for row in rows[:, ~same].tolist())


def insert_header_entries(text: str, entries: Mapping[str, str]) -> str:
    """The text of a .sto that OpenSim wrote, with entries at the end of its header."""
    lines = text.splitlines(keepends=True)
    end = next(i for i, line in enumerate(lines) if line.strip() == "endheader")
    lines[end:end] = [f"{entry}\n" for entry in _list_entries(entries)]
    return "".join(lines)


def _list_entries(entries: Mapping[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in entries.items()]


def read_header_entries(file: Path) -> dict[str, str]:
    """The ``key=value`` lines of a header."""
    entries = {}
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.strip() == "endheader":
                break
            key, equals, value = line.partition("=")
            if equals:
                entries[key.strip()] = value.strip()
    return entries
