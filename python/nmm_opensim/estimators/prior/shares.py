"""Shares: a recording by its peak, and the logarithms in which witnesses are weighed."""

from __future__ import annotations

import numpy as np

from ...arrays import Array

# Of the peak: what no electrode tells from rest.
REST = 0.02
# The peak of a recording is this percentile: a single sample is no peak.
PEAK = 99.0
# In any unit: a channel that is silent in training has shares all the same.
SMALLEST_PEAK = 1e-9


def find_peak(series: Array) -> float:
    """The peak of a recording, (frames,), in its own unit."""
    return float(np.percentile(series, PEAK))


def find_peaks(recordings: Array) -> Array:
    """Peaks of channels, (frames, channels), to divide by: a silent one has shares too."""
    peaks: Array = np.maximum(np.percentile(recordings, PEAK, axis=0), SMALLEST_PEAK)
    return peaks


def to_logarithms(shares: Array) -> Array:
    """Natural logarithms of shares, which are held within [REST, 1]."""
    logarithms: Array = np.log(np.clip(shares, REST, 1.0))
    return logarithms


def to_shares(logarithms: Array) -> Array:
    """Shares of logarithms, within [REST, 1]."""
    shares: Array = np.exp(np.clip(logarithms, np.log(REST), 0.0))
    return shares
