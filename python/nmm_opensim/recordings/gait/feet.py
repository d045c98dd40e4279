"""How a foot moved, from the markers on its heel and its toes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from ...arrays import Array, Flags, find_runs
from ...errors import NMMError
from ...formats.trc import Markers
from ..axes import LEVEL, UP
from .gait_setup import Foot

CUTOFF = 7.0
"""Hz, as O'Connor et al. (2007) filter."""
LONGEST_GAP = 0.2
"""s; over a longer gap nothing is known of a foot."""
SHORTEST_PIECE = 0.3
"""s of markers that a filter can use."""
LOW = 0.05
"""m above where a marker rests: on the ground."""
SLOWEST, FASTEST, SLOW_SHARE = 0.2, 0.8, 0.3
"""A marker on the ground is slower than a share of its swing, within these (m/s)."""
BEYOND_TOE = 0.35
"""How far shoes reach beyond the heads of the metatarsals, in distances from heel to these."""


@dataclass(frozen=True)
class FootTrack:
    """A foot over ``time`` (s): ``heel`` and ``toe`` (frames, 3) in m, smooth, NaN in gaps.

    ``planted`` (frames,) says where it is on the ground and does not move against it.
    """

    foot: Foot
    time: Array
    heel: Array
    toe: Array
    planted: Flags

    @cached_property
    def known(self) -> Flags:
        """Frames where both markers are seen."""
        return find_seen(self.heel) & find_seen(self.toe)

    def stands(self, time: float) -> tuple[float, float]:
        """From when till when (s) it is on the ground around a time; that time alone if not."""
        i = min(int(np.searchsorted(self.time, time)), len(self.time) - 1)
        for piece in find_pieces(self.planted):
            if piece.start <= i < piece.stop:
                return float(self.time[piece.start]), float(self.time[piece.stop - 1])
        return time, time

    def distance(self, points: Array, frames: NDArray[np.intp]) -> Array:
        """From points, one a frame, to the line from heel to the tip of the shoe (m), level."""
        heel = self.heel[frames][:, LEVEL]
        line = (self.toe[frames][:, LEVEL] - heel) * (1 + BEYOND_TOE)
        offset = points[:, LEVEL] - heel
        length = np.maximum(np.sum(line**2, axis=1), 1e-12)
        share = np.clip(np.sum(offset * line, axis=1) / length, 0.0, 1.0)
        away: Array = np.linalg.norm(offset - share[:, None] * line, axis=1)
        return away


def track_foot(markers: Markers, foot: Foot) -> FootTrack:
    """A foot's markers, short gaps filled with straight lines, low-passed without lag."""
    time = markers.time
    step = np.diff(time)
    if step.max() > 1.5 * np.median(step):
        late = int(np.argmax(step))
        raise NMMError(
            f"{markers.source}: expected frames at one rate, but found {step[late]:g} s between "
            f"{time[late]:g} and {time[late + 1]:g} s; export all frames."
        )
    rate = 1.0 / float(np.median(step))
    if rate < 4 * CUTOFF:
        raise NMMError(
            f"{markers.source}: expected at least {4 * CUTOFF:g} frames a second for gait events, "
            f"but found {rate:g}."
        )
    heel, toe = (
        _smooth(markers.select(label), rate) for label in (foot.heel_marker, foot.toe_marker)
    )
    for label, values in ((foot.heel_marker, heel), (foot.toe_marker, toe)):
        if not np.isfinite(values).any():
            raise NMMError(
                f"{markers.source}: expected marker '{label}' for at least {SHORTEST_PIECE:g} s "
                "without a gap, but it is hardly seen."
            )
    if not np.any(find_seen(heel) & find_seen(toe)):
        raise NMMError(
            f"{markers.source}: expected '{foot.heel_marker}' and '{foot.toe_marker}' at one time, "
            "but never found both."
        )
    return FootTrack(foot, time, heel, toe, _find_planted(heel, toe, rate))


def differentiate(values: Array, rate: float) -> Array:
    """The change a second of smooth values (frames, …)."""
    change: Array = np.gradient(values, 1.0 / rate, axis=0)
    return change


def find_seen(positions: Array) -> Flags:
    """Frames of positions (frames, 3) that are no gap."""
    seen: Flags = np.all(np.isfinite(positions), axis=1)
    return seen


def find_pieces(known: Flags) -> list[slice]:
    """Runs of frames that are True."""
    return [slice(a, b) for a, b in find_runs(known).tolist()]


def _smooth(positions: Array, rate: float) -> Array:
    filled = positions.copy()
    seen = find_seen(positions)
    frames = np.arange(len(positions))
    if seen.any():
        for gap in find_pieces(~seen):
            inside = gap.start > 0 and gap.stop < len(seen)
            if inside and gap.stop - gap.start <= LONGEST_GAP * rate:
                for k in range(3):
                    filled[gap, k] = np.interp(frames[gap], frames[seen], positions[seen, k])
    sections = signal.butter(2, CUTOFF, fs=rate, output="sos")
    smooth = np.full_like(positions, np.nan)
    for piece in find_pieces(find_seen(filled)):
        if piece.stop - piece.start >= max(SHORTEST_PIECE * rate, 12):
            smooth[piece] = signal.sosfiltfilt(sections, filled[piece], axis=0)
    return smooth


def _find_planted(heel: Array, toe: Array, rate: float) -> Flags:
    """Where heel or toe is low and moves as the ground does, which on a treadmill is its belt."""
    low, velocity = [], []
    for values in (heel, toe):
        height = values[:, UP]
        low.append(height - np.nanpercentile(height, 5) < LOW)
        velocity.append(differentiate(values, rate)[:, LEVEL])
    moving = np.concatenate([v[mask] for v, mask in zip(velocity, low, strict=True)])
    moving = moving[np.isfinite(moving).all(axis=1)]
    ground = np.median(moving, axis=0) if len(moving) else np.zeros(2)
    speeds = [np.linalg.norm(v - ground, axis=1) for v in velocity]
    fastest = max(float(np.nanpercentile(speed, 95)) for speed in speeds)
    limit = np.clip(SLOW_SHARE * fastest, SLOWEST, FASTEST)
    with np.errstate(invalid="ignore"):
        planted: Flags = (low[0] & (speeds[0] < limit)) | (low[1] & (speeds[1] < limit))
    return planted & find_seen(heel) & find_seen(toe)
