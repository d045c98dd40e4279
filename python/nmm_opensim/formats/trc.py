"""Marker files (.trc), checked before OpenSim, which waits forever for what is not there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError, nearest_names
from ..files import require_reasonable

UNITS = ("mm", "cm", "m")
HEADER_ROWS = 5
"""File type, names and values of the header, labels, axes; an empty row may follow."""


def read_marker_times(path: Path) -> Array:
    """Times (frames,) of a .trc whose rows, times and numbers are as its header says.

    Gaps of markers are empty cells, or words that are no numbers to OpenSim either.

    Raises:
        NMMError: naming the line.

    """
    source = f"marker file '{path}'"
    if path.suffix.lower() != ".trc":
        raise NMMError(f"{source}: expected a .trc, but found '{path.suffix}'.")
    try:
        lines = require_reasonable(path, "marker file").read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise NMMError(f"{source}: expected text in UTF-8, but {error}; export it anew.") from None
    if not lines or not lines[0].startswith("PathFileType") or len(lines) < HEADER_ROWS:
        raise NMMError(f"{source}: expected a .trc that begins with PathFileType and its header.")
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    # NumFrames is often that of the recording which a file was cut from.
    markers = _read_count(header, "NumMarkers", source)
    if header.get("Units", "").strip() not in UNITS:
        raise NMMError(
            f"{source}, line 3: expected Units of {', '.join(UNITS)}, but found "
            f"'{header.get('Units', '')}'."
        )
    labels = [cell.strip() for cell in lines[3].split("\t")[2:] if cell.strip()]
    if len(labels) != markers or len(set(labels)) != markers:
        raise NMMError(
            f"{source}, line 4: expected {markers} different labels, as NumMarkers says, but found "
            f"{len(labels)}, {len(set(labels))} of them different."
        )
    rows = [
        (number, line.split("\t"))
        for number, line in enumerate(lines[HEADER_ROWS:], HEADER_ROWS + 1)
        if line.strip()
    ]
    if len(rows) < 2:
        raise NMMError(f"{source}: expected at least 2 frames, but found {len(rows)}.")
    return _read_times(rows, 2 + 3 * markers, source)


def read_marker_labels(path: Path) -> list[str]:
    """Labels of the markers of a .trc that is as :func:`read_marker_times` expects it."""
    read_marker_times(path)
    row = path.read_text("utf-8-sig").splitlines()[3]
    return [cell.strip() for cell in row.split("\t")[2:] if cell.strip()]


def _read_times(rows: list[tuple[int, list[str]]], width: int, source: str) -> Array:
    time = np.empty(len(rows))
    for i, (number, cells) in enumerate(rows):
        if len(cells) < width:
            raise NMMError(
                f"{source}, line {number}: expected {width} cells between tabs, but found "
                f"{len(cells)}."
            )
        try:
            time[i] = float(cells[1])
        except ValueError:
            time[i] = np.nan
        if not np.isfinite(time[i]) or (i and time[i] <= time[i - 1]):
            raise NMMError(
                f"{source}, line {number}: expected increasing times, but found '{cells[1][:20]}'"
                + (f" after {time[i - 1]:g}." if i else ".")
            )
    return time


def _read_count(header: dict[str, str], name: str, source: str) -> int:
    text = header.get(name, "").strip()
    if not text.isascii() or not text.isdecimal() or int(text) == 0:
        raise NMMError(
            f"{source}, line 3: expected {name} to be a number from 1, but found '{text[:20]}'."
        )
    return int(text)


METRES_OF = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}


@dataclass(frozen=True)
class Markers:
    """Positions (frames, markers, 3) in m over ``time`` (s); gaps are NaN.

    ``source`` names the file in messages.
    """

    source: str
    labels: tuple[str, ...]
    time: Array
    positions: Array

    def select(self, label: str) -> Array:
        """Positions (frames, 3) of one marker."""
        if label not in self.labels:
            raise NMMError(
                f"{self.source}: expected a marker '{label}', but there is none; "
                f"{nearest_names(label, self.labels)}."
            )
        return self.positions[:, self.labels.index(label)]


def read_markers(path: Path) -> Markers:
    """All markers of a .trc that ``read_marker_times`` takes, in m.

    Empty cells, words and exact zeros on all three axes are gaps: no marker is in the origin.
    """
    time = read_marker_times(path)
    lines = path.read_text("utf-8-sig").splitlines()
    header = dict(zip(lines[1].split(), lines[2].split(), strict=False))
    labels = tuple(cell.strip() for cell in lines[3].split("\t")[2:] if cell.strip())
    width = 2 + 3 * len(labels)
    rows = [line.split("\t")[2:width] for line in lines[HEADER_ROWS:] if line.strip()]
    values = np.array([[_to_number(cell) for cell in row] for row in rows])
    positions = values.reshape(len(time), len(labels), 3) * METRES_OF[header["Units"]]
    lost = ~np.isfinite(positions).all(axis=2) | ~positions.any(axis=2)
    positions[lost] = np.nan
    return Markers(f"marker file '{path}'", labels, time, positions)


def _to_number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan
