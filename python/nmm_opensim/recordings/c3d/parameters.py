"""The parameter section of a C3D file, every step checked against its end.

The format: https://www.c3d.org/HTML/Documents/theparametersection.htm
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from .number_format import NumberFormat

SIZES = {-1: 1, 1: 1, 2: 2, 4: 4}
"""Bytes of an element by the type of a parameter: text, byte, integer, real."""
TEXT, BYTE, INTEGER = -1, 1, 2
WORD = 2**16


@dataclass(frozen=True)
class Parameter:
    """One parameter: its ``data`` as they lie in the file, the first dimension fastest."""

    kind: int
    dimensions: tuple[int, ...]
    data: bytes
    format: NumberFormat

    def read_texts(self) -> list[str]:
        """Its texts, without the padding; none where it holds numbers."""
        if self.kind != TEXT:
            return []
        width = self.dimensions[0] if self.dimensions else 1
        count = math.prod(self.dimensions[1:]) if width else 0
        return [decode_text(self.data[i * width : (i + 1) * width]) for i in range(count)]

    def read_numbers(self, *, unsigned: bool = False) -> Array:
        """Its numbers in the file's order; integers are signed unless ``unsigned``."""
        if self.kind == TEXT:
            return np.zeros(0)
        if self.kind == BYTE:
            return np.frombuffer(self.data, np.uint8 if unsigned else np.int8).astype(float)
        if self.kind == INTEGER:
            return self.format.view_integers(self.data, not unsigned).astype(float)
        return self.format.make_reals(self.data)


@dataclass(frozen=True)
class Parameters:
    """All parameters by group and name, both in capitals."""

    values: Mapping[tuple[str, str], Parameter]

    def find_text(self, group: str, name: str) -> str:
        """The first text of a parameter, empty where there is none."""
        return next(iter(self.find_texts(group, name)), "")

    def find_texts(self, group: str, name: str) -> list[str]:
        """The texts of a parameter and of those that continue it: LABELS, LABELS2, LABELS3, …"""
        return [text for part in self._chain(group, name) for text in part.read_texts()]

    def find_number(self, group: str, name: str) -> float | None:
        """The first number of a parameter; integers count from 0 to 65535."""
        numbers = self.find_numbers(group, name, unsigned=True)
        return float(numbers[0]) if len(numbers) else None

    def find_numbers(self, group: str, name: str, *, unsigned: bool = False) -> Array:
        """The numbers of a parameter and of those that continue it."""
        parts = [part.read_numbers(unsigned=unsigned) for part in self._chain(group, name)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def find_shape(self, group: str, name: str) -> tuple[int, ...]:
        """The dimensions of a parameter; none where there is no such parameter."""
        parameter = self.values.get((group, name))
        return parameter.dimensions if parameter else ()

    def _chain(self, group: str, name: str) -> list[Parameter]:
        parts = []
        if (first := self.values.get((group, name))) is not None:
            parts.append(first)
        while (part := self.values.get((group, f"{name}{len(parts) + 1}"))) is not None:
            parts.append(part)
        return parts


def decode_text(data: bytes) -> str:
    """Text as programs write it: UTF-8, or else Windows' western page, padded with blanks or 0."""
    data = data.split(b"\0", 1)[0]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        # Latin-1 has a character for every byte, but control characters where Windows has quotes.
        text = "".join(_decode_western(byte) for byte in data)
    return "".join(c for c in text if c.isprintable()).strip()


def _decode_western(byte: int) -> str:
    return bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)


def read_parameters(section: bytes, number_format: NumberFormat, source: str) -> Parameters:
    """Follow the list of groups and parameters, from byte 4 of the section, to its end.

    Raises:
        NMMError: naming the byte where a group or parameter ends beyond the next.

    """
    names: dict[int, str] = {}
    found: list[tuple[int, str, Parameter]] = []
    position: int | None = 4
    while position is not None:
        start = position
        try:
            position = _read_item(section, start, number_format, names, found)
        except (IndexError, KeyError, ValueError):
            raise NMMError(
                f"{source}: expected a C3D file, but its parameters are damaged at byte {start}."
            ) from None
    values: dict[tuple[str, str], Parameter] = {}
    for group, name, parameter in found:
        if group in names:
            values.setdefault((names[group], name), parameter)
    return Parameters(values)


def _read_item(
    section: bytes,
    start: int,
    number_format: NumberFormat,
    names: dict[int, str],
    found: list[tuple[int, str, Parameter]],
) -> int | None:
    """Take one group or parameter up; returns where the next one begins, None after the last."""
    if start + 2 > len(section):
        return None
    length, group = (int(n) for n in np.frombuffer(section[start : start + 2], np.int8))
    if length == 0:
        return None
    # A length is negative where the parameter is locked.
    body = start + 2 + abs(length)
    name = decode_text(section[start + 2 : body]).upper()
    offset = int(number_format.view_integers(section[body : body + 2], signed=False)[0])
    if group <= 0:
        end = body + 2
        names.setdefault(-group, name)
    else:
        kind = int(np.int8(np.uint8(section[body + 2])))
        dimensions = tuple(section[body + 4 : body + 4 + section[body + 3]])
        data = body + 4 + section[body + 3]
        end = data + math.prod(dimensions) * SIZES[kind]
        if end > len(section):
            raise ValueError
        found.append((group, name, Parameter(kind, dimensions, section[data:end], number_format)))
    if offset == 0:
        return None
    following = body + offset
    if following < end:
        # Texts of more than 65535 bytes overflow the offset; what follows them is a description.
        following += math.ceil((end - following) / WORD) * WORD
    if following > len(section):
        raise ValueError
    return following
