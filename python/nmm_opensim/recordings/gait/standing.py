"""Who stood on a loaded plate: its centre of pressure against the feet that were on the ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...arrays import Array, Flags
from ..axes import LEVEL
from .feet import FootTrack
from .gait_record import BOTH, NEITHER
from .plates import STEP, Load

MOST, SOME = 0.8, 0.1
"""Shares of a contact's impulse: of the one foot that stands there, of another that does too."""
BETWEEN = 0.3
"""The share with a centre of pressure between two feet: in a push-off it may be beside its foot."""
UNSEEN = 0.2
"""The share of frames that may lack a foot's markers."""


@dataclass(frozen=True)
class Standing:
    """``side`` is a foot's, both or neither, and ``note`` says why.

    ``distance`` (m) is that of the nearest foot from the centre of pressure, NaN if nobody looked.
    """

    side: str
    note: str
    distance: float = np.nan


def find_standing(load: Load, feet: Sequence[FootTrack], margin: float) -> Standing:
    """Look at every marker frame in which the plate carries enough for a centre of pressure."""
    time = feet[0].time
    if load.end < time[0] or load.start > time[-1]:
        return Standing(NEITHER, "there are no markers at that time")
    if not load.is_step:
        return Standing(
            NEITHER, f"carries at most {load.peak:.0f} N: a touch, or a plate beside it was hit"
        )
    record = load.record
    frames = np.flatnonzero((time >= load.start) & (time <= load.end))
    part = slice(load.first, load.last + 1)
    up = np.interp(time[frames], record.time[part], record.up[part])
    enough = up >= STEP * load.threshold
    frames, up = frames[enough], up[enough]
    if not len(frames):
        return Standing(NEITHER, "is over before the markers show it")
    for foot in feet:
        lost = time[frames][~foot.known[frames]]
        if len(lost) > UNSEEN * len(frames):
            span = f"from {lost[0]:.2f} to {lost[-1]:.2f} s"
            return Standing(NEITHER, f"markers of the {foot.foot.side} foot are missing {span}")
    point = np.column_stack(
        [np.interp(time[frames], record.time[part], p) for p in record.point[part].T]
    )
    return _judge(feet, frames, point, up / up.sum(), margin)


def _judge(
    feet: Sequence[FootTrack], frames: NDArray[np.intp], point: Array, weight: Array, margin: float
) -> Standing:
    away = np.column_stack([foot.distance(point, frames) for foot in feet])
    away[~np.isfinite(away)] = np.inf
    planted = np.column_stack([foot.planted[frames] for foot in feet])
    reach = np.where(planted, away, np.inf)
    nearest = np.argmin(reach, axis=1)
    on_one = reach.min(axis=1) <= margin
    shares = [float(weight[on_one & (nearest == k)].sum()) for k in range(len(feet))]
    right, left = (((foot.heel + foot.toe) / 2)[frames] for foot in feet)
    between = planted.all(axis=1) & ~on_one & _is_between(point, right, left, margin)
    on_both = float(weight[between].sum())
    distances = [float(np.median(away[:, k])) for k in range(len(feet))]
    best = int(np.argmax(shares))
    if shares[best] >= MOST:
        return Standing(feet[best].foot.side, "", distances[best])
    if min(shares) >= SOME or on_both >= BETWEEN:
        parts = [f"{feet[k].foot.side} {shares[k]:.0%}" for k in range(len(feet))]
        note = f"both feet stand on it (of the impulse: {', '.join(parts)}, between {on_both:.0%})"
        return Standing(BOTH, note, min(distances))
    parts = [
        f"{feet[k].foot.side} {distances[k]:.2f} m away, with {shares[k]:.0%} of the impulse"
        for k in range(len(feet))
    ]
    note = f"no foot rests at its centre of pressure all the time ({'; '.join(parts)})"
    return Standing(NEITHER, note, min(distances))


def _is_between(point: Array, first: Array, second: Array, margin: float) -> Flags:
    """Whether points lie near the line that joins two others, each (frames, 3), seen from above."""
    line, offset = (values[:, LEVEL] - first[:, LEVEL] for values in (second, point))
    length = np.maximum(np.sum(line**2, axis=1), 1e-12)
    share = np.clip(np.sum(offset * line, axis=1) / length, 0.0, 1.0)
    near: Flags = np.linalg.norm(offset - share[:, None] * line, axis=1) <= margin
    return near
