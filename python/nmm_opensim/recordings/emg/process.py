"""The whole way of a setup: read, examine, filter, resample, normalise, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...formats.tables import Header, write_table
from ..read import choose, find_trigger, read_signals
from ..signal import Signal
from .emg_setup import EmgRecording, EmgSetup
from .filters import EmgFilters, resample
from .quality import Examined, examine
from .quality_file import write_quality
from .reference import Envelopes, compare_with_mvc, find_divisors


@dataclass(frozen=True)
class Processed:
    """What a setup gave: files written and what was found in the raw EMG."""

    envelope_files: tuple[Path, ...]
    quality_file: Path
    recordings: tuple[Examined, ...]


def read_recording(recording: EmgRecording) -> list[Signal]:
    """All channels in V, under the setup's names and on one clock."""
    channels = []
    for file in recording.files:
        signals = read_signals(
            file.path, "EMG file", file.sampling_rate, file.layout, file.needed_channels
        )
        offset = file.time_offset
        if file.trigger is not None:
            name, threshold = file.trigger
            offset -= find_trigger(choose(signals, name), threshold)
        for label, name in zip(file.channels, file.names, strict=True):
            channel = choose(signals, label).to_volts(file.units)
            channels.append(replace(channel, name=name).shift(offset))
    return channels


def make_envelopes(
    channels: list[Signal], filters: EmgFilters, output_rate: float
) -> tuple[Array, Array]:
    """Envelopes (V) of raw channels, (frames,) of times they all cover and (frames, channels)."""
    step = 1.0 / output_rate
    # Times are whole steps, so that trials and motion of the same rate meet; rounding is no sample.
    first = int(np.ceil(max(channel.start for channel in channels) / step - 1e-6))
    last = int(np.floor(min(channel.time[-1] for channel in channels) / step + 1e-6))
    if last - first < 1:
        raise NMMError(
            f"{channels[0].source}: expected channels that were recorded at the same time, but "
            "they share none; look at <time_offset> and the triggers."
        )
    grid = np.arange(first, last + 1) / output_rate
    columns = []
    for channel in channels:
        filters.check(channel.rate, f"{channel.source}: channel '{channel.name}'")
        band = filters.band(channel.values, channel.rate)
        columns.append(resample(channel.time, filters.envelope(band, channel.rate), grid))
    return grid, np.column_stack(columns)


def process_emg(setup: EmgSetup, show: Callable[[str], None] = lambda _: None) -> Processed:
    """Write envelopes of every trial, and the quality of every recording.

    Nothing is written unless all can be.
    """
    examined, envelopes = [], []
    for recording in setup.recordings:
        show(f"{recording.name}: reading")
        channels = read_recording(recording)
        show(f"{recording.name}: checking")
        figures, findings = examine(channels, setup.mains_frequency)
        examined.append(Examined(recording.name, figures, findings))
        show(f"{recording.name}: filtering")
        grid, values = make_envelopes(channels, setup.filters, setup.output_rate)
        names = tuple(channel.name for channel in channels)
        envelopes.append(Envelopes(recording, names, grid, values, findings))
    names = next(own.names for own in envelopes if not own.recording.mvc)
    divisors = find_divisors(setup, envelopes, names)
    for own, found in zip(envelopes, examined, strict=True):
        if setup.normalization == "mvc" and not own.recording.mvc:
            found.findings.extend(compare_with_mvc(own, divisors, setup.filters.lowpass))
    files = _write_envelopes(setup, envelopes, np.array([divisors[n].value for n in names]))
    write_quality(setup, examined)
    return Processed(files, setup.quality_file, tuple(examined))


def _write_envelopes(
    setup: EmgSetup, envelopes: Sequence[Envelopes], divisors: Array
) -> tuple[Path, ...]:
    """A file for each trial, in shares of ``divisors`` (channels,) in V."""
    header = Header(
        "EMG envelopes, in shares of a reference",
        entries={
            "emg_units": "1",
            "emg_normalization": setup.normalization,
            "channel_divisors": " ".join(f"{divisor:.7g}" for divisor in divisors),
            "channel_divisors_units": "V",
            **setup.filters.describe(),
        },
    )
    files = []
    for own in envelopes:
        if not own.recording.mvc:
            files.append(setup.envelope_file(own.recording))
            write_table(files[-1], own.names, own.time, own.values / divisors, header)
    return tuple(files)
