"""A trial of a C3D file as the files that OpenSim's inverse kinematics and dynamics take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..formats.external_loads import write_external_loads
from .axes import UP, read_axes
from .c3d.content import C3D, read_c3d
from .c3d.plate_formulas import CHANNELS
from .c3d.plates import count_plates, find_kind
from .force_plates import ForcePlate, PlateOptions, make_load, make_plate, name_plates, read_times
from .markers import C3DMarkers, MarkerOptions, make_markers
from .plate_checks import tell_of_foot


@dataclass(frozen=True)
class Converted:
    """What was written, the numbers of the plates that nobody asked for, and what to know.

    ``notes`` say in one line each what was left out and why, and what is unusual.
    """

    markers: list[str]
    marker_file: Path | None
    force_file: Path | None
    external_loads_file: Path | None
    unused_plates: list[int]
    notes: list[str] = field(default_factory=list)


def convert_c3d(
    path: Path,
    folder: Path,
    axes: str,
    bodies: Mapping[int, str | None],
    plate_options: PlateOptions | None = None,
    marker_options: MarkerOptions | None = None,
) -> Converted:
    """Write markers, the forces of the plates in ``bodies``, from 1, and loads where it names any.

    What was not asked for stops nothing: a file without markers gives its plates, other plates are
    not looked at. Nothing is written unless all that was asked for can be.
    """
    rotation = read_axes(axes)
    c3d = read_c3d(path, "C3D file")
    numbers = list(range(1, count_plates(c3d) + 1))
    for number in bodies:
        if number not in numbers:
            raise NMMError(
                f"{c3d.source}: expected force plate {number} (--plate), but found "
                f"{name_plates(numbers)}."
            )
    options = plate_options or PlateOptions()
    plates = [make_plate(c3d, n, rotation, options) for n in numbers if n in bodies]
    time = read_times(c3d) if plates else np.zeros(0)
    notes = [f"force plate {plate.number}: {note}" for plate in plates for note in plate.notes]
    markers = _make_markers(c3d, rotation, marker_options or MarkerOptions(), plates, notes)
    marker_file = force_file = loads = None
    if markers is not None:
        notes += markers.notes
        notes += _tell_of_feet(c3d, plates, markers)
        marker_file = folder / f"{path.stem}_markers.trc"
        markers.write(marker_file)
    if plates:
        loads = folder / f"{path.stem}_external_loads.xml"
        force_file = folder / f"{path.stem}_forces.mot"
        applied = [make_load(plate, bodies[plate.number]) for plate in plates]
        comment = "Forces (N), centres of pressure (m) and free moments (N m) of force plates"
        write_external_loads(loads, force_file, time, applied, comment)
        if not any(bodies.values()):
            loads = None
    unused = [number for number in numbers if number not in bodies]
    labels = list(markers.markers.labels) if markers is not None else []
    notes += _tell_of_types(c3d, unused)
    return Converted(labels, marker_file, force_file, loads, unused, notes)


def _make_markers(
    c3d: C3D,
    rotation: Array,
    options: MarkerOptions,
    plates: Sequence[ForcePlate],
    notes: list[str],
) -> C3DMarkers | None:
    """The markers; a file without points still gives the plates that were asked for."""
    if plates and not c3d.layout.points and not options.names:
        notes.append("there are no markers: the file has no points (POINT:USED).")
        return None
    return make_markers(c3d, rotation, options)


def _tell_of_feet(c3d: C3D, plates: Sequence[ForcePlate], made: C3DMarkers) -> list[str]:
    """Plates whose centre of pressure is nowhere near a foot."""
    step = c3d.layout.samples
    return [
        f"force plate {plate.number}: {note}"
        for plate in plates
        for note in tell_of_foot(
            plate.point[::step],
            plate.force[::step, UP],
            made.markers.metres,
            made.markers.labels,
        )
    ]


def _tell_of_types(c3d: C3D, unused: Sequence[int]) -> list[str]:
    """Plates that could not be used even if they were asked for."""
    return [
        f"force plate {number} is of a type that cannot be read (FORCE_PLATFORM:TYPE "
        f"{find_kind(c3d, number)})."
        for number in unused
        if find_kind(c3d, number) not in CHANNELS
    ]


def parse_plates(words: Sequence[str]) -> dict[int, str | None]:
    """``NUMBER=BODY`` for each word, or ``NUMBER`` where it is not known who stood there."""
    bodies: dict[int, str | None] = {}
    for word in words:
        number, equals, body = word.partition("=")
        if not number.isdecimal() or (equals and not body) or int(number) in bodies:
            raise NMMError(
                "--plate: expected NUMBER=BODY or NUMBER, each plate once, such as 1=calcn_r, but "
                f"found '{word}'."
            )
        bodies[int(number)] = body or None
    return bodies
