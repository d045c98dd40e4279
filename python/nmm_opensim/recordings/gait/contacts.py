"""Whether a contact is the whole load of the foot that stands there, and may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ..axes import LEVEL
from .feet import FootTrack
from .gait_record import BOTH, Contact, Event, Stance, make_stances
from .plates import Load
from .standing import Standing

TOLERANCE = 0.05
"""s between an event by markers, once calibrated, and the plate's."""
UNCALIBRATED = 0.08
"""The same (s) where nothing tells how late markers show events."""
CARRIED = 0.5
"""The share of the weight that a foot carries at least, on average in the middle of its stance."""
OFF_PLATE = 0.02
"""m beyond a plate's rim."""
GRAVITY = 9.81
NOT_ZERO = "it is not zero at rest (zero it, or raise <contact_threshold>)"

Span = tuple[float, float]


@dataclass(frozen=True)
class Found:
    """A loaded plate and who stands there."""

    load: Load
    standing: Standing


def judge_contacts(
    found: Sequence[Found],
    feet: Sequence[FootTrack],
    events: Sequence[Event],
    tolerance: float,
    mass: float | None,
) -> list[Contact]:
    """A contact for each, in order of time.

    ``tolerance`` (s) is that between events by markers and plates, ``mass`` (kg) the person's, None
    if unknown.
    """
    contacts = [
        Contact(f.load.record.plate.name, f.standing.side, f.load.start, f.load.end, False)
        for f in found
    ]
    stances = {foot.foot.side: make_stances(events, foot.foot.side) for foot in feet}
    judged = []
    for contact, one in zip(contacts, found, strict=True):
        track = next((foot for foot in feet if foot.foot.side == contact.side), None)
        if track is None:
            judged.append(replace(contact, note=one.standing.note))
            continue
        near = _find_near(contact, contacts, stances[contact.side])
        fault = (
            _find_wrong_time(near, one.load, track, tolerance)
            or _find_off_plate(one.load, track, [other.load for other in found])
            or (_find_light(one.load, mass) if mass is not None else "")
        )
        note = fault or _note_cut(one.load)
        judged.append(replace(contact, used=not fault, note=note))
    judged = [_stand_or_fall(c, judged, stances[c.side]) if c.used else c for c in judged]
    return sorted(judged, key=lambda contact: contact.start)


@dataclass(frozen=True)
class _Near:
    """A contact, the stances of its foot that it can be, and the other contacts in the first."""

    contact: Contact
    stances: Sequence[Stance]
    others: Sequence[Contact]


def _find_near(contact: Contact, contacts: Sequence[Contact], stances: Sequence[Stance]) -> _Near:
    meant = [s for s in stances if s.overlap(contact.start, contact.end) > TOLERANCE]
    stance = meant[0] if meant else Stance(None, None, contact.start, contact.end)
    others = [c for c in contacts if c is not contact and stance.overlap(c.start, c.end) > 0]
    return _Near(contact, meant or [stance], others)


def _stand_or_fall(
    contact: Contact, contacts: Sequence[Contact], stances: Sequence[Stance]
) -> Contact:
    """Where a foot stands on several plates, all of them can be used or none."""
    faulty = [other for other in contacts if other.side == contact.side and not other.used]
    for stance in stances:
        if stance.overlap(contact.start, contact.end) <= TOLERANCE:
            continue
        for other in faulty:
            if stance.overlap(other.start, other.end) > TOLERANCE:
                note = f"the rest of this stance, on plate {other.plate}, cannot be used"
                return replace(contact, used=False, note=note)
    return contact


def _note_cut(load: Load) -> str:
    ends = [
        name
        for name, cut in (
            ("start", load.starts_with_recording),
            ("end", load.ends_with_recording),
        )
        if cut
    ]
    return f"cut by the recording's {' and '.join(ends)}" if ends else ""


