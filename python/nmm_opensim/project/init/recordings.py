"""What recordings hold: channels and times, and how they are shared between training and test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...formats.external_loads import read_external_loads
from ...formats.tables import read_header_entries, read_table
from ...formats.trc import read_marker_times
from ...training.emg_check import check_envelopes

# Envelopes over MVC exceed 1 at times, and filters that ring go a little below 0; what is far
# beyond is raw or in another unit.
SMALLEST_EXCITATION, LARGEST_EXCITATION = -0.1, 2.0
SHARE_OF_TRAINING = 0.7


@dataclass(frozen=True)
class Recording:
    """The files of one recording; of markers and coordinates it has one, moments may be missing.

    ``measured`` are the times (s) in which all its loads are, None for all times;
    ``strides_file`` holds heel strikes and toe offs, where they are known.
    """

    name: str
    emg_file: Path
    marker_file: Path | None
    coordinates_file: Path | None
    external_loads_file: Path | None
    inverse_dynamics_file: Path | None
    measured: tuple[float, float] | None = None
    strides_file: Path | None = None


@dataclass(frozen=True)
class Part:
    """A range of a recording, s, and what it is for."""

    name: str
    recording: Recording
    role: str
    initial_time: float
    final_time: float


def read_channels(recordings: list[Recording], unused: Sequence[str] = ()) -> list[str]:
    """The channels that all EMG files have, which must be envelopes in excitation units.

    Those that are known to be ``unused`` may be anything.
    """
    tables = [read_table(recording.emg_file, "EMG file") for recording in recordings]
    channels = [c for c in tables[0].columns if all(c in table.columns for table in tables)]
    if not channels:
        raise NMMError("init: expected EMG files with channels in common, but found none.")
    used = [channel for channel in channels if channel not in unused]
    for table in tables:
        envelopes = table.select(used)
        for channel, series in zip(used, envelopes.values.T, strict=True):
            if series.min() < SMALLEST_EXCITATION or series.max() > LARGEST_EXCITATION:
                raise NMMError(
                    f"{table.source}: expected envelopes in excitation units, 0 to 1, but channel "
                    f"'{channel}' goes from {series.min():g} to {series.max():g}; rectify, filter "
                    "and normalise the EMG first."
                )
    return channels


def check_channels(parts: Sequence[Part], channels: Sequence[str]) -> None:
    """Refuse what training would: channels that are dead, clipped or one recording twice."""
    if not channels:
        return
    during = []
    for part in parts:
        if part.role == "train":
            table = read_table(part.recording.emg_file, "EMG file").select(channels)
            inside = (table.time >= part.initial_time) & (table.time <= part.final_time)
            during.append(table.values[inside])
    check_envelopes(channels, np.vstack(during))


def split_recordings(recordings: list[Recording]) -> list[Part]:
    """Several recordings: the last one tests. One: its first 70 % train and the rest tests."""
    if len(recordings) > 1:
        return [
            Part(recording.name, recording, role, *_find_range(recording)[[0, -1]])
            for recording, role in zip(
                recordings, ["train"] * (len(recordings) - 1) + ["test"], strict=True
            )
        ]
    frames = _find_range(recordings[0])
    border = float(frames[round(SHARE_OF_TRAINING * (len(frames) - 1))])
    name = recordings[0].name
    return [
        Part(f"{name}_train", recordings[0], "train", float(frames[0]), border),
        Part(f"{name}_test", recordings[0], "test", border, float(frames[-1])),
    ]


def read_cutoff(recording: Recording) -> float | None:
    """The filter (Hz) that given moments say their coordinates had; None if they say nothing."""
    if recording.inverse_dynamics_file is None:
        return None
    entries = read_header_entries(recording.inverse_dynamics_file)
    try:
        return float(entries["lowpass_cutoff_frequency_for_coordinates"])
    except (KeyError, ValueError):
        return None


def _find_range(recording: Recording) -> Array:
    """The frames of the motion that EMG, and forces or moments, cover too."""
    if recording.marker_file is not None:
        frames = read_marker_times(recording.marker_file)
    else:
        assert recording.coordinates_file is not None
        frames = read_table(recording.coordinates_file, "coordinates file").time
    low, high = recording.measured or (-np.inf, np.inf)
    for read in _other_times(recording):
        time = read()
        low, high = max(low, time[0]), min(high, time[-1])
    common = frames[(frames >= low - 1e-9) & (frames <= high + 1e-9)]
    if len(common) < 4:
        raise NMMError(
            f"recording '{recording.name}': expected EMG, motion and forces at the same times, "
            f"but the motion is from {frames[0]:g} to {frames[-1]:g} s, the others together "
            f"from {low:g} to {high:g} s; put them on one clock."
        )
    return common


def _other_times(recording: Recording) -> list[Callable[[], Array]]:
    readers: list[Callable[[], Array]] = [lambda: read_table(recording.emg_file, "EMG file").time]
    if (moments := recording.inverse_dynamics_file) is not None:
        readers.append(lambda: read_table(moments, "inverse dynamics file").time)
    if (loads := recording.external_loads_file) is not None:
        readers.append(lambda: read_external_loads(loads)[1].time)
    return readers
