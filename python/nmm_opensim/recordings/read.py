"""Any recording by the ending of its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import NMMError, nearest_names
from ..formats.tables import read_table
from .c3d.analog import read_c3d_analog
from .delimited import Layout, read_delimited
from .signal import LARGEST_RATE_ERROR, Signal, find_rate

DELIMITED = (".csv", ".tsv", ".txt", ".emt")


def read_signals(
    path: Path,
    what: str,
    rate: float | None = None,
    layout: Layout | None = None,
    names: Sequence[str] | None = None,
) -> list[Signal]:
    """All channels of a .sto, .mot, .csv, .tsv, .txt, .emt or .c3d file.

    ``rate`` (Hz) is what the setup declares: needed where the file states none, and held against
    the file where it states one. Of delimited text only the channels ``names`` are read where they
    are given, so that a fault in another stops nothing.
    """
    ending = path.suffix.lower()
    if ending in DELIMITED:
        return read_delimited(path, what, rate, layout, names)
    if ending == ".c3d":
        signals = read_c3d_analog(path, what, rate)
        if rate is not None and abs(rate - signals[0].rate) > LARGEST_RATE_ERROR * rate:
            raise NMMError(
                f"{what} '{path}': expected the declared sampling rate, {rate:g} Hz, but the file "
                f"states {signals[0].rate:g} Hz; correct <sampling_rate>."
            )
        return signals
    if ending in (".sto", ".mot"):
        table = read_table(path, what)
        found = find_rate(table.source, table.time, rate)
        return [
            Signal(table.source, name, None, found, float(table.time[0]), values)
            for name, values in zip(table.columns, table.values.T, strict=True)
        ]
    raise NMMError(
        f"{what} '{path}': expected .sto, .mot, .c3d or text ({', '.join(DELIMITED)}), but found "
        f"'{ending}'."
    )


def choose(signals: Sequence[Signal], name: str) -> Signal:
    """The channel ``name``, if it is the only one of that name and holds what it should."""
    found = [signal for signal in signals if signal.name == name]
    if len(found) > 1:
        raise NMMError(
            f"{found[0].source}: expected a channel of its own with the label '{name}', but found "
            f"{len(found)}; rename them."
        )
    for signal in found:
        if signal.fault:
            raise NMMError(f"{signal.source}: channel '{name}' cannot be used: {signal.fault}.")
        return signal
    names = [signal.name for signal in signals]
    raise NMMError(
        f"{signals[0].source}: expected a channel '{name}', but there is none; "
        f"{nearest_names(name, names)}."
    )


def find_trigger(signal: Signal, threshold: float) -> float:
    """When a trigger first rises to ``threshold`` (in the channel's unit), s."""
    above = signal.values >= threshold
    rising = np.flatnonzero(above[1:] & ~above[:-1])
    if not len(rising):
        raise NMMError(
            f"{signal.source}: expected trigger '{signal.name}' to rise to {threshold:g}, but it "
            f"lies between {np.nanmin(signal.values):g} and {np.nanmax(signal.values):g}."
        )
    return signal.start + float(rising[0] + 1) / signal.rate
