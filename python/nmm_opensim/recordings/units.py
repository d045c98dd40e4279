"""What laboratories' units mean: one table of spellings for voltages, lengths, angles and forces.

Programs write units in many ways and cut them to four characters. Symbols are read as they stand
(``mV`` is not ``MV``); words in any case, in singular or plural, whole or cut to four letters or
more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

METRES = {"m": 1.0, "cm": 1e-2, "mm": 1e-3}
"""Units of length as they are declared."""
VOLTS = {"V": 1.0, "mV": 1e-3, "uV": 1e-6, "µV": 1e-6, "μV": 1e-6, "nV": 1e-9}
"""Units of voltage as they are declared."""
FEWEST_LETTERS = 4
JOINTS = re.compile(r"[\s.·*•⋅^_-]+")


@dataclass(frozen=True)
class Quantity:
    """What is measured: its ``symbols`` and ``words`` with their factors to ``base``.

    ``caseless`` quantities have no symbols that differ in case alone.
    """

    base: str
    symbols: Mapping[str, float]
    words: Mapping[str, float]
    caseless: bool = True

    def find_factor(self, unit: str) -> float | None:
        """From ``unit`` to ``base``; None where it is no unit of this quantity."""
        plain = JOINTS.sub("", unit.strip().strip("()[]"))
        if plain in self.symbols:
            return self.symbols[plain]
        small = plain.casefold()
        if self.caseless:
            symbols = {symbol.casefold(): factor for symbol, factor in self.symbols.items()}
            if small in symbols:
                return symbols[small]
        if len(small) < FEWEST_LETTERS:
            return None
        meant = {factor for word, factor in self.words.items() if word.startswith(small)}
        return meant.pop() if len(meant) == 1 else None


def _spell(base: Mapping[str, float], prefixes: Mapping[str, float]) -> dict[str, float]:
    return {
        f"{prefix}{word}": multiple * factor
        for prefix, multiple in prefixes.items()
        for word, factor in base.items()
    }


_SMALL = {"": 1.0, "milli": 1e-3, "micro": 1e-6, "nano": 1e-9, "m": 1e-3, "u": 1e-6, "µ": 1e-6}
_OF_LENGTH = {"": 1.0, "milli": 1e-3, "centi": 1e-2}

VOLTAGE = Quantity(
    "V",
    # What UTF-8 becomes when a program takes it for Latin-1 and writes that.
    {
        **VOLTS,
        "v": 1.0,
        "mv": 1e-3,
        "uv": 1e-6,
        "µv": 1e-6,
        "μv": 1e-6,
        "ÂµV": 1e-6,
        "Î¼V": 1e-6,
        "milliV": 1e-3,
        "microV": 1e-6,
    },
    _spell({"volts": 1.0}, {**_SMALL, "μ": 1e-6}),
    caseless=False,
)
LENGTH = Quantity("m", METRES, _spell({"meters": 1.0, "metres": 1.0}, _OF_LENGTH))
ANGLE = Quantity(
    "deg",
    {"deg": 1.0, "degs": 1.0, "°": 1.0, "Â°": 1.0, "rad": 180 / np.pi, "rads": 180 / np.pi},
    {"degrees": 1.0, "radians": 180 / np.pi},
)
FORCE = Quantity(
    "N",
    {"N": 1.0, "kN": 1e3, "lb": 4.4482216152605, "lbf": 4.4482216152605, "kgf": 9.80665},
    {"newtons": 1.0, "kilonewtons": 1e3, "pounds": 4.4482216152605},
)
MOMENT = Quantity(
    "N m",
    {"Nm": 1.0, "Ncm": 1e-2, "Nmm": 1e-3},
    {f"newton{word}": factor for word, factor in LENGTH.words.items()},
)
MOMENT_PER_MASS = Quantity(
    "N m/kg",
    {f"{symbol}/kg": factor for symbol, factor in MOMENT.symbols.items()},
    {},
)
OTHERS = frozenset({"g", "m/s2", "m/s/s", "m/s^2", "deg/s", "°/s", "rad/s", "Hz", "W", "Pa", "s"})
"""Units of what is neither, so that they cannot be taken for an unknown spelling of another."""
COUNTS = re.compile(r"(?:adc |raw )?counts?\b|lsb\b", re.IGNORECASE)
"""What a converter gave: no voltage, whatever is declared, before its gain and range are known."""


def is_known(unit: str) -> bool:
    """Whether ``unit`` means something, of whatever quantity, or counts of a converter."""
    if unit.strip() in OTHERS or COUNTS.match(unit.strip()):
        return True
    quantities = (VOLTAGE, LENGTH, ANGLE, FORCE, MOMENT, MOMENT_PER_MASS)
    return any(q.find_factor(unit) is not None for q in quantities)
