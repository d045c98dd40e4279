"""Channels that cannot be what they claim: dead, saturated, or two names for one recording."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..nmm.trial import Trial

# An envelope touches its maximum at single samples; one that stays there was cut off.
LARGEST_SHARE_AT_MAXIMUM = 0.01
FEWEST_SAMPLES_AT_MAXIMUM = 5
# Closer than any two electrodes: even neighbours on one muscle differ by noise.
LARGEST_CORRELATION = 1.0 - 1e-9


def check_emg(trials: Sequence[Trial]) -> None:
    """Refuse training trials with channels that are constant, clipped or duplicated."""
    check_envelopes(trials[0].emg.columns, np.vstack([_during(trial) for trial in trials]))


def check_envelopes(channels: Sequence[str], values: Array) -> None:
    """As :func:`check_emg`, of all samples (samples, channels) that training would hear."""
    where = "EMG of the training trials"
    for name, series in zip(channels, values.T, strict=True):
        if series.max() == series.min():
            raise NMMError(
                f"{where}: expected a signal in channel '{name}', but it is {series[0]:g} "
                "throughout; leave the channel out or repair the recording."
            )
        held = int(np.sum(series == series.max()))
        if held >= max(FEWEST_SAMPLES_AT_MAXIMUM, LARGEST_SHARE_AT_MAXIMUM * len(series)):
            raise NMMError(
                f"{where}: expected channel '{name}' to touch its maximum only briefly, but "
                f"{held} of {len(series)} samples are {series.max():g}: it is clipped; leave it "
                "out or record it with a wider range."
            )
    correlation = np.atleast_2d(np.corrcoef(values.T))
    for i, j in combinations(range(len(channels)), 2):
        if correlation[i, j] > LARGEST_CORRELATION:
            raise NMMError(
                f"{where}: expected different recordings, but channels '{channels[i]}' and "
                f"'{channels[j]}' are the same; leave one out."
            )


def _during(trial: Trial) -> Array:
    """The samples between the trial's first and last frame, (samples, channels)."""
    first, last = trial.time[0], trial.time[-1]
    values: Array = trial.emg.values[(trial.emg.time >= first) & (trial.emg.time <= last)]
    return values
