"""Which marker of the model each marker of a laboratory is: said by a person, in a CSV file.

A marker of a cluster, which is at no place that a model knows, gets the body that carries it. Only
a marker that is named exactly like one of the model's speaks for itself. What stands in the column
of suggestions is for whoever fills the rest in, and is never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import NMMError, nearest_names
from ...files import read_csv, require_reasonable, write_csv
from .landmarks import suggest_bodies, suggest_markers

COLUMNS = ["marker", "model_marker"]
NONE = "none"
"""What a person writes for a marker that the model has no place for."""


@dataclass(frozen=True)
class MarkerMap:
    """What a person said: the model's markers, or bodies, by the laboratory's, in the file's order.

    ``unused`` were said to be ``none``; of ``open`` nothing was said.
    """

    file: Path
    landmarks: dict[str, str]
    bodies: dict[str, str]
    unused: tuple[str, ...]
    open: tuple[str, ...]


def write_marker_map(
    file: Path, lab_labels: Sequence[str], model_markers: Sequence[str], bodies: Sequence[str]
) -> list[str]:
    """Write a map to fill in; the markers that nothing was said of, because no name is equal."""
    rows, left = [], []
    for label in lab_labels:
        if label in model_markers:
            rows.append([label, label, ""])
        else:
            near = suggest_markers(label, model_markers) or suggest_bodies(label, bodies)
            rows.append([label, "", " ".join(near)])
            left.append(label)
    write_csv(file, [*COLUMNS, "suggestions"], rows)
    return left


def read_marker_map(
    file: Path, lab_labels: Sequence[str], model_markers: Sequence[str], bodies: Sequence[str]
) -> MarkerMap:
    """Read a filled map of the markers ``lab_labels`` to some of ``model_markers`` or ``bodies``.

    The columns are marker and model_marker, others are not read. A cell left empty is ``open``, as
    is a marker of ``lab_labels`` that has no row.

    Raises:
        NMMError: naming the line, for an unknown name, a marker that has two rows, or a marker of
            the model that two markers are said to be.

    """
    said: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, marker, model_marker in _read_rows(file):
        where = f"marker map '{file}', line {line}"
        if marker not in lab_labels:
            raise NMMError(
                f"{where}: expected a marker of the static trial, but found '{marker}'; "
                f"{nearest_names(marker, lab_labels)}."
            )
        if marker in said:
            raise NMMError(
                f"{where}: marker '{marker}' has a row already, line {lines[marker]}; keep one."
            )
        if model_marker not in ("", NONE):
            _check_place(where, model_marker, said, model_markers, bodies)
        said[marker], lines[marker] = model_marker, line
    placed = {marker: name for marker, name in said.items() if name not in ("", NONE)}
    return MarkerMap(
        file,
        {marker: name for marker, name in placed.items() if name in model_markers},
        {marker: name for marker, name in placed.items() if name not in model_markers},
        tuple(marker for marker, name in said.items() if name == NONE),
        tuple(label for label in lab_labels if not said.get(label)),
    )


def _check_place(
    where: str,
    name: str,
    said: dict[str, str],
    model_markers: Sequence[str],
    bodies: Sequence[str],
) -> None:
    if name in bodies and name not in model_markers:
        return
    if name not in model_markers:
        raise NMMError(
            f"{where}: expected one marker or body of the model, or {NONE}, but found '{name}'; "
            f"{nearest_names(name, [*model_markers, *bodies])}."
        )
    for marker, taken in said.items():
        if taken == name:
            raise NMMError(
                f"{where}: expected a marker of the model for one marker, but '{name}' is "
                f"'{marker}' already; write the body or {NONE} for one of the two."
            )


def _read_rows(file: Path) -> list[tuple[int, str, str]]:
    """Line, marker and model's marker of every row that names a marker.

    Spreadsheets of some countries write semicolons; a name of a marker has none in the header.
    """
    require_reasonable(file, "marker map")
    semicolons = any(b";" in line for line in file.read_bytes().splitlines()[:1])
    found, lines = read_csv(file, "marker map", ";" if semicolons else ",")
    names = [name.strip() for name in found]
    if any(names.count(column) != 1 for column in COLUMNS):
        raise NMMError(
            f"marker map '{file}': expected the columns {','.join(COLUMNS)}, but found "
            f"'{','.join(names)[:80]}'."
        )
    keys = [found[names.index(column)] for column in COLUMNS]
    rows = []
    for line, row in lines:
        marker, model_marker = (row[key].strip() for key in keys)
        if marker:
            rows.append((line, marker, model_marker))
        elif model_marker:
            raise NMMError(
                f"marker map '{file}', line {line}: expected the marker of the static trial that "
                f"is '{model_marker}', but found none."
            )
    if not rows:
        raise NMMError(f"marker map '{file}': expected a row for each marker, but found none.")
    return rows
