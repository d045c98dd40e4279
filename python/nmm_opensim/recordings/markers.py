"""Markers of a C3D file for OpenSim's inverse kinematics (.trc)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError, nearest_names
from ..formats.trc import Markers, write_trc
from .axes import read_axes
from .c3d.content import C3D, read_c3d
from .c3d.points import Point, find_length_unit, list_points
from .units import METRES

FARTHEST = 100.0
"""How far from the laboratory's origin a marker can be (m)."""
SMALLEST_SPREAD = 0.02
"""What the markers of a person are apart at least (m)."""


@dataclass(frozen=True)
class MarkerOptions:
    """What to write of a file's markers; ``length_unit`` is what a file states none of.

    ``strip_prefix`` takes off the subject's name that all labels begin with. Without ``names`` all
    markers are meant.
    """

    length_unit: str | None = None
    strip_prefix: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class C3DMarkers:
    """Markers of a file in OpenSim's axes; their ``rate`` is in Hz.

    ``notes`` say what was left out and why.
    """

    markers: Markers
    rate: float
    notes: tuple[str, ...] = ()

    def write(self, output: Path) -> None:
        """As .trc, whole or not at all; cells of a gap are empty."""
        write_trc(output, self.markers, rate=self.rate)


def write_markers(
    path: Path, output: Path, axes: str, options: MarkerOptions | None = None
) -> list[str]:
    """Write the markers of a C3D file as .trc, gaps left empty; returns their labels.

    ``axes`` is as in ``read_axes``; times count from the first frame of the file.
    """
    rotation = read_axes(axes)
    made = make_markers(read_c3d(path, "C3D file"), rotation, options or MarkerOptions())
    made.write(output)
    return list(made.markers.labels)


def make_markers(c3d: C3D, rotation: Array, options: MarkerOptions) -> C3DMarkers:
    """The markers of a file that was read.

    Raises:
        NMMError: if there are none, if two share a label, or if their unit cannot be meant.

    """
    points = list_points(c3d)
    markers = [point for point in points if not point.kind and point.labelled]
    if not markers or not c3d.layout.frames:
        raise NMMError(
            f"{c3d.source}: expected markers (POINT:USED, POINT:LABELS), but found none among "
            f"{len(points)} points."
        )
    if c3d.point_rate is None:
        raise NMMError(f"{c3d.source}: expected a rate of its markers (POINT:RATE), found none.")
    notes = list(_tell_left_out(points))
    labels, note = _name(markers, options.strip_prefix, c3d.source)
    markers, labels = _choose(markers, labels, options.names, c3d.source)
    unit = find_length_unit(c3d, options.length_unit)
    positions = c3d.read_points([marker.index for marker in markers])
    # Nothing ever is a marker at exactly the origin: programs write a gap so.
    positions[np.all(positions == 0, axis=-1)] = np.nan
    notes += [*note, *_drop_impossible(positions, labels, METRES[unit], c3d.source)]
    turned = positions @ rotation.T + 0.0
    time = np.arange(len(turned)) / c3d.point_rate
    made = Markers(c3d.source, tuple(labels), unit, time, turned, {})
    return C3DMarkers(made, c3d.point_rate, tuple(notes))


def _tell_left_out(points: Sequence[Point]) -> Iterator[str]:
    outputs = [point for point in points if point.kind]
    unlabelled = [point for point in points if not point.kind and not point.labelled]
    if outputs:
        kinds = ", ".join(sorted({point.kind for point in outputs}))
        yield f"{len(outputs)} points are no markers but outputs of a model ({kinds}); left out."
    if unlabelled:
        names = [point.label for point in unlabelled if point.label][:3]
        found = f" (such as {', '.join(names)})" if names else ""
        yield f"{len(unlabelled)} points were given no name{found}; left out."


def _name(markers: Sequence[Point], strip: bool, source: str) -> tuple[list[str], list[str]]:
    """Labels of markers, without the subject's prefix if ``strip``, and a note that offers it."""
    labels = [marker.label for marker in markers]
    prefixes = sorted({label.partition(":")[0] if ":" in label else "" for label in labels})
    shared = prefixes[0] if len(prefixes) == 1 else ""
    if strip and not shared:
        found = ", ".join(f"'{prefix}'" if prefix else "none" for prefix in prefixes[:3])
        raise NMMError(
            f"{source}: expected one subject's prefix before all markers (--strip-prefix), but "
            f"found {found}."
        )
    if strip:
        return [label.partition(":")[2] for label in labels], []
    note = f"all markers begin with '{shared}:'; --strip-prefix takes it off."
    return labels, [note] if shared else []


def _choose(
    markers: list[Point], labels: list[str], names: Sequence[str], source: str
) -> tuple[list[Point], list[str]]:
    for name in names:
        if name not in labels:
            raise NMMError(
                f"{source}: expected a marker '{name}', but there is none; "
                f"{nearest_names(name, labels)}."
            )
    wanted = set(names or labels)
    chosen = [(m, label) for m, label in zip(markers, labels, strict=True) if label in wanted]
    labels = [label for _, label in chosen]
    for label, count in Counter(labels).items():
        if count > 1:
            raise NMMError(
                f"{source}: expected a label of its own for each marker, but found '{label}' "
                f"{count} times; rename them, or name the markers that you want (--marker)."
            )
    return [marker for marker, _ in chosen], labels


def _drop_impossible(
    positions: Array, labels: Sequence[str], metres: float, source: str
) -> Iterator[str]:
    """Make gaps of single positions that cannot be, in place; refuse a unit that cannot be."""
    with np.errstate(over="ignore", invalid="ignore"):
        far = np.abs(positions).max(axis=-1) * metres > FARTHEST
    seen = ~np.isnan(positions[..., 0])
    for i, label in enumerate(labels):
        if 2 * far[:, i].sum() > seen[:, i].sum():
            place = positions[int(np.argmax(far[:, i])), i] * metres
            raise NMMError(
                f"{source}: expected marker '{label}' within {FARTHEST:g} m of the origin, but "
                f"found it at ({' '.join(f'{value:.4g}' for value in place)}) m; look at "
                "POINT:UNITS and POINT:SCALE."
            )
        if far[:, i].any():
            yield (
                f"marker '{label}' is more than {FARTHEST:g} m away in {far[:, i].sum()} frames; "
                "taken for gaps."
            )
    positions[far] = np.nan
    centres = [
        np.median(positions[seen[:, i] & ~far[:, i], i], axis=0)
        for i in range(len(labels))
        if np.any(seen[:, i] & ~far[:, i])
    ]
    if len(centres) > 2:
        spread = float(np.ptp(np.array(centres), axis=0).max()) * metres
        if spread < SMALLEST_SPREAD:
            yield f"all markers lie within {spread * 1e3:.3g} mm; is their unit right?"
