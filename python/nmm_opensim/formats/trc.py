"""Marker files (.trc), checked before OpenSim, which waits forever for what is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError
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
