"""Gait events: those of forces where a foot's contact shows them, those of markers elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from .contacts import UNCALIBRATED, Found
from .gait_record import FORCES, HEEL_STRIKE, TOE_OFF, Contact, Event

ALONE = 0.25
"""s without an event of its kind by markers: then forces show one that markers did not."""


def find_offsets(
    trials: Sequence[tuple[Sequence[Found], Sequence[Event]]],
) -> dict[str, list[float]]:
    """How much (s) events by markers come after those of forces, by kind.

    Contacts count whose two ends are both near an event by markers.
    """
    offsets: dict[str, list[float]] = {HEEL_STRIKE: [], TOE_OFF: []}
    for found, events in trials:
        for side, start, end in _join_contacts(found):
            strike = _nearest(events, side, HEEL_STRIKE, start)
            off = _nearest(events, side, TOE_OFF, end)
            if strike is None or off is None:
                continue
            errors = strike.time - start, off.time - end
            if max(map(abs, errors)) <= UNCALIBRATED:
                offsets[HEEL_STRIKE].append(errors[0])
                offsets[TOE_OFF].append(errors[1])
    return offsets


def _join_contacts(found: Sequence[Found]) -> list[tuple[str, float, float]]:
    """Side, start and end (s) of each contact, of several plates at once where they overlap."""
    joined: list[tuple[str, float, float]] = []
    for one in sorted(found, key=lambda one: (one.standing.side, one.load.start)):
        side, start, end = one.standing.side, one.load.start, one.load.end
        if joined and joined[-1][0] == side and start <= joined[-1][2]:
            joined[-1] = side, joined[-1][1], max(end, joined[-1][2])
        else:
            joined.append((side, start, end))
    return joined


def calibrate(events: Sequence[Event], offsets: Mapping[str, Sequence[float]]) -> list[Event]:
    """The events by markers without the median of these offsets, as they are without any."""
    moved = {kind: float(np.median(values)) if values else 0.0 for kind, values in offsets.items()}
    return [replace(event, time=event.time - moved[event.kind]) for event in events]


def merge_events(
    events: Sequence[Event],
    contacts: Sequence[Contact],
    tolerance: float,
    ends: Sequence[float],
) -> list[Event]:
    """Events by markers, replaced by what forces show within ``tolerance`` (s).

    At the ``ends`` (s) of the forces a contact's end is none of the foot's.
    """
    merged = list(events)
    for contact in contacts:
        for kind, time in ((HEEL_STRIKE, contact.start), (TOE_OFF, contact.end)):
            shown = Event(contact.side, kind, time, FORCES, contact.plate)
            near = _nearest(merged, contact.side, kind, time)
            if time in ends or (near is None and not contact.used):
                continue
            distance = np.inf if near is None else abs(near.time - time)
            if near is not None and distance <= tolerance:
                # On two plates the foot arrives on the first and leaves the last.
                earlier = time < near.time if kind == HEEL_STRIKE else time > near.time
                if near.source != FORCES or earlier:
                    merged[merged.index(near)] = shown
            elif contact.used and distance > ALONE:
                merged.append(shown)
    return sorted(merged, key=lambda event: event.time)


def _nearest(events: Sequence[Event], side: str, kind: str, time: float) -> Event | None:
    own = [event for event in events if (event.side, event.kind) == (side, kind)]
    return min(own, key=lambda event: abs(event.time - time), default=None)
