"""What is known of a trial's gait: contacts with plates and events, found or corrected."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

BOTH, NEITHER = "both", "neither"
HEEL_STRIKE, TOE_OFF = "heel_strike", "toe_off"
FORCES, MARKERS, MANUAL = "forces", "markers", "manual"


@dataclass(frozen=True)
class Contact:
    """A plate under load from ``start`` to ``end`` (s); ``side`` is a foot's, or both or neither.

    ``used`` says that what the plate measured is a load of that foot, ``note`` why, or why not.
    """

    plate: str
    side: str
    start: float
    end: float
    used: bool
    note: str = ""
    source: str = FORCES


@dataclass(frozen=True)
class Event:
    """A heel strike or toe off of a side (s); ``plate`` is named where forces show it."""

    side: str
    kind: str
    time: float
    source: str
    plate: str = ""
    used: bool = True
    note: str = ""


@dataclass(frozen=True)
class Stance:
    """From heel strike to toe off; None where that is before, after or not seen.

    ``first`` and ``last`` (s) are their times, or what an unknown one cannot pass: the events
    before and after.
    """

    heel_strike: Event | None
    toe_off: Event | None
    first: float
    last: float

    def overlap(self, start: float, end: float) -> float:
        """How much (s) of a span of time the stance can be; at most 0 if nothing."""
        return min(self.last, end) - max(self.first, start)


def make_stances(events: Iterable[Event], side: str) -> list[Stance]:
    """The stances of a side, in order; events that are not used are left out."""
    own = [event for event in events if event.side == side and event.used]
    pairs: list[tuple[Event | None, Event | None]] = []
    strike: Event | None = None
    for event in sorted(own, key=lambda event: event.time):
        if event.kind == TOE_OFF:
            pairs.append((strike, event))
            strike = None
        else:
            if strike is not None:
                pairs.append((strike, None))
            strike = event
    if strike is not None:
        pairs.append((strike, None))
    stances = []
    for i, (strike, off) in enumerate(pairs):
        before = next(filter(None, reversed(pairs[i - 1])), None) if i else None
        after = next(filter(None, pairs[i + 1]), None) if i + 1 < len(pairs) else None
        first, last = strike or before, off or after
        stances.append(
            Stance(
                strike,
                off,
                first.time if first else -math.inf,
                last.time if last else math.inf,
            )
        )
    return stances
