"""Marker files (.trc): OpenSim's, other programs', read once and with every doubt said.

The format is Motion Analysis': five rows of header, then a frame, its time and x, y, z of every
marker in each row, between tabs. Programs differ in how much of the header they write.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..arrays import Array, Flags
from ..errors import NMMError, nearest_names
from ..files import require_reasonable, write_atomically

METRES = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}
"""Metres in each unit that is written."""

SPELLINGS = {
    "mm": ("mm", "millimeter", "millimeters", "millimetre", "millimetres"),
    "cm": ("cm", "centimeter", "centimeters", "centimetre", "centimetres"),
    "m": ("m", "meter", "meters", "metre", "metres"),
}
"""Units as programs spell them, in any case."""

ROWS = 2000
"""Of a file that are written at once."""

GAPS = {"", "nan", "-nan", "nan(ind)", "-nan(ind)", "1.#qnan", "-1.#ind", "na", "n/a", "null"}
"""Cells of a marker that was not seen, in any case."""


@dataclass(frozen=True)
class Markers:
    """Markers over time: ``positions`` (frames, markers, 3) in ``units`` and NaN in gaps.

    ``time`` (s) has shape (frames,); ``zeros`` counts, by label, the gaps that the file had written
    as a marker at exactly the origin, where nothing ever is.
    """

    source: str
    labels: tuple[str, ...]
    units: str
    time: Array
    positions: Array
    zeros: dict[str, int]

    @property
    def metres(self) -> Array:
        """Positions in m."""
        return self.positions * METRES[self.units]

    def select(self, label: str) -> Array:
        """Positions (frames, 3) of one marker in m."""
        if label not in self.labels:
            raise NMMError(
                f"{self.source}: expected a marker '{label}', but there is none; "
                f"{nearest_names(label, self.labels)}."
            )
        selected: Array = self.metres[:, self.labels.index(label)]
        return selected

    @property
    def seen(self) -> Flags:
        """Whether a marker is there, (frames, markers)."""
        return np.asarray(np.isfinite(self.positions).all(axis=2))


def read_marker_times(path: Path) -> Array:
    """Times (frames,) of a .trc that can be read."""
    return read_trc(path).time


def read_trc(path: Path) -> Markers:
    """All markers of a .trc.

    Raises:
        NMMError: naming the line, and the marker where it is one's.

    """
    source = f"marker file '{path}'"
    if path.suffix.lower() != ".trc":
        raise NMMError(f"{source}: expected a .trc, but found '{path.suffix}'.")
    lines = _decode(require_reasonable(path, "marker file").read_bytes(), source).splitlines()
    if len(lines) < 5 or not lines[0].strip().lower().startswith("pathfiletype"):
        raise NMMError(f"{source}: expected a .trc that begins with PathFileType and its header.")
    header = _read_header(lines[1], lines[2])
    labels = _read_labels(lines[3], _read_count(header, source), source)
    units = _read_units(header.get("units", ""), source)
    rows = [
        (number, line.split("\t"))
        for number, line in enumerate(lines[4:], 5)
        if line.strip() and not _is_axes(number, line, source)
    ]
    if len(rows) < 2:
        raise NMMError(f"{source}: expected at least 2 frames, but found {len(rows)}.")
    time = _read_times(rows, 2 + 3 * len(labels), source)
    positions = np.stack([_read_row(cells, labels, f"{source}, line {n}") for n, cells in rows])
    return _open_gaps(Markers(source, labels, units, time, positions, {}))


def write_trc(path: Path, markers: Markers, digits: int = 8, rate: float | None = None) -> None:
    """Write a .trc that OpenSim reads; gaps are empty cells, numbers have ``digits`` digits.

    ``rate`` (Hz) is that of the times where it is not given, which then are two or more.
    """
    time, frames, count = markers.time, len(markers.time), len(markers.labels)
    hertz = f"{rate or (frames - 1) / (time[-1] - time[0]):.9g}"
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames",
        f"{hertz}\t{hertz}\t{frames}\t{count}\t{markers.units}\t{hertz}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(markers.labels) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i}" for i in range(1, count + 1) for axis in "XYZ"),
        "",
        "",
    ]
    values = markers.positions.reshape(frames, -1)
    # A tab ends each row: without it OpenSim misses the cell of a gap that comes last.
    form = f"%d\t%.{max(digits, 10)}g" + f"\t%.{digits}g" * values.shape[1] + "\t\n"

    def write(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8") as file:
            file.write("\n".join(head))
            for first in range(0, frames, ROWS):
                last = min(first + ROWS, frames)
                rows = zip(
                    range(first + 1, last + 1),
                    time[first:last].tolist(),
                    values[first:last].tolist(),
                    strict=True,
                )
                file.write("".join(form % (i, t, *row) for i, t, row in rows).replace("nan", ""))

    write_atomically(path, write)


def strip_prefix(markers: Markers, prefix: str) -> Markers:
    """The same markers without the ``prefix`` of a subject or a trial, where they have it."""
    labels = tuple(label.removeprefix(prefix) for label in markers.labels)
    if labels == markers.labels:
        raise NMMError(
            f"{markers.source}: expected markers that begin with '{prefix}', but found none, such "
            f"as '{labels[0]}'; leave the prefix out."
        )
    doubled = [label for label in labels if labels.count(label) > 1]
    if doubled or "" in labels:
        raise NMMError(
            f"{markers.source}: expected a name of its own for each marker without the prefix "
            f"'{prefix}', but found '{(doubled or [''])[0]}' twice or an empty one; rename them."
        )
    zeros = {label.removeprefix(prefix): count for label, count in markers.zeros.items()}
    return replace(markers, labels=labels, zeros=zeros)


def _decode(content: bytes, source: str) -> str:
    """UTF-8, or else the one of older programs under Windows."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NMMError(
            f"{source}: expected text in UTF-8, but line {line} has the byte "
            f"0x{content[error.start]:02x}; export it anew."
        ) from None


