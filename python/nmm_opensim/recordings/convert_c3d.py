"""A trial of a C3D file as the files that OpenSim's inverse kinematics and dynamics take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import NMMError
from ..formats.external_loads import write_external_loads
from .force_plates import make_load, read_force_plates
from .markers import write_markers


@dataclass(frozen=True)
class Converted:
    """What was written, and the numbers of the plates that nobody gave a body."""

    markers: list[str]
    marker_file: Path
    external_loads_file: Path | None
    unused_plates: list[int]


def convert_c3d(
    path: Path,
    folder: Path,
    axes: str,
    bodies: Mapping[int, str],
    *,
    threshold: float = 20.0,
    action: bool = False,
) -> Converted:
    """Write markers, and external loads where ``bodies`` maps plates, from 1, to bodies.

    The rest is as in ``read_force_plates``. Nothing is written unless all can be.
    """
    time, plates = read_force_plates(path, axes, threshold=threshold, action=action)
    numbers = [plate.number for plate in plates]
    for number in bodies:
        if number not in numbers:
            found = ", ".join(map(str, numbers)) or "none"
            raise NMMError(
                f"C3D file '{path}': expected force plate {number} (--plate), but found {found}."
            )
    marker_file = folder / f"{path.stem}_markers.trc"
    markers = write_markers(path, marker_file, axes)
    unused = [number for number in numbers if number not in bodies]
    if not bodies:
        return Converted(markers, marker_file, None, unused)
    loads = folder / f"{path.stem}_external_loads.xml"
    applied = [make_load(plate, bodies[plate.number]) for plate in plates if plate.number in bodies]
    comment = "Forces (N), centres of pressure (m) and free moments (N m) of force plates"
    write_external_loads(loads, folder / f"{path.stem}_forces.mot", time, applied, comment)
    return Converted(markers, marker_file, loads, unused)


def parse_plates(words: Sequence[str]) -> dict[int, str]:
    """``NUMBER=BODY`` for each word."""
    bodies: dict[int, str] = {}
    for word in words:
        number, _, body = word.partition("=")
        if not number.isdecimal() or not body or int(number) in bodies:
            raise NMMError(
                "--plate: expected NUMBER=BODY, each plate once, such as 1=calcn_r, but found "
                f"'{word}'."
            )
        bodies[int(number)] = body
    return bodies
