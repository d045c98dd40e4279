"""The header of OpenSignals: JSON that names columns, rates and the bits of the converter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# (volts of supply, gain) of PLUX's EMG sensors: a count is
# (count / 2^bits - 1/2) * supply / gain, as the data sheets of the sensors say.
EMG_SENSORS = {
    ("biosignalsplux", "EMG"): (3.0, 1000.0),
    ("bitalino_rev", "EMGBITREV"): (3.3, 1009.0),
}


@dataclass(frozen=True)
class Device:
    """A device's columns in order; ``bits`` by column, where the values are counts.

    ``volts`` holds (supply, gain) of columns whose sensor's data sheet gives them.
    """

    name: str
    row: int
    rate: float
    columns: tuple[str, ...]
    bits: dict[str, int]
    volts: dict[str, tuple[float, float]]


def read_devices(line: str, row: int) -> list[Device]:
    """The devices of a header's line ``row`` (from 0); none, if it is no such header."""
    try:
        content = json.loads(line[line.index("{") :])
    except (ValueError, RecursionError):
        return []
    if not isinstance(content, dict):
        return []
    return [
        device
        for name, record in content.items()
        if isinstance(record, dict) and (device := _read_device(name, record, row)) is not None
    ]


def _read_device(name: str, record: dict[str, Any], row: int) -> Device | None:
    rate = record.get("sampling rate")
    columns = [str(column) for column in _list(record, "column")]
    if not isinstance(rate, int | float) or not 0 < rate < float("inf"):
        return None
    # Resolutions and sensors are those of the last columns; counters come first.
    counts = record.get("convertedValues", 0) in (0, False)
    depths = _list(record, "resolution") if counts else []
    bits = {
        column: depth
        for column, depth in zip(reversed(columns), reversed(depths), strict=False)
        if isinstance(depth, int) and 1 < depth <= 32
    }
    sensors = zip(reversed(columns), reversed(_list(record, "sensor")), strict=False)
    kind = str(record.get("device", ""))
    volts = {
        column: EMG_SENSORS[kind, str(sensor)]
        for column, sensor in sensors
        if column in bits and (kind, str(sensor)) in EMG_SENSORS
    }
    return Device(name, row, float(rate), tuple(columns), bits, volts)


def _list(record: dict[str, Any], key: str) -> list[Any]:
    value = record.get(key)
    return value if isinstance(value, list) else []
