"""Which leg electrodes were on, and which of its channels show a muscle.

A laboratory's file holds channels for both legs, of which one was wired; the others are amplifier
noise, or an open input that swings from one end of the converter to the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import signal

from ...recordings.emg.filters import EmgFilters
from ...recordings.emg.quality import examine
from ...recordings.signal import Signal

MAINS = 60.0  # Hz
FATAL = ("clipping", "dropout", "movement_artefact")
"""Findings of the quality check that leave nothing of a channel over some seconds."""
HIGHEST_MEDIAN = 180.0
"""Hz: surface EMG has its median frequency at 50-150 (De Luca, 1997), noise without a source
through the usual band-pass at 235."""
SMALLEST_RISE, LARGEST_RISE = 2.5, 100.0
"""Of an envelope's 95th percentile over its 10th. A walking muscle comes and goes, and is never as
still as a channel that was switched off."""


@dataclass(frozen=True)
class Leg:
    """One side, its live channels in V by name, and why each other one is none."""

    side: str
    live: dict[str, Signal]
    faults: dict[str, str]


def judge_leg(side: str, channels: Mapping[str, Signal]) -> Leg:
    """Tell the live channels from the others; ``channels`` are raw, by name."""
    live, faults = {}, {}
    for name, channel in channels.items():
        volts = channel.to_volts(None)
        if fault := find_fault(volts):
            faults[name] = fault
        else:
            live[name] = volts
    return Leg(side, live, faults)


def find_fault(channel: Signal, filters: EmgFilters | None = None) -> str:
    """Why a channel in V shows no muscle, empty where it does."""
    filters = filters or EmgFilters()
    if not np.ptp(channel.values):
        return "nothing changes"
    _, findings = examine([channel], MAINS)
    fatal = [finding.text for finding in findings if finding.check in FATAL]
    if fatal:
        return fatal[0]
    band = filters.band(channel.values, channel.rate)
    frequency, power = signal.welch(band, channel.rate, nperseg=min(len(band), 512))
    share = np.cumsum(power) / power.sum()
    median = float(frequency[np.searchsorted(share, 0.5)])
    if median > HIGHEST_MEDIAN:
        return f"noise: its median frequency is {median:.0f} Hz"
    low, high = np.percentile(filters.envelope(band, channel.rate), [10, 95])
    if not SMALLEST_RISE * low <= high <= LARGEST_RISE * low:
        return (
            f"its envelope rises to {high / low:.1f} times its low"
            if low > 0
            else "its envelope is 0 in between, as if switched off"
        )
    return ""
