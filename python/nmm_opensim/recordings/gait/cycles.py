"""Gait cycles of one foot: heel strike, toe off, heel strike; and which of them are regular."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import find_peaks

from ...arrays import Array, Flags, find_runs
from ...errors import NMMError
from ...files import read_csv, require_reasonable, write_csv
from .gait_setup import SIDES

COLUMNS = ("side", "initial_time", "toe_off", "final_time")
# Of the force that a foot carries in stance: more than the noise of a plate.
LOADED = 0.05
LEAST_FORCE = 20.0  # N
SHORTEST_CONTACT, SHORTEST_FLIGHT = 0.1, 0.1  # s
# s: faster is no walk or run, slower a pause or an event that was not seen.
SHORTEST, LONGEST = 0.4, 2.5
IRREGULAR = 0.15
"""Of the usual length: strides that differ by more are no usual ones."""


@dataclass(frozen=True)
class Cycle:
    """A stride from heel strike to heel strike (s)."""

    start: float
    toe_off: float
    end: float

    @property
    def duration(self) -> float:
        """How long it lasts (s)."""
        return self.end - self.start


def write_cycles(file: Path, cycles: Sequence[tuple[str, str, Cycle]]) -> None:
    """Write strides, each with its name and side, where nothing is said of their loads."""
    write_csv(
        file,
        ["name", *COLUMNS],
        [
            [name, side, *(f"{t:.4f}" for t in (cycle.start, cycle.toe_off, cycle.end))]
            for name, side, cycle in cycles
        ],
    )


def read_cycles(file: Path, side: str) -> list[Cycle]:
    """Strides of one side from a strides file (.csv), as ``gait-events`` writes it.

    Raises:
        NMMError: naming the line.

    """
    require_reasonable(file, "strides file")
    found, lines = read_csv(file, "strides file")
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        raise NMMError(
            f"strides file '{file}': expected the columns {', '.join(COLUMNS)} of gait-events, but "
            f"found no {', '.join(missing)}."
        )
    cycles = []
    for line, row in lines:
        where = f"strides file '{file}', line {line}"
        if row["side"] not in SIDES:
            raise NMMError(
                f"{where}: expected {' or '.join(SIDES)} in 'side', but found '{row['side'][:40]}'."
            )
        try:
            start, off, end = (float(row[column]) for column in COLUMNS[1:])
        except ValueError:
            start = off = end = math.nan
        if not (math.isfinite(start) and start < off < end < math.inf):
            raise NMMError(
                f"{where}: expected initial_time < toe_off < final_time (s), but found "
                f"{', '.join(row[column][:20] for column in COLUMNS[1:])}."
            )
        if row["side"] == side:
            cycles.append(Cycle(start, off, end))
    return sorted(cycles, key=lambda cycle: cycle.start)


def find_cycles_in_force(time: Array, force: Array) -> list[Cycle]:
    """Strides of the foot that carries ``force``, (samples,) N, upwards."""
    threshold = max(LOADED * float(np.percentile(force, 95)), LEAST_FORCE)
    step = float(np.median(np.diff(time)))
    loaded = _bridge(force > threshold, round(SHORTEST_FLIGHT / step))
    runs = find_runs(loaded)
    contacts = [
        (time[first], time[end])
        for first, end in runs
        # What begins or ends the recording is no event.
        if first > 0 and end < len(time) and time[end] - time[first] >= SHORTEST_CONTACT
    ]
    # The last contact need not end.
    strikes = [float(start) for start, _ in contacts]
    if len(runs) and runs[-1][1] == len(time) and runs[-1][0] > 0:
        strikes.append(float(time[runs[-1][0]]))
    return [
        Cycle(float(start), float(off), following)
        for (start, off), following in zip(contacts, strikes[1:], strict=False)
    ]


def find_cycles_in_pose(time: Array, forward: Array) -> list[Cycle]:
    """Strides from how far a foot is before the pelvis, (frames,) m.

    It strikes where it is most forward, and leaves where it is most backward (Zeni et al., 2008).
    """
    if len(time) < 2:
        return []
    span = float(np.ptp(forward))
    step = float(np.median(np.diff(time)))
    options = {"prominence": 0.4 * span, "distance": max(1, round(SHORTEST / step / 2))}
    strikes, _ = find_peaks(forward, **options)
    offs, _ = find_peaks(-forward, **options)
    cycles = []
    for first, last in pairwise(strikes):
        between = offs[(offs > first) & (offs < last)]
        if len(between) == 1:
            cycles.append(Cycle(float(time[first]), float(time[between[0]]), float(time[last])))
    return cycles


def select_regular(cycles: Sequence[Cycle]) -> list[Cycle]:
    """Those that last as long as strides do, and about as long as most."""
    possible = [cycle for cycle in cycles if SHORTEST <= cycle.duration <= LONGEST]
    if not possible:
        return []
    usual = float(np.median([cycle.duration for cycle in possible]))
    return [c for c in possible if abs(c.duration - usual) <= IRREGULAR * usual]


def _bridge(flags: Flags, most: int) -> Flags:
    """True through gaps of at most ``most`` samples."""
    bridged = flags.copy()
    for first, end in find_runs(~flags):
        if first > 0 and end < len(flags) and end - first <= most:
            bridged[first:end] = True
    return bridged
