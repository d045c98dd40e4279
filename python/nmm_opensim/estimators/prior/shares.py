"""Shares: a recording by its peak, and the logarithms in which witnesses are weighed."""

from __future__ import annotations

import numpy as np

from ...arrays import Array

# Of the peak: what no electrode tells from rest.
REST = 0.02
# The peak of a recording is this percentile: a single sample is no peak.
PEAK = 99.0
# Of the largest value: of a channel that rests in 99 frames of 100 the percentile is no peak.
LEAST_OF_LARGEST = 0.1
# In any unit: a channel that is silent in training has shares all the same.
SMALLEST_PEAK = 1e-9
# Far beyond any share that an excitation can show; nothing overflows.
LARGEST_LOGARITHM = 100.0


def find_peak(series: Array) -> float:
    """The peak of a recording, (frames,), in its own unit."""
    return float(np.percentile(series, PEAK))


def find_peaks(recordings: Array) -> Array:
    """Peaks of channels, (frames, channels), to divide by: a silent one has shares too."""
    least = np.maximum(LEAST_OF_LARGEST * recordings.max(axis=0), SMALLEST_PEAK)
    peaks: Array = np.maximum(np.percentile(recordings, PEAK, axis=0), least)
    return peaks


def to_logarithms(shares: Array) -> Array:
    """Natural logarithms of shares, which are REST or more and may exceed the training peak."""
    logarithms: Array = np.log(np.maximum(shares, REST))
    return logarithms


def to_statistics(shares: Array) -> Array:
    """Natural logarithms of other people's shares, within [REST, 1].

    Of whom nothing is asked beyond what they did; a spike of theirs is none of the others'.
    """
    logarithms: Array = np.log(np.clip(shares, REST, 1.0))
    return logarithms


def to_shares(logarithms: Array) -> Array:
    """Shares of logarithms, REST or more: beyond the training peak they go on."""
    shares: Array = np.exp(np.clip(logarithms, np.log(REST), LARGEST_LOGARITHM))
    return shares
