"""Whether what a force plate seems to say can be meant.

A number that a file cannot mean is refused; what is only unusual is said in one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..arrays import Array
from ..errors import NMMError
from .axes import LEVEL, UP

STEEPEST = 45.0
"""Of a plate's surface (degrees); stairs and ramps are flatter."""
LONGEST_PULL = 0.05
"""How long noise or a jolt can pull a foot down (s)."""
SMALLEST_WEIGHT = 150.0
"""What a person on one foot puts on a plate at least (N); below, it is a touch or noise."""
LARGEST_FORCE = 20e3
"""No person on one plate reaches it (N); landings of gymnasts come to about 10 kN."""
SMALL_REST = 5.0
"""Offset of a plate at rest (N) that goes without saying."""
FAR_OFF = 0.1
"""How far beside its plate no centre of pressure lies (m)."""
NEAR_OFF = 0.02
"""How far beside its plate it is unusual (m)."""
HEAVY = 0.5
"""Share of the largest force from which a centre of pressure is sure."""
LOW = 0.25
"""A marker this near to the plane of a plate (m) may be of the foot that stands there."""
NEAR_FOOT = 0.3
"""How far the foot's nearest marker may be from its centre of pressure (m)."""


@dataclass
class Direction:
    """Impulses (N × samples) that push up and pull down, and what is to be said of them."""

    pushed: float
    pulled: float
    notes: list[str] = field(default_factory=list)


def check_surface(normal: Array, where: str) -> None:
    """Refuse a surface, by its ``normal`` (3,) in OpenSim's axes, that nobody can stand on."""
    slope = float(np.degrees(np.arccos(np.clip(abs(normal[UP]), 0.0, 1.0))))
    if slope > STEEPEST:
        raise NMMError(
            f"{where}: expected a surface that one can stand on, but its corners lie {slope:.0f} "
            "degrees from the ground; look at the axes (--axes) and FORCE_PLATFORM:CORNERS."
        )


def find_loaded(vertical: Array, threshold: float) -> tuple[NDArray[np.bool_], Direction]:
    """Where the vertical force (N) carries a load, (samples,), and which way it goes."""
    least = max(threshold, np.finfo(float).tiny)
    loaded, pulled = vertical >= least, vertical <= -least
    found = Direction(float(vertical[loaded].sum()), float(-vertical[pulled].sum()))
    largest = float(vertical.max(initial=0.0))
    if not loaded.any():
        found.notes.append(
            f"it is never loaded: its largest vertical force is {largest:.3g} N, the threshold "
            f"{threshold:g} N."
        )
    elif largest < SMALLEST_WEIGHT:
        found.notes.append(
            f"its largest vertical force is {largest:.3g} N, too little for a step; is it noise, "
            "or in another unit?"
        )
    if pulled.any():
        found.notes.append(
            f"it pulls down in {pulled.sum()} samples, by up to {-vertical.min():.3g} N; taken for "
            "empty there."
        )
    rest = vertical[np.abs(vertical) < least]
    offset = float(np.median(rest)) if len(rest) else 0.0
    if abs(offset) > SMALL_REST:
        found.notes.append(f"it rests at {offset:.3g} N instead of 0; was it set to zero?")
    return loaded, found


def check_direction(vertical: Array, direction: Direction, rate: float, where: str) -> None:
    """Refuse a plate that pulls its subject down, or that carries what no person weighs."""
    # A jolt of this time, or half of a short file: no strong pull that lasts is noise.
    lasting = min(LONGEST_PULL * rate, len(vertical) / 2) * -vertical.min(initial=0.0) / 2
    strong = -vertical.min(initial=0.0) >= SMALLEST_WEIGHT
    if strong and direction.pulled > max(direction.pushed, lasting):
        raise NMMError(
            f"{where}: expected forces that push the subject up (y), but they push down; look at "
            "the axes, or say that the channels hold the force on the plate (--action-forces)."
        )
    if vertical.max(initial=0.0) > LARGEST_FORCE:
        raise NMMError(
            f"{where}: expected forces in N of a person, but found {vertical.max():.3g} N; look at "
            "ANALOG:SCALE and its units."
        )


def tell_of_point(point: Array, half: Array, vertical: Array, where: str) -> list[str]:
    """What is unusual of centres of pressure (2, samples) on a plate of ``half`` sides (2,), in m.

    ``vertical`` (samples,) is 0 where the plate is empty.

    Raises:
        NMMError: if most of the load lies beside the plate.

    """
    loaded = np.flatnonzero(vertical >= HEAVY * vertical.max(initial=0.0))
    loaded = loaded[vertical[loaded] > 0]
    if not len(loaded):
        return []
    outside = np.abs(point[:, loaded]) - half[:, None]
    beside = np.linalg.norm(np.maximum(outside, 0.0), axis=0)
    if np.median(beside) > FAR_OFF:
        x, y = point[:, loaded[len(loaded) // 2]]
        raise NMMError(
            f"{where}: expected its centre of pressure on its surface, but under load it lies "
            f"{np.median(beside):.2g} m beside it, at ({x:.3g} {y:.3g}) m from the centre of "
            f"{2 * half[0]:.3g} × {2 * half[1]:.3g} m; look at FORCE_PLATFORM:CORNERS, ORIGIN and "
            "TYPE, and the moments' unit."
        )
    if beside.max() > NEAR_OFF:
        return [
            f"its centre of pressure lies up to {beside.max():.2g} m beside it under load, in "
            f"{(beside > NEAR_OFF).mean():.0%} of the loaded time."
        ]
    return []


def tell_of_foot(point: Array, vertical: Array, markers: Array, labels: Sequence[str]) -> list[str]:
    """Say so if no marker of a foot is near the centre of pressure.

    ``point`` (frames, 3) and ``markers`` (frames, markers, 3) are in m in OpenSim's axes;
    ``vertical`` (frames,) is the force. Without low markers nothing can be said.
    """
    if not np.any(vertical > 0):
        return []
    frames = vertical >= HEAVY * vertical.max()
    away = markers[frames] - point[frames, None]
    level = np.linalg.norm(away[..., LEVEL], axis=-1)
    low = np.abs(away[..., UP]) < LOW
    near = np.where(low & np.isfinite(level), level, np.inf)
    known = np.isfinite(near).any(axis=1)
    if not known.any():
        return []
    nearest = near[known].min(axis=1)
    if np.median(nearest) <= NEAR_FOOT:
        return []
    which = labels[int(np.argmin(np.median(near[known], axis=0)))]
    return [
        f"its centre of pressure lies {np.median(nearest):.2g} m from the nearest low marker "
        f"('{which}'): is it loaded by something without markers, or are corners or units wrong?"
    ]
