"""One straight walk: its wired leg, and the time in which all of it is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...formats.tables import Table
from ...recordings.c3d.analog import list_analog
from ...recordings.c3d.content import C3D, read_c3d
from ...recordings.c3d.events import list_gait_events
from ...recordings.gait.gait_record import BOTH
from ...recordings.gait.strides import Stride, find_strides
from ...recordings.read import choose
from ...recordings.signal import Signal
from .live_channels import Leg, judge_leg
from .mcgill_outputs import Body, read_angles, read_body, read_moments

SIDES = ("left", "right")
CHANNELS = {
    "rectus_femoris": "Rect",
    "hamstrings": "Hams",
    "gastrocnemius": "Gast",
    "tibialis_anterior": "Tib Ant",
}
"""By the label's end. On which hamstring and which head the electrodes lay is not said."""
FEWEST_CHANNELS = 3
"""One to reconstruct, and two to hide in turn."""
LARGEST_DELAY = 0.125
"""s of EMG that must come before a trial."""
PUSH_OFF = (0.5, 3.0)
"""N m/kg of plantarflexion in stance: who walks reaches 1.2 to 1.6."""
LEAST_SWING = 30.0
"""Degrees to which a knee flexes in swing: about 60."""


@dataclass(frozen=True)
class WiredWalk:
    """The wired leg of a walk, with the names and signs of gait2392.

    ``angles`` (degrees) cover the recording, ``moments`` (N m) the time in which they are known.
    The trial from ``initial_time`` to ``final_time`` (s) holds at least one of ``strides``.
    """

    body: Body
    leg: Leg
    angles: Table
    moments: Table
    strides: tuple[Stride, ...]
    initial_time: float
    final_time: float


def read_walk(file: Path) -> WiredWalk | str:
    """The walk of the leg with more live channels, or why nothing can be learnt of it.

    Raises:
        NMMError: if something else than EMG is missing, or cannot be meant.

    """
    c3d = read_c3d(file, "C3D file")
    signals = list_analog(c3d)
    legs = [judge_leg(side, _find_channels(signals, side)) for side in SIDES]
    leg, other = sorted(legs, key=lambda leg: len(leg.live), reverse=True)
    if len(leg.live) < FEWEST_CHANNELS or len(leg.live) == len(other.live):
        counts = " and ".join(f"{len(each.live)} on the {each.side}" for each in legs)
        faults = [
            f"{each.side} {name}: {text}" for each in legs for name, text in each.faults.items()
        ]
        return "; ".join([f"live channels are {counts} leg", *faults])
    body = read_body(c3d)
    moments = read_moments(c3d, leg.side, body.mass)
    events = list_gait_events(c3d)
    strides = find_strides(events, {leg.side: [], BOTH: []}, [leg.side])
    start = max(signal.start for signal in leg.live.values()) + LARGEST_DELAY
    times = moments.time[moments.time >= start]
    if not len(times):
        raise NMMError(f"{c3d.source}: expected moments after {start:g} s, but found none.")
    walk = WiredWalk(
        body,
        leg,
        read_angles(c3d, leg.side),
        moments,
        tuple(strides),
        float(times[0]),
        float(times[-1]),
    )
    _check(walk, c3d)
    return walk


def _find_channels(signals: list[Signal], side: str) -> dict[str, Signal]:
    """Raw channels of a side by what they are called here; labels may begin with a group."""
    labels = {name: f"{side[0].upper()} {end}" for name, end in CHANNELS.items()}
    found = {signal.name.rpartition(".")[2]: signal.name for signal in signals}
    return {name: choose(signals, found.get(label, label)) for name, label in labels.items()}


def _check(walk: WiredWalk, c3d: C3D) -> None:
    """Hold signs, sizes and times against what walking is."""
    step = float(np.diff(walk.moments.time).mean())
    whole = [
        stride
        for stride in walk.strides
        if walk.initial_time - step <= stride.start and stride.end <= walk.final_time + 2 * step
    ]
    if not whole:
        raise NMMError(
            f"{c3d.source}: expected a stride of the {walk.leg.side} foot, by the file's events, "
            f"from {walk.initial_time:g} to {walk.final_time:g} s, where its moments are known, "
            f"but found {len(walk.strides)} elsewhere."
        )
    for stride in whole:
        ankle = _cut(
            walk.moments, f"ankle_angle_{walk.leg.side[0]}_moment", stride.start, stride.toe_off
        )
        push = -float(ankle[np.argmax(np.abs(ankle))]) / walk.body.mass
        if not PUSH_OFF[0] <= push <= PUSH_OFF[1]:
            raise NMMError(
                f"{c3d.source}: expected {PUSH_OFF[0]:g} to {PUSH_OFF[1]:g} N m/kg of "
                f"plantarflexion in the stance from {stride.start:.2f} s, but found {push:.3g}; "
                "its moments, body mass or events are not what they are taken for."
            )
        knee = _cut(walk.angles, f"knee_angle_{walk.leg.side[0]}", stride.toe_off, stride.end)
        if -knee.min() < LEAST_SWING:
            raise NMMError(
                f"{c3d.source}: expected the {walk.leg.side} knee to flex by {LEAST_SWING:g} "
                f"degrees in the swing from {stride.toe_off:.2f} s, but found {-knee.min():.0f}; "
                "its angles or events are not what they are taken for."
            )


def _cut(table: Table, column: str, start: float, end: float) -> Array:
    """One column's values from ``start`` to ``end`` (s)."""
    inside = (table.time >= start) & (table.time <= end)
    values: Array = table.select([column]).values[inside, 0]
    return values
