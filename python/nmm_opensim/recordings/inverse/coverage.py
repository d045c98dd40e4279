"""Whether one stream of data is there as long as another needs it."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...errors import NMMError

# Samples that are missing at once: more than a few of them, and longer than any movement waits.
LONGEST_GAP, LONGEST_WAIT = 5.0, 0.05  # sampling intervals, s


def check_coverage(time: Array, needed: Array, source: str, what: str, advice: str) -> None:
    """Refuse data at ``time`` (s) that do not cover ``needed``, or stop in between.

    ``what`` names the data; ``advice`` gets the range (s) that is covered as ``{low}``, ``{high}``.
    """
    first, last = float(needed[0]), float(needed[-1])
    steps = np.diff(time)
    # Between its samples a signal is known well enough.
    step = float(np.median(steps))
    if time[0] > first + step or time[-1] < last - step:
        low, high = max(first, float(time[0])), min(last, float(time[-1]))
        raise NMMError(
            f"{source}: expected {what} from {first:g} to {last:g} s, as long as the motion, but "
            f"found them from {time[0]:g} to {time[-1]:g} s; "
            + advice.format(low=f"{low:g}", high=f"{high:g}")
            + "."
        )
    holes = (steps > max(LONGEST_GAP * step, LONGEST_WAIT)) & (time[1:] > first)
    holes &= time[:-1] < last
    if holes.any():
        at = int(np.argmax(holes))
        raise NMMError(
            f"{source}: expected {what} all the time, but found none between {time[at]:g} and "
            f"{time[at + 1]:g} s, where the others are {step:g} s apart; fill the gap, or leave "
            "these times out."
        )
