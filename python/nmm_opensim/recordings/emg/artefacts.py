"""Short bursts far above all that a muscle does otherwise: an electrode was touched or came loose.

A burst is what the RMS of 50 ms shows around a peak. What a muscle does lasts or recurs, so the
usual is what the rest of the recording reaches for longer than the burst; docs/emg.md gives the
reasons and how near clean recordings come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array

WINDOW, STEP = 0.05, 0.01  # s
EDGE = 0.25  # of its peak, where a burst begins and ends
APART = 0.2  # s between two bursts
GAP = round(APART / STEP)
LONGEST = 0.5  # s; what lasts longer is a contraction
MOST_ARTEFACTS = 5
# Times the usual bursts: among bursts of activity, and where all else is one even level.
OVER_BURSTS, OVER_LEVEL = 3.0, 5.0
ACTIVE = 3.0  # usual bursts over the quietest RMS
SIMILAR = 0.5  # of the usual, which is as much
LONGER = 2.0  # times as long as the artefacts
SHORTEST_LEVEL = 1.5  # s of recording
QUIET = 8e-6  # V, RMS; below it are rest and the noise of electrodes, and a burst may be a muscle's


@dataclass(frozen=True)
class Artefact:
    """From ``start`` to ``end`` (s from the first sample), ``ratio`` times the usual bursts."""

    start: float
    end: float
    ratio: float


def find_artefacts(emg: Array, rate: float) -> list[Artefact]:
    """Artefacts in raw EMG (samples,) (V) without movement, in the order of time."""
    levels = _measure_levels(emg, rate)
    bursts = _list_bursts(levels)
    quiet = float(np.percentile(levels, 5))
    found: list[Artefact] = []
    for count in range(1, MOST_ARTEFACTS + 1):
        strong, others = bursts[:count], bursts[count:]
        if not others or (strong[-1][1] - strong[-1][0]) * STEP + WINDOW > LONGEST:
            break
        usual = others[0][2]
        active = usual >= ACTIVE * quiet
        # Several bursts over an even level are rather what the muscle does.
        steady = count == 1 and quiet >= QUIET and len(emg) >= SHORTEST_LEVEL * rate
        if not active and not steady:
            continue
        rest = np.ones(len(levels), dtype=bool)
        for first, last, _ in strong:
            rest[max(0, first - GAP) : last + GAP + 1] = False
        lasting = np.count_nonzero(levels[rest] >= SIMILAR * usual)
        short = sum(last - first for first, last, _ in strong)
        over = OVER_BURSTS if active else OVER_LEVEL
        if strong[-1][2] > over * usual > 0 and lasting >= LONGER * short:
            found = [
                Artefact(first * STEP, last * STEP + WINDOW, peak / usual)
                for first, last, peak in strong
            ]
    return sorted(found, key=lambda artefact: artefact.start)


def _measure_levels(emg: Array, rate: float) -> Array:
    """RMS of windows, one each step."""
    length, step = max(2, round(WINDOW * rate)), STEP * rate
    power = np.concatenate([[0.0], np.cumsum(emg**2)])
    first = np.round(np.arange(0, max(len(emg) - length, 1), step)).astype(int)
    last = np.minimum(first + length, len(emg))
    levels: Array = np.sqrt(np.maximum(power[last] - power[first], 0.0) / (last - first))
    return levels


def _list_bursts(levels: Array) -> Sequence[tuple[int, int, float]]:
    """First and last step and peak of the strongest bursts, strongest first."""
    left = levels.copy()
    bursts: list[tuple[int, int, float]] = []
    while len(bursts) < 3 * MOST_ARTEFACTS + 2 and left.max() > 0:
        top = int(left.argmax())
        first = last = top
        while first > 0 and levels[first - 1] > EDGE * levels[top]:
            first -= 1
        while last + 1 < len(levels) and levels[last + 1] > EDGE * levels[top]:
            last += 1
        bursts.append((first, last, float(levels[top])))
        left[max(0, first - GAP) : last + GAP + 1] = 0.0
    return bursts
