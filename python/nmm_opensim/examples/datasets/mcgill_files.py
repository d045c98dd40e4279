"""A walk as the files of a trial."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...formats.tables import Header, filter_lowpass, write_table
from ...recordings.emg.filters import EmgFilters
from ...recordings.emg.process import make_envelopes
from ...recordings.gait.cycles import Cycle, write_cycles
from .envelopes import find_divisors, write_envelopes
from .mcgill_walk import LARGEST_DELAY, WiredWalk
from .treadmill import MOMENT_CUTOFF

STILL = ("hip_adduction", "hip_rotation", "subtalar_angle", "mtp_angle")
"""Coordinates of the leg on which its muscles' lengths depend; at 0."""
EMG_RATE = 200.0  # Hz


def write_walk(walk: WiredWalk, folder: Path) -> None:
    """Write coordinates, moments, EMG and strides of the wired leg into ``folder``."""
    angles, suffix = walk.angles, walk.leg.side[0]
    still = [f"{name}_{suffix}" for name in STILL]
    write_table(
        folder / "coordinates.sto",
        [*angles.columns, *still],
        angles.time,
        np.column_stack([angles.values, np.zeros((len(angles.time), len(still)))]),
        Header(f"Plug-in Gait's flexion angles of the {walk.leg.side} leg, degrees", degrees=True),
    )
    moments = filter_lowpass(walk.moments, MOMENT_CUTOFF)
    write_table(
        folder / "moments.sto",
        moments.columns,
        moments.time,
        moments.values,
        Header(
            "Plug-in Gait's joint moments (N m) times the body's mass, low-passed",
            entries={
                "body_mass": f"{walk.body.mass:g}",
                "lowpass_cutoff_frequency_for_moments": f"{MOMENT_CUTOFF:g}",
            },
        ),
    )
    _write_emg(walk, folder / "emg.sto")
    write_cycles(
        folder / "strides.csv",
        [(s.name, s.side, Cycle(s.start, s.toe_off, s.end)) for s in walk.strides],
    )


def _write_emg(walk: WiredWalk, file: Path) -> None:
    """Envelopes over the whole recording, in shares of the trial's maxima."""
    filters = EmgFilters()
    channels = walk.leg.live
    time, values = make_envelopes(list(channels.values()), filters, EMG_RATE)
    used = (time >= walk.initial_time - LARGEST_DELAY) & (time <= walk.final_time)
    source = next(iter(channels.values())).source
    divisors = find_divisors(list(channels), values[used], source)
    entries = {
        **filters.describe(),
        "channel_divisors_units": "V",
        "divided_by_maximum_of": f"{walk.initial_time:g} {walk.final_time:g}",
    }
    write_envelopes(file, list(channels), time, values, divisors, entries)
