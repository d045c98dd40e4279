"""Heel strikes and toe offs from a foot's markers, where no plate shows them.

The foot velocity algorithm (O'Connor et al. 2007, Gait & Posture 25:469-474): of the vertical
velocity of the foot's centre, the middle between heel and toe markers, the high maxima are toe
offs, and the minima where the heel is low are heel strikes. It takes neither a direction of walking
nor a pelvis, so overground and treadmill are the same to it. Toes that are lifted before a heel
strike can make a maximum as high as a toe off's; the heel tells them apart, which then is the lower
end of the foot.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from ...arrays import Array
from ..axes import UP
from .feet import FootTrack, differentiate, find_pieces
from .gait_record import HEEL_STRIKE, MARKERS, TOE_OFF, Event

LOW_HEEL = 0.35
"""Of the range of the heel's height, as published."""
HIGH_PEAK = 0.5
"""Of the high peaks' median: lower ones are no toe offs."""
WALKING = 0.2
"""m/s: a foot that never rises faster does not walk."""
SHORTEST_STEP = 0.35
"""s between toe offs of a foot."""


def find_marker_events(track: FootTrack) -> list[Event]:
    """Events of a foot in order of time; none where it does not walk."""
    rate = 1.0 / float(np.median(np.diff(track.time)))
    height = track.heel[:, UP]
    limit = np.nanmin(height) + LOW_HEEL * (np.nanmax(height) - np.nanmin(height))
    rising = differentiate((track.heel[:, UP] + track.toe[:, UP]) / 2, rate)
    pieces = find_pieces(np.isfinite(rising))
    tilt = track.heel[:, UP] - track.toe[:, UP]
    toes_down = tilt > np.median(tilt[track.planted]) if track.planted.any() else tilt > 0
    peaks = _find_peaks(np.where(toes_down, rising, np.minimum(rising, 0.0)), pieces, rate)
    events = []
    for piece in pieces:
        offs = [i for i in peaks if piece.start <= i < piece.stop]
        lows = piece.start + signal.argrelmin(rising[piece])[0]
        lows = lows[height[lows] < limit]
        for first, last in zip([piece.start, *offs], [*offs, piece.stop], strict=True):
            between = lows[(lows > first) & (lows < last)]
            # Between two toe offs the foot comes down once; at rest its velocity is near 0.
            if len(between) and rising[between].min() < -WALKING:
                strike = int(between[np.argmin(rising[between])])
                events.append(_make(track, HEEL_STRIKE, strike, rising, rate))
        events += [_make(track, TOE_OFF, i, rising, rate) for i in offs]
    return sorted(events, key=lambda event: event.time)


def _find_peaks(rising: Array, pieces: list[slice], rate: float) -> list[int]:
    peaks: list[int] = []
    for piece in pieces:
        found, _ = signal.find_peaks(
            rising[piece], height=WALKING, distance=max(1, int(SHORTEST_STEP * rate))
        )
        peaks += [piece.start + int(i) for i in found]
    if not peaks:
        return []
    heights = rising[peaks]
    high = np.median(heights[heights >= HIGH_PEAK * heights.max()])
    return [i for i in peaks if rising[i] >= HIGH_PEAK * high]


def _make(track: FootTrack, kind: str, i: int, rising: Array, rate: float) -> Event:
    """The event at frame ``i``, its time where a parabola through the frames around has its top."""
    before, here, after = rising[i - 1 : i + 2] if 0 < i < len(rising) - 1 else (0.0, 0.0, 0.0)
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if np.isfinite(bend) and bend != 0 else 0.0
    time = float(track.time[i] + np.clip(shift, -0.5, 0.5) / rate)
    return Event(track.foot.side, kind, time, MARKERS)
