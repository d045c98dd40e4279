"""Whether markers can be a model's: their unit, their axes, and what they tell of the pose.

OpenSim takes any numbers for markers and any pose that fits them best; a wrong unit or wrong axes
end as joint angles all the same.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...formats.trc import METRES, Markers
from ...listener import Listener
from ..axes import SIGNED_AXES, read_axes
from .marker_model import ModelMarkers

# People differ by less than this in size, from a child to a large adult by about 2.
LARGEST_RATIO = 2.5
SMALLEST_DISTANCE = 0.02
"""m; nearer markers of a body are no measure."""

# Heights are compared where there are enough of them, far enough apart (m).
FEWEST_HEIGHTS, LEAST_SPREAD = 8, 0.2
UPRIGHT, NOT_UPRIGHT = 0.9, 0.5
"""Correlations of markers' heights with the model's."""
FLOOR = (-0.3, 0.5)
"""m: where the lowest marker of someone who stands on the laboratory's floor is."""

MOST_FRAMES = 200


def check_markers(markers: Markers, model: ModelMarkers, name: str, listener: Listener) -> None:
    """Refuse markers in another unit or other axes than stated; ``name`` is the model's."""
    step = max(1, len(markers.time) // MOST_FRAMES)
    seen = markers.metres[::step]
    _check_unit(markers, seen, model, name)
    _check_axes(markers, seen, model, listener)
    grounded, others = model.find_unseen(markers.labels)
    if grounded:
        raise NMMError(
            f"{markers.source}: expected markers that tell where {name} is in space, but its "
            f"{len(markers.labels)} matching markers leave {', '.join(grounded[:6])} open; "
            "track more of its markers."
        )
    if others:
        listener.warn(
            f"{markers.source}: no marker tells of {', '.join(others[:8])}"
            f"{', …' if len(others) > 8 else ''}; what is written for them is no measurement."
        )


def _check_unit(markers: Markers, seen: Array, model: ModelMarkers, name: str) -> None:
    pairs = _find_distances(markers.labels, seen, model)
    if not pairs:
        return
    ratios = [found / own for _, _, found, own in pairs]
    ratio = float(np.median(ratios))
    if 1 / LARGEST_RATIO <= ratio <= LARGEST_RATIO:
        return
    first, second, found, own = pairs[int(np.argmin(np.abs(np.log(ratios) - np.log(ratio))))]
    fitting = [
        unit
        for unit, metres in METRES.items()
        if 1 / LARGEST_RATIO <= ratio * metres / METRES[markers.units] <= LARGEST_RATIO
    ]
    advice = (
        f"the numbers look like {fitting[0]}: correct line 3 of the file, or `nmm-opensim "
        f"convert-trc --units {fitting[0]}`"
        if fitting
        else "scale the model to the subject, or correct the Units in line 3 of the file"
    )
    raise NMMError(
        f"{markers.source}: expected markers as far apart as those of {name}, but they are "
        f"{ratio:.3g} times as far, with Units {markers.units}: '{first}' and '{second}' are "
        f"{found:.3g} m apart, the model's {own:.3g} m; {advice}."
    )


def _find_distances(
    labels: tuple[str, ...], seen: Array, model: ModelMarkers
) -> list[tuple[str, str, float, float]]:
    """Two markers, how far apart they are (m), and how far the model's are.

    Pairs on one body, which no pose changes; where there is none, all pairs.
    """
    own, bodies = model.locate(labels), model.find_bodies(labels)
    every = list(combinations(range(len(labels)), 2))
    pairs = [(i, j) for i, j in every if bodies[i] == bodies[j]]
    measured = []
    for i, j in pairs or every:
        distance = np.linalg.norm(seen[:, i] - seen[:, j], axis=1)
        distance = distance[np.isfinite(distance)]
        models = float(np.linalg.norm(own[i] - own[j]))
        if len(distance) and models > SMALLEST_DISTANCE and (found := float(np.median(distance))):
            measured.append((labels[i], labels[j], found, models))
    return measured


def _check_axes(markers: Markers, seen: Array, model: ModelMarkers, listener: Listener) -> None:
    """Refuse markers whose heights run along another axis than the model's."""
    if model.up is None or len(markers.labels) < FEWEST_HEIGHTS:
        return
    own = model.locate(markers.labels) @ model.up
    if np.ptp(own) < LEAST_SPREAD:
        return
    mean = np.array([np.nanmean(series, axis=0) for series in seen.swapaxes(0, 1)])
    found = {
        axis: sign * float(np.corrcoef(own, mean[:, column])[0, 1])
        for axis, (column, sign) in SIGNED_AXES.items()
        if np.ptp(mean[:, column]) > 0
    }
    if float(np.corrcoef(own, mean @ model.up)[0, 1]) >= NOT_UPRIGHT:
        return
    best = max(found, key=lambda axis: found[axis])
    if found[best] < UPRIGHT:
        return
    column, sign = SIGNED_AXES[best]
    lowest = float((sign * mean[:, column]).min())
    message = (
        f"{markers.source}: expected the height of markers along the model's axis against gravity, "
        f"but it runs along the file's {best} (correlation {found[best]:.2f} with the model's "
        f"heights); turn the file: `nmm-opensim convert-trc --axes '{_propose(best)}'`"
    )
    if FLOOR[0] <= lowest <= FLOOR[1]:
        raise NMMError(f"{message}.")
    # Someone who lies has that too, but not from the floor on.
    listener.warn(f"{message}, unless the subject lies.")


def _propose(up: str) -> str:
    """Right-handed axes with ``up`` for OpenSim's y."""
    for first in ("x", "z", "y"):
        for third in ("-y", "z", "-z", "y", "x", "-x"):
            try:
                read_axes(f"{first} {up} {third}")
            except NMMError:
                continue
            return f"{first} {up} {third}"
    raise ValueError(up)