def _read_header(keys: str, values: str) -> dict[str, str]:
    """By key in lower case; some programs align with more tabs, others leave values empty."""
    names, found = keys.split(), values.split()
    if len(found) != len(names):
        names = [cell.strip() for cell in keys.split("\t")]
        found = [cell.strip() for cell in values.split("\t")]
    return {name.lower(): value for name, value in zip(names, found, strict=False)}


def _read_count(header: dict[str, str], source: str) -> int:
    text = header.get("nummarkers", "")
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", text):
        raise NMMError(
            f"{source}, line 3: expected NumMarkers to be a number from 1, but found '{text[:20]}'."
        )
    return int(text)


def _read_units(text: str, source: str) -> str:
    for unit, spellings in SPELLINGS.items():
        if text.lower() in spellings:
            return unit
    raise NMMError(
        f"{source}, line 3: expected Units of {', '.join(METRES)}, but found '{text[:20]}'."
    )


def _read_labels(line: str, count: int, source: str) -> tuple[str, ...]:
    """Each above the first of its three columns, or above each of them, or without free cells."""
    cells = [cell.strip() for cell in line.split("\t")[2:]]
    labels = [cell for cell in cells if cell]
    if len(labels) == 3 * count and labels[::3] == labels[1::3] == labels[2::3]:
        labels = labels[::3]
    if len(labels) != count or len(set(labels)) != count:
        raise NMMError(
            f"{source}, line 4: expected {count} different labels, as NumMarkers says, but found "
            f"{len(labels)}, {len(set(labels))} of them different."
        )
    return tuple(labels)


def _is_axes(number: int, line: str, source: str) -> bool:
    """Whether the line after the labels names axes; how these are counted says nothing."""
    words = line.split()
    if number != 5 or not re.match(r"[A-Za-z]", words[0]):
        return False
    axes = "".join(word[0] for word in words).upper()
    if axes != "XYZ" * (len(words) // 3):
        raise NMMError(
            f"{source}, line 5: expected the axes X, Y and Z of every marker, in this order, but "
            f"found {' '.join(words[:6])[:60]} …"
        )
    return True


def _read_times(rows: list[tuple[int, list[str]]], width: int, source: str) -> Array:
    time = np.empty(len(rows))
    for i, (number, cells) in enumerate(rows):
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
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


def _read_row(cells: list[str], labels: tuple[str, ...], where: str) -> Array:
    """Positions of one frame, (markers, 3)."""
    values = np.empty(3 * len(labels))
    for k, cell in enumerate(cells[2 : 2 + len(values)]):
        try:
            values[k] = float(cell)
        except ValueError:
            values[k] = np.nan if cell.strip().lower() in GAPS else np.inf
        if np.isinf(values[k]):
            raise NMMError(
                f"{where}: expected a number with a decimal point, or an empty cell for a gap, but "
                f"found '{cell.strip()[:20]}' for marker '{labels[k // 3]}'."
            )
    return values.reshape(-1, 3)


def _open_gaps(markers: Markers) -> Markers:
    """Markers at the origin, and those that miss a coordinate, are not there."""
    positions = markers.positions.copy()
    zeros = (positions == 0).all(axis=2)
    positions[zeros | ~markers.seen] = np.nan
    counts = zeros.sum(axis=0)
    found = {label: int(n) for label, n in zip(markers.labels, counts, strict=True) if n}
    return Markers(markers.source, markers.labels, markers.units, markers.time, positions, found)