def _find_wrong_time(near: _Near, load: Load, track: FootTrack, tolerance: float) -> str:
    """What does not fit between a contact and the foot's stance by markers; empty if all does."""
    contact, stance = near.contact, near.stances[0]
    side = contact.side
    if len(near.stances) > 1:
        least = float(load.record.up[load.first : load.last + 1].min())
        return (
            f"lasts for {len(near.stances)} stances of the {side} foot, never below {least:.0f} N: "
            f"the other foot stands on it too, or {NOT_ZERO}"
        )
    same = [other for other in near.others if other.side == side]
    start = min([contact.start, *(other.start for other in same)])
    end = max([contact.end, *(other.end for other in same)])
    first, last = _find_stance(stance, track, contact)
    late = start - first, end - last
    if stance.heel_strike and stance.toe_off and _is_shifted(late, tolerance):
        return (
            f"begins and ends {np.mean(late):+.2f} s from when the {side} foot does: markers and "
            "forces are not on one clock"
        )
    if stance.heel_strike is not None and start < first - tolerance:
        before = f"{first - start:.2f} s before the {side} foot strikes"
        return f"begins {before}: another foot was there, or {NOT_ZERO}"
    if stance.toe_off is not None and end > last + tolerance:
        after = f"{end - last:.2f} s after the {side} foot is off"
        return f"ends {after}: another foot is there, or {NOT_ZERO}"
    if start > first + tolerance and not load.starts_with_recording:
        return f"begins {start - first:.2f} s after the {side} foot stands, beside the plate"
    if end < last - tolerance and not load.ends_with_recording:
        return f"ends {last - end:.2f} s before the {side} foot is off: it stands over the edge"
    shared = [
        o for o in near.others if o.side == BOTH and stance.overlap(o.start, o.end) > TOLERANCE
    ]
    if shared:
        return f"the {side} foot stands on plate {shared[0].plate} too, where both feet do"
    return ""


def _is_shifted(late: tuple[float, float], tolerance: float) -> bool:
    """Whether both ends of a contact are off by the same time (s)."""
    return min(map(abs, late)) > tolerance and abs(late[0] - late[1]) < tolerance


def _find_stance(stance: Stance, track: FootTrack, contact: Contact) -> Span:
    """From when till when (s) the foot stands; where no event says so, from its rest."""
    first, last = track.stands((contact.start + contact.end) / 2)
    if stance.heel_strike is not None:
        first = stance.first
    if stance.toe_off is not None:
        last = stance.last
    return first, last


def _find_off_plate(load: Load, track: FootTrack, loads: Sequence[Load]) -> str:
    """Whether heel or toe marker is beside the plates whose corners are declared."""
    if load.record.plate.corners is None:
        return ""
    time = track.time
    middle = slice(*np.searchsorted(time, _inner(load, 0.3)))
    points = {"heel": track.heel[middle, LEVEL], "toe": track.toe[middle, LEVEL]}
    rims = [load.record.plate.corners] + [
        other.record.plate.corners
        for other in loads
        if other.record.plate.corners is not None
        and min(other.end, load.end) > max(other.start, load.start)
        and other.is_step
    ]
    for name, values in points.items():
        outside = np.all([_beyond(rim, values) > OFF_PLATE for rim in rims], axis=0)
        if len(values) and np.mean(outside) > 0.5:
            away = float(np.median(np.min([_beyond(rim, values) for rim in rims], axis=0)))
            return f"the {name} marker is {away:.2f} m beside the plate: the foot is partly off it"
    return ""


def _beyond(corners: Array, points: Array) -> Array:
    """How far (m) points (frames, 2) are beyond the nearest line of a rim; negative inside."""
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.column_stack([edges[:, 1], -edges[:, 0]])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    centre = corners.mean(axis=0)
    outward = np.sign(np.sum(normals * (corners - centre), axis=1))
    normals *= outward[:, None]
    beyond: Array = np.max(
        [(points - corner) @ normal for corner, normal in zip(corners, normals, strict=True)],
        axis=0,
    )
    return beyond


def _inner(load: Load, share: float) -> tuple[float, float]:
    """The span (s) of a contact without ``share`` of it on either side."""
    length = load.end - load.start
    return load.start + share * length, load.end - share * length


def _find_light(load: Load, mass: float) -> str:
    """Whether the foot carries too little in mid-stance to be wholly on the plate."""
    if load.starts_with_recording or load.ends_with_recording:
        return ""
    record = load.record
    middle = slice(*np.searchsorted(record.time, _inner(load, 0.3)))
    carried = (
        float(record.up[middle].mean()) / (mass * GRAVITY) if middle.stop > middle.start else 1
    )
    if carried >= CARRIED:
        return ""
    return f"carries {carried:.0%} of the weight in mid-stance: the foot is partly off the plate"
