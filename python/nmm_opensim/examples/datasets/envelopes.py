"""EMG envelopes as an NMM wants them: not negative, about 1 at most, and their scale on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...formats.tables import Header, write_table


def find_divisors(channels: Sequence[str], training: Array, source: str) -> Array:
    """What each channel is divided by: its maximum in ``training`` (samples, channels)."""
    divisors: Array = training.max(axis=0)
    for name, divisor in zip(channels, divisors, strict=True):
        if not (np.isfinite(divisor) and divisor > 0):
            raise NMMError(
                f"{source}: expected a recording in channel '{name}', but its maximum over the "
                f"training data is {divisor:g}; take the recordings as they were published."
            )
    return divisors


def write_envelopes(
    path: Path,
    channels: Sequence[str],
    time: Array,
    values: Array,
    divisors: Array,
    entries: Mapping[str, str] | None = None,
) -> None:
    """Write ``values`` (samples, channels) over their ``divisors``, and at least 0.

    The scale of an envelope carries no information across channels, so it is taken out; the header
    keeps it, in the unit of the recording, before further ``entries``.
    """
    header = Header(
        "EMG envelopes, in shares of the channel's maximum over the training data",
        entries={
            # Filters that ring leave values below 0, which no envelope has.
            "clipped_below": "0",
            "channel_divisors": " ".join(f"{divisor:.7g}" for divisor in divisors),
            **(entries or {}),
        },
    )
    write_table(path, channels, time, np.maximum(values, 0.0) / divisors, header)
