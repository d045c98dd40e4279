"""Analog channels of a C3D file in the units that it states."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ..signal import Signal
from .content import C3D, read_c3d


def read_c3d_analog(path: Path, what: str, declared_rate: float | None = None) -> list[Signal]:
    """All analog channels that have a label, with the file's rate and units.

    ``declared_rate`` (Hz) is needed where the file states none.
    """
    return list_analog(read_c3d(path, what), declared_rate)


def list_analog(c3d: C3D, declared_rate: float | None = None) -> list[Signal]:
    """All analog channels of a file that was read.

    A channel that cannot be scaled has the reason as its ``fault``: it stops no other.
    """
    count = c3d.layout.channels
    labels = c3d.parameters.find_texts("ANALOG", "LABELS")[:count]
    if not any(labels) or c3d.layout.frames * c3d.layout.samples < 2:
        raise NMMError(
            f"{c3d.source}: expected analog channels with labels (ANALOG:USED, ANALOG:LABELS), but "
            f"found {count} channels with {sum(map(bool, labels))} labels."
        )
    rate = c3d.analog_rate or declared_rate
    if rate is None:
        raise NMMError(
            f"{c3d.source}: expected a rate of its analog channels, but found neither ANALOG:RATE "
            "nor POINT:RATE; declare <sampling_rate>."
        )
    named = [i for i, label in enumerate(labels) if label]
    units = read_units(c3d)
    values, faults = scale_analog(c3d, named)
    return [
        Signal(c3d.source, labels[i], units[i] or None, rate, 0.0, channel, fault)
        for i, channel, fault in zip(named, values, faults, strict=True)
    ]


def read_units(c3d: C3D) -> list[str]:
    """The unit of every analog channel, empty where none is stated."""
    units = c3d.parameters.find_texts("ANALOG", "UNITS")
    return [*units, *([""] * c3d.layout.channels)][: c3d.layout.channels]


def scale_analog(c3d: C3D, indices: Sequence[int]) -> tuple[Array, list[str]]:
    """Values (channels, samples) in the channels' units, and why a channel has none.

    A stored value less OFFSET, times SCALE and GEN_SCALE. Integers mean nothing without SCALE;
    reals then are what they are.
    """
    scales = c3d.parameters.find_numbers("ANALOG", "SCALE")
    offsets = c3d.parameters.find_numbers("ANALOG", "OFFSET", unsigned=c3d.unsigned)
    general = c3d.parameters.find_number("ANALOG", "GEN_SCALE")
    values, faults = c3d.read_analog(indices), []
    for i, index in enumerate(indices):
        missing = index >= len(scales) and (len(scales) > 0 or not c3d.layout.real)
        scale = float(scales[index]) if index < len(scales) else 1.0
        offset = float(offsets[index]) if index < len(offsets) else 0.0
        factor = scale * (1.0 if general is None else general)
        if missing:
            faults.append(f"ANALOG:SCALE has {len(scales)} values and none for it")
        elif not np.isfinite(factor) or not np.isfinite(offset):
            faults.append(f"its scale is {factor:g} and its offset {offset:g}")
        else:
            faults.append("")
            with np.errstate(over="ignore", invalid="ignore"):
                values[i] = (values[i] - offset) * factor
    return values, faults
