"""What a static trial and a marker map tell of a subject: where which markers are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array
from ...errors import NMMError
from ...formats.trc import read_trc
from ...physics.osim_model import OsimModel
from .marker_map import MarkerMap, read_marker_map

STILL = 0.02  # m
"""Nobody sways farther in the seconds of a static trial (RMS about the mean)."""
FEWEST = 3
"""Landmarks, below which there is no pose."""


@dataclass(frozen=True)
class StaticTrial:
    """Mean ``places`` (3,) of the laboratory's markers, m, and what they are in the model.

    ``landmarks`` maps names to markers of the model, ``bodies`` to bodies. ``warnings`` tell what
    looks unusual and is used all the same.
    """

    file: Path
    places: dict[str, Array]
    landmarks: dict[str, str]
    bodies: dict[str, str]
    warnings: tuple[str, ...]


def read_static_trial(
    model_file: Path,
    file: Path | None,
    map_file: Path | None,
    times: tuple[float, float] | None = None,
) -> StaticTrial | None:
    """The means over ``times`` (s) of a .trc, for all markers that the map gives a place.

    None where there is neither a static trial nor a map.

    Raises:
        NMMError: naming the marker, if it was never seen in these times or moves, or if too few
            are landmarks.

    """
    if file is None or map_file is None:
        if file is map_file and times is None:
            return None
        raise NMMError(
            "scale: expected a static trial and what its markers are, --static and --marker-map, "
            "but found only one; `nmm-opensim init MODEL --static-file STATIC --output FOLDER` "
            "prepares the map."
        )
    recorded = read_trc(file)
    source = f"static trial '{file}'"
    model = OsimModel(model_file).model
    marker_map = read_marker_map(
        map_file,
        recorded.labels,
        [str(marker.getName()) for marker in model.getMarkerSet()],
        [str(body.getName()) for body in model.getBodySet()],
    )
    kept = _choose_frames(recorded.time, times, source)
    used = [*marker_map.landmarks, *marker_map.bodies]
    places = {}
    for name in used:
        path = recorded.select(name)[kept]
        places[name] = _average(path, f"{source}: marker '{name}'")
    if len(marker_map.landmarks) < FEWEST:
        raise NMMError(
            f"marker map '{map_file}': expected at least {FEWEST} markers of the model, but found "
            f"{len(marker_map.landmarks)}; fill the column model_marker in."
        )
    return StaticTrial(
        file, places, marker_map.landmarks, marker_map.bodies, _warn_of_open(marker_map)
    )


def _choose_frames(
    time: Array, times: tuple[float, float] | None, source: str
) -> NDArray[np.bool_]:
    first, last = times or (time[0], time[-1])
    kept: NDArray[np.bool_] = (time >= first) & (time <= last)
    if not kept.any():
        raise NMMError(
            f"{source}: expected frames from {first:g} to {last:g} s, but it goes from "
            f"{time[0]:g} to {time[-1]:g} s."
        )
    return kept


def _average(path: Array, where: str) -> Array:
    """The mean (3,) of a marker's places (frames, 3) without its gaps."""
    seen = path[np.isfinite(path).all(axis=1)]
    if not len(seen):
        raise NMMError(
            f"{where}: expected it to be seen in the static trial, but it has only gaps; write "
            "none in the marker map, or take other times."
        )
    mean: Array = seen.mean(axis=0)
    sway = float(np.sqrt(np.mean(np.sum((seen - mean) ** 2, axis=1))))
    if sway > STILL:
        raise NMMError(
            f"{where}: expected a subject who stands still, but it moves by {1e3 * sway:.0f} mm "
            "(RMS); take times in which nothing moves."
        )
    return mean


def _warn_of_open(marker_map: MarkerMap) -> tuple[str, ...]:
    if not marker_map.open:
        return ()
    names = ", ".join(marker_map.open)
    return (
        f"{len(marker_map.open)} markers have no place in marker map '{marker_map.file}' and are "
        f"left out: {names}",
    )
