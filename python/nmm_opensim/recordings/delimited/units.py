"""Units as headers write them."""

from __future__ import annotations

import re

from ..signal import VOLTS

SECONDS = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "ms": 1e-3, "msec": 1e-3, "millisec": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "µs": 1e-6, "μs": 1e-6,
    "min": 60.0, "minutes": 60.0,
}  # fmt: skip
HERTZ = {"hz": 1.0, "khz": 1e3, "samples/s": 1.0, "samples/sec": 1.0, "samples/second": 1.0}
OTHERS = (
    "deg", "degrees", "°", "deg/s", "°/s", "rad", "radians", "rad/s", "g", "G", "mG", "m/s^2",
    "m/s²", "mm/s^2", "mm/s²", "m/s", "mm/s", "N", "kN", "Nm", "N.m", "N*m", "N mm", "N.mm",
    "Nmm", "kg", "m", "cm", "mm", "T", "mT", "uT", "µT", "μT", "A", "mA", "Ohm", "kOhm", "Pa", "W",
    "%", "bpm", "a.u.", "arb. unit", "n/a", "none",
)  # fmt: skip
VOLTAGE = re.compile(r"(m|u|µ|μ|n|k|milli|micro|nano)?\s*volts?|[muµμnk]?v", re.IGNORECASE)
BRACKETS = re.compile(r"^(.*?)\s*([(\[])\s*([^()\[\]]*?)\s*[)\]]$")
BEHIND_COMMA = re.compile(r"^(.*?)\s*,\s*([^,]*)$")


def is_unit(word: str) -> bool:
    """Whether a cell can be nothing but a unit."""
    return (
        word in VOLTS
        or word in OTHERS
        or word.lower() in SECONDS
        or word.lower() in HERTZ
        or VOLTAGE.fullmatch(word) is not None
    )


def part_unit(cell: str) -> tuple[str, str | None]:
    """A label and the unit behind it, in brackets or behind a comma; None where there is none."""
    match = BRACKETS.match(cell)
    if match and match[1] and match[3] and (match[2] == "[" or is_unit(match[3])):
        return match[1], match[3]
    match = BEHIND_COMMA.match(cell)
    if match and match[1] and (not match[2] or is_unit(match[2])):
        return match[1], match[2] or None
    return cell, None


def is_same(one: str, other: str) -> bool:
    """Whether two spellings are one unit."""
    return one == other or (one in VOLTS and VOLTS.get(other) == VOLTS[one])
