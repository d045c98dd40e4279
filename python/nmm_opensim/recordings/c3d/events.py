"""Heel strikes and toe offs that somebody put into a C3D file.

Parameters EVENT:CONTEXTS, LABELS and TIMES (minutes and seconds for each event), as the manual of
the format describes them (https://www.c3d.org).
"""

from __future__ import annotations

import numpy as np

from ...errors import NMMError
from ..gait.gait_record import HEEL_STRIKE, MANUAL, TOE_OFF, Event
from .content import C3D

KINDS = {"foot strike": HEEL_STRIKE, "foot off": TOE_OFF}
SIDES = {"left": "left", "right": "right"}
WORD = 2**16


def list_gait_events(c3d: C3D) -> list[Event]:
    """Events of a left or right foot in order of time, in s after the first sample of the data.

    Events of other kinds are left out, and those before the data or after them: whoever cuts a file
    leaves them behind.

    Raises:
        NMMError: if the file does not say when its data begin, or its events do not fit together.

    """
    labels = c3d.parameters.find_texts("EVENT", "LABELS")
    contexts = c3d.parameters.find_texts("EVENT", "CONTEXTS")
    count = int(c3d.parameters.find_number("EVENT", "USED") or 0)
    times = c3d.parameters.find_numbers("EVENT", "TIMES")
    if not count:
        return []
    if min(len(labels), len(contexts), len(times) // 2) < count:
        raise NMMError(
            f"{c3d.source}: expected a label, a context and two numbers of its time for each of "
            f"{count} events (EVENT:USED), but found {len(labels)} labels, {len(contexts)} "
            f"contexts and {len(times)} numbers; export it anew."
        )
    rate, start = c3d.point_rate, _find_start(c3d)
    if rate is None:
        raise NMMError(f"{c3d.source}: expected POINT:RATE to time its events, but found none.")
    seconds = times[: 2 * count].reshape(count, 2) @ [60.0, 1.0] - start / rate
    if not np.isfinite(seconds).all():
        k = int(np.argmin(np.isfinite(seconds)))
        raise NMMError(
            f"{c3d.source}: expected the time of event {k + 1}, '{labels[k]}', to be a number "
            "(EVENT:TIMES), but found another; export it anew."
        )
    last = (c3d.layout.frames - 1) / rate
    slack = 0.5 / rate
    events = [
        Event(SIDES[context.lower()], KINDS[label.lower()], float(time), MANUAL)
        for context, label, time in zip(contexts, labels, seconds, strict=False)
        if context.lower() in SIDES and label.lower() in KINDS and -slack <= time <= last + slack
    ]
    return sorted(events, key=lambda event: event.time)


def _find_start(c3d: C3D) -> int:
    """How many frames of the trial come before the data; events count from its first."""
    words = c3d.parameters.find_numbers("TRIAL", "ACTUAL_START_FIELD", unsigned=True)[:2]
    if len(words) < 2:
        raise NMMError(
            f"{c3d.source}: expected TRIAL:ACTUAL_START_FIELD, which says what its events count "
            "from, but found none; export it anew."
        )
    # 32 bits in two words, the lower one first; frames count from 1.
    return int(words[0] + WORD * words[1]) - 1
