"""What the lines above a table say of it: rates and units, in the words that programs use.

docs/emg.md names the programs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .opensignals import Device, read_devices
from .text import Text
from .units import HERTZ, SECONDS, is_unit

KEY = re.compile(
    r"(sampl\w*|acquisition|scan|data|analog|emg|capture|camera|video|frame|marker)?[ _-]*"
    r"(rate|freq(uency|\.)?)|fs",
    re.IGNORECASE,
)
VALUE = r"([+-]?[\d.,]+(?:e[+-]?\d+)?)"
RATE = re.compile(rf"{VALUE}\s*(k?hz|samples\s*/\s*s(?:ec(?:ond)?)?)?", re.IGNORECASE)
WITHIN = re.compile(rf"sampl\w*\s+(?:rate|freq\w*)\s*[:=]\s*{VALUE}\s*(k?hz)?", re.IGNORECASE)
STEP = re.compile(rf"{VALUE}\s*([a-zµμ]+)\s*/\s*sample", re.IGNORECASE)
# EMGworks: a line for each channel.
CHANNEL = re.compile(
    rf"label:\s*(.+?)\s+sampling frequency:\s*{VALUE}\s.*?\bunit:\s*(\S+)", re.IGNORECASE
)
SAMPLES = re.compile(
    r"(number|no\.?)[ _]of[ _](points|samples|frames)|samples|frames|count", re.IGNORECASE
)
POINTS = re.compile(r"number of points:\s*(\d{1,12})\b", re.IGNORECASE)
COUNT = re.compile(r"\d{1,4} channels?", re.IGNORECASE)
# Nexus: the title of a table, and under it nothing but its rate.
TITLES = {"devices", "joints", "model outputs", "segments", "trajectories"}
UNIT_KEY = re.compile(r"((measure|measurement|data|emg)[ _-]*)?units?", re.IGNORECASE)


@dataclass(frozen=True)
class Rate:
    """``hz``, as line ``row`` (from 0) says."""

    hz: float
    row: int


@dataclass(frozen=True)
class Unit:
    """``name``, as line ``row`` (from 0) says."""

    name: str
    row: int


@dataclass(frozen=True)
class Count:
    """``samples`` of a channel or rows of the table, as line ``row`` (from 0) says."""

    samples: int
    row: int


@dataclass
class Preamble:
    """What is said of the whole table, and of channels by label."""

    rates: list[Rate] = field(default_factory=list)
    unit: Unit | None = None
    channel_rates: dict[str, Rate] = field(default_factory=dict)
    channel_units: dict[str, Unit] = field(default_factory=dict)
    # (name, unit) in the order of the columns.
    listed: list[tuple[str, Unit]] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)


def read_preamble(text: Text, rows: range) -> Preamble:
    """What the lines ``rows`` say."""
    found = Preamble()
    for row in rows:
        line = text.lines[row].lstrip("#%/ \t")
        if match := CHANNEL.search(line):
            label = match[1].strip('"')
            if hz := read_rate(text, match[2]):
                found.channel_rates[label] = Rate(hz, row)
            found.channel_units[label] = Unit(match[3], row)
            if points := POINTS.search(line):
                found.counts.append(Count(int(points[1]), row))
            continue
        if "{" in line:
            found.devices += read_devices(line, row)
            continue
        found.rates += [Rate(hz, row) for hz in _find_rates(text, line, row, rows)]
        for key, value in (*_pairs(text, line), *_pairs_below(text, row, rows)):
            if SAMPLES.fullmatch(key) and re.fullmatch(r"\d{1,12}", value):
                found.counts.append(Count(int(value), row))
        for key, value in _pairs(text, line):
            if UNIT_KEY.fullmatch(key) and is_unit(value.strip("()[]")):
                found.unit = Unit(value.strip("()[]"), row)
    found.listed = _read_listed(text, rows)
    return found


def read_rate(text: Text, cell: str) -> float | None:
    """A positive rate (Hz) in a cell, such as ``2148,148 Hz``."""
    match = RATE.fullmatch(cell.strip())
    if not match:
        return None
    unit = re.sub(r"\s", "", match[2] or "hz").lower()
    value = text.number(match[1])
    hz = 0.0 if value is None else value * HERTZ.get(unit, 1.0)
    return hz if 0 < hz < float("inf") else None


def is_rate_key(cell: str) -> bool:
    """Whether a cell is the name of a rate."""
    return KEY.fullmatch(re.sub(r"[(\[].*[)\]]", "", cell).strip(" :=")) is not None


def _find_rates(text: Text, line: str, row: int, rows: range) -> Iterator[float]:
    if match := STEP.search(line):
        step = text.number(match[1])
        unit = SECONDS.get(match[2].lower())
        if step and unit and step > 0:
            yield 1 / (step * unit)
    if match := WITHIN.search(line):
        if hz := read_rate(text, f"{match[1]} {match[2] or ''}"):
            yield hz
        return
    for key, value in (*_pairs(text, line), *_pairs_below(text, row, rows)):
        hz = read_rate(text, value) if is_rate_key(key) else None
        if hz is not None:
            yield hz * (1e3 if "khz" in key.lower() else 1.0)
    cells = text.filled(row)
    hz = read_rate(text, cells[0]) if len(cells) == 1 else None
    under_title = row > rows.start and _is_title(text.filled(row - 1))
    if hz is not None and (under_title or text.number(cells[0]) is None):
        yield hz


def _is_title(cells: list[str]) -> bool:
    return len(cells) == 1 and cells[0].lower() in TITLES


def _pairs(text: Text, line: str) -> Iterator[tuple[str, str]]:
    """``key: value``, in one cell or two; a key with more values begins a row of a table."""
    cells = [cell.strip().strip('"').strip() for cell in line.split(text.delimiter)]
    cells = [cell for cell in cells if cell]
    for cell in cells:
        key, mark, value = cell.replace("=", ":", 1).partition(":")
        if mark and value.strip():
            yield key.strip(), value.strip()
    if len(cells) == 2:
        yield cells[0].strip(" :="), cells[1]


def _pairs_below(text: Text, row: int, rows: range) -> list[tuple[str, str]]:
    """A small table: names, and under each its value."""
    if row + 1 not in rows:
        return []
    return list(zip(text.cells(row), text.cells(row + 1), strict=False))


def _read_listed(text: Text, rows: range) -> list[tuple[str, Unit]]:
    """AcqKnowledge: ``2 channels``, and then for each a line of its name and one of its unit."""
    for row in rows:
        if not COUNT.fullmatch(text.lines[row].strip()):
            continue
        count = int(text.lines[row].split()[0])
        names = range(row + 1, row + 1 + 2 * count, 2)
        if count and names[-1] + 1 in rows:
            return [
                (text.lines[name].strip(), Unit(text.lines[name + 1].strip(), name + 1))
                for name in names
            ]
    return []
