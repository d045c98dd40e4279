"""Strides, and the times in which all that a foot pressed on was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .contacts import TOLERANCE
from .gait_record import BOTH, HEEL_STRIKE, MARKERS, TOE_OFF, Contact, Event, Stance, make_stances

MARKER_ERROR = 0.02
"""s by which a range ends before an event that only markers show."""
LONGEST_STRIDE = 3.0
"""s; more is a pause, or an event that was not seen."""
PLATE_TO_PLATE = 0.01
"""s between leaving a plate and loading the next."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Stride:
    """From a heel strike to the next of the same foot (s).

    ``measured`` says that the loads of this foot are known all the time, ``both_measured`` those of
    both feet.
    """

    name: str
    side: str
    start: float
    toe_off: float
    end: float
    measured: bool
    both_measured: bool

    @property
    def time(self) -> float:
        """How long it takes (s)."""
        return self.end - self.start


def find_strides(
    events: Sequence[Event], ranges: dict[str, list[Span]], sides: Sequence[str]
) -> list[Stride]:
    """Strides with one toe off between two heel strikes, in order of side and time."""
    strides = []
    for side in sides:
        own = sorted((e for e in events if e.side == side and e.used), key=lambda event: event.time)
        count = 0
        for strike, off, following in zip(own, own[1:], own[2:], strict=False):
            kinds = (strike.kind, off.kind, following.kind)
            start, end = strike.time, following.time
            if kinds != (HEEL_STRIKE, TOE_OFF, HEEL_STRIKE) or end - start > LONGEST_STRIDE:
                continue
            count += 1
            strides.append(
                Stride(
                    f"{side}_{count}",
                    side,
                    start,
                    off.time,
                    end,
                    _covers(ranges[side], start, end),
                    _covers(ranges[BOTH], start, end),
                )
            )
    return strides


def _covers(ranges: Sequence[Span], start: float, end: float) -> bool:
    slack = MARKER_ERROR + 1e-6
    return any(a <= start + slack and end - slack <= b for a, b in ranges)


def find_ranges(
    contacts: Sequence[Contact], events: Sequence[Event], sides: Sequence[str]
) -> dict[str, list[Span]]:
    """Spans (s) of each side in which its foot is in the air or wholly on used plates.

    Under ``both`` are those that all sides share.
    """
    ranges = {side: _find_side(contacts, make_stances(events, side), side) for side in sides}
    shared = ranges[sides[0]]
    for side in sides[1:]:
        pairs = [(max(a, c), min(b, d)) for a, b in shared for c, d in ranges[side]]
        shared = [(start, end) for start, end in pairs if end > start]
    return {**ranges, BOTH: shared}


def _find_side(contacts: Sequence[Contact], stances: Sequence[Stance], side: str) -> list[Span]:
    spans = []
    for i, stance in enumerate(stances):
        covered = _cover(contacts, stance, side)
        if covered is None:
            continue
        start, end = covered
        before = stances[i - 1].toe_off if i else None
        after = stances[i + 1].heel_strike if i + 1 < len(stances) else None
        # The foot is in the air before a stance and after it, as far as both ends are seen.
        if stance.heel_strike is not None and start <= stance.first + TOLERANCE:
            start = min(start, _inwards(before, MARKER_ERROR) if before else stance.first)
        if stance.toe_off is not None and end >= stance.last - TOLERANCE:
            end = max(end, _inwards(after, -MARKER_ERROR) if after else stance.last)
        spans.append((start, end))
    if not stances:
        spans = [(c.start, c.end) for c in contacts if c.side == side and c.used]
    return _join(spans)


def _inwards(event: Event, error: float) -> float:
    return event.time + (error if event.source == MARKERS else 0.0)


def _cover(contacts: Sequence[Contact], stance: Stance, side: str) -> Span | None:
    """What used contacts cover of a stance; None if nothing, with holes, or if a load is lost."""
    own = [c for c in contacts if stance.overlap(c.start, c.end) > TOLERANCE]
    if any(c.side == BOTH or (c.side == side and not c.used) for c in own):
        return None
    joined = _join([(c.start, c.end) for c in own if c.side == side], PLATE_TO_PLATE)
    return joined[0] if len(joined) == 1 else None


def _join(spans: Sequence[Span], gap: float = 0.0) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1] + gap:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
