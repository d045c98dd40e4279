"""Force plates of a C3D file as external loads for OpenSim.

ezc3d turns the channels of a plate into force, centre of pressure and free moment in the
laboratory's axes, by FORCE_PLATFORM's TYPE, CORNERS, ORIGIN and CAL_MATRIX; here they get OpenSim's
axes and units, and bodies. A plate's channels hold, by convention, the reaction on the subject in
axes whose z points into the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..formats.external_loads import RecordedLoad
from .axes import METRES, read_axes
from .c3d import read_c3d

NEWTON_METRES = {"nm": 1.0, "ncm": 1e-2, "nmm": 1e-3}
"""Units of moments, in small letters and without signs."""
UP = 1
"""OpenSim's y."""


@dataclass(frozen=True)
class ForcePlate:
    """What a plate did to the subject, in OpenSim's axes, each (samples, 3).

    ``force`` (N), ``point`` (m) and ``torque`` (N m, the free moment) are 0 where the plate carries
    less than the threshold.
    """

    number: int
    force: Array
    point: Array
    torque: Array


def read_force_plates(
    path: Path, axes: str, *, threshold: float = 20.0, action: bool = False
) -> tuple[Array, list[ForcePlate]]:
    """Times (samples,) in s from the first frame, and the plates; no plates is no error.

    ``axes`` is as in ``read_axes``, ``threshold`` in N; ``action`` says that the channels hold what
    acts on the plate instead of the reaction.

    Raises:
        NMMError: naming the plate whose unit or direction cannot be used.

    """
    rotation = read_axes(axes)
    if not 0.0 <= threshold < np.inf:
        raise NMMError(f"threshold: expected N, 0 or more, but found {threshold:g}.")
    content = read_c3d(path, "C3D file", plates=True)
    rate = float(content["ANALOG_RATE"])
    sign = -1.0 if action else 1.0
    plates = [
        _make_plate(
            content, k, f"C3D file '{path}': force plate {k + 1}", rotation, threshold, sign
        )
        for k in range(int(content["plates"]))
    ]
    samples = len(plates[0].force) if plates else 0
    if plates and not (rate > 0 and samples > 1):
        raise NMMError(f"C3D file '{path}': expected force plates with a rate, but found none.")
    return np.arange(samples) / rate if plates else np.zeros(0), plates


def _make_plate(
    content: Mapping[str, Any], k: int, where: str, rotation: Array, threshold: float, sign: float
) -> ForcePlate:
    length, moment = _read_units(content, k, where)
    force, point, torque = (
        (rotation @ content[f"plate_{k}_{name}"]).T for name in ("force", "point", "torque")
    )
    if not np.all(np.isfinite(force)):
        raise NMMError(f"{where}: expected forces that are numbers; export the file anew.")
    force = sign * force
    loaded = np.abs(force[:, UP]) >= max(threshold, np.finfo(float).tiny)
    if force[loaded, UP].sum() < 0:
        raise NMMError(
            f"{where}: expected forces that push the subject up (y), but they push down; look at "
            "the axes, or say that the channels hold the force on the plate (--action-forces)."
        )
    force, point, torque = (
        np.where(loaded[:, None], values, 0.0)
        for values in (force, point * length, sign * torque * moment)
    )
    if not np.all(np.isfinite(np.hstack([point, torque]))):
        raise NMMError(f"{where}: expected a centre of pressure wherever it is loaded.")
    return ForcePlate(k + 1, force, point, torque)


def _read_units(content: Mapping[str, Any], k: int, where: str) -> tuple[float, float]:
    """Metres and newton metres of the plate's units."""
    position = str(next(iter(content["POINT_UNITS"]), ""))
    if position not in METRES:
        raise NMMError(
            f"{where}: expected lengths in one of {', '.join(METRES)}, but found '{position}'."
        )
    # The format has one unit of length; a channel that says otherwise would be wrong by thousands.
    for unit in content[f"plate_{k}_units"]:
        plain = "".join(c for c in str(unit).lower() if c.isalpha())
        if plain in NEWTON_METRES and plain != f"n{position}":
            raise NMMError(
                f"{where}: expected moments in N{position}, as the file's lengths are in "
                f"{position}, but a channel has '{unit}'; export the file anew."
            )
        if plain in ("kn", "lb", "lbf", "kgf"):
            raise NMMError(f"{where}: expected forces in N, but a channel has '{unit}'.")
    return METRES[position], NEWTON_METRES[f"n{position}"]


def make_load(plate: ForcePlate, body: str) -> RecordedLoad:
    """What a plate did to a body, under the names of this plate."""
    return RecordedLoad(
        f"plate_{plate.number}",
        body,
        force=(f"ground_force_{plate.number}_v", plate.force),
        point=(f"ground_force_{plate.number}_p", plate.point),
        torque=(f"ground_torque_{plate.number}_", plate.torque),
    )
