"""When a column's samples were taken: its times, the rates that the file states, the declared one.

All that is known must agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ..signal import LARGEST_RATE_ERROR, find_rate
from .heading import Column, Heading
from .preamble import Rate
from .text import Text
from .units import SECONDS


def find_time_column(heading: Heading, column: Column) -> Column | None:
    """The nearest column of times before ``column``, or the only one behind it."""
    labels = {other.label.lower() for other in heading.columns}
    times = [
        other
        for other in heading.columns
        if other.is_time and not (other.label.lower() == "x" and "y" in labels)
    ]
    before = [other for other in times if other.index < column.index]
    if before:
        return before[-1]
    return times[0] if len(times) == 1 else None


def find_clock(
    text: Text,
    heading: Heading,
    column: Column,
    columns: Mapping[int, Array],
    declared: float | None,
) -> tuple[float, float]:
    """Rate (Hz) and first time (s) of a column.

    Raises:
        NMMError: if nothing says the rate, or two say different ones.

    """
    said = (column.rate,) if column.rate is not None else heading.rates
    time = find_time_column(heading, column)
    if time is None:
        return _choose_rate(text, heading, column, said, declared), 0.0
    values = columns[time.index] * _find_seconds(text, time)
    where = f"{text.source}, column '{time.label}' from line {heading.first + 1} on"
    length = len(columns[column.index])
    if length != len(values) and column.rate is not None and len(values) > 1:
        # A slower channel beside the times of a faster one, with a rate of its own.
        expected = len(values) * column.rate.hz / find_rate(where, values, None)
        if abs(length - expected) <= 1 + LARGEST_RATE_ERROR * expected:
            _check_declared(text, column, column.rate, declared)
            return column.rate.hz, float(values[0])
    if length != len(values):
        raise NMMError(
            f"{text.source}: expected {len(values)} samples in column '{column.label}', one for "
            f"each time of column '{time.label}', but found {length}."
        )
    known = [one.hz for one in said] if declared is None else [declared]
    for hz in known:
        if _is_rounded(values, hz) and (declared is None or not said or is_near(said[0].hz, hz)):
            return hz, float(values[0])
    rate = find_rate(where, values, declared)
    if said and not any(is_near(rate, one.hz) for one in said):
        raise NMMError(
            f"{text.where(said[0].row)}: states {said[0].hz:g} Hz, but the times of column "
            f"'{time.label}' have {rate:g} Hz; one of them is wrong: correct the file."
        )
    return rate, float(values[0])


def _is_rounded(time: Array, rate: float) -> bool:
    """Whether times are those of ``rate`` (Hz), printed with too few digits to tell samples."""
    step = np.diff(time)
    digit = float(step[step > 0].min(initial=np.inf))
    if not np.all(np.isfinite(time)) or not 1 / rate < 2 * digit < np.inf:
        return False
    even = np.arange(len(time)) / rate
    return bool(np.any(step <= 0) and np.all(np.abs(time - time[0] - even) <= 1.01 * digit))


def is_near(rate: float, other: float) -> bool:
    """Whether two rates are one, printed with few digits."""
    return abs(rate - other) <= LARGEST_RATE_ERROR * other


def _find_seconds(text: Text, time: Column) -> float:
    for name in (time.unit, time.label):
        if name is not None and name.lower() in SECONDS:
            return SECONDS[name.lower()]
    if time.unit is not None:
        raise NMMError(
            f"{text.source}: expected times in s or ms in column '{time.label}', but found "
            f"'{time.unit}'."
        )
    return 1.0


def _check_declared(text: Text, column: Column, said: Rate, declared: float | None) -> None:
    if declared is not None and not is_near(said.hz, declared):
        raise NMMError(
            f"{text.where(said.row)}, column '{column.label}': expected the declared sampling "
            f"rate, {declared:g} Hz, but the file states {said.hz:g} Hz; correct <sampling_rate>."
        )


def _choose_rate(
    text: Text,
    heading: Heading,
    column: Column,
    said: tuple[Rate | None, ...] | tuple[Rate, ...],
    declared: float | None,
) -> float:
    """Without times: the one rate that the file states, or the declared one."""
    _refuse_unnamed_times(text, heading, column)
    stated = [rate for rate in said if rate is not None]
    if declared is not None:
        if stated and not any(is_near(rate.hz, declared) for rate in stated):
            _check_declared(text, column, stated[0], declared)
        return declared
    if not stated:
        raise NMMError(
            f"{text.source}: found no column of times before '{column.label}' and no rate; "
            "declare <sampling_rate>."
        )
    if any(not is_near(rate.hz, stated[0].hz) for rate in stated):
        listed = ", ".join(f"{rate.hz:g} Hz in line {rate.row + 1}" for rate in stated[:4])
        raise NMMError(
            f"{text.source}: found several rates, {listed}; declare <sampling_rate> of column "
            f"'{column.label}'."
        )
    return stated[0].hz


def _refuse_unnamed_times(text: Text, heading: Heading, column: Column) -> None:
    """What rises evenly before a channel are times, though the label does not say so."""
    rows = [row for row in range(heading.first, heading.last) if text.lines[row].strip()]
    cells = [text.cells(row) for row in rows[:: max(1, len(rows) // 50)]]
    for other in heading.columns[: column.index]:
        found = [text.number(row[other.index]) if other.index < len(row) else None for row in cells]
        numbers = [number for number in found if number is not None and np.isfinite(number)]
        step = np.diff(numbers)
        if other.is_counter or len(step) < 4 or len(step) + 1 < len(cells):
            continue
        apart = max(1, len(rows) // 50)
        if step[0] > 0 and step[0] != apart and np.allclose(step, step[0], rtol=0.05, atol=0):
            where = text.source if heading.row is None else text.where(heading.row)
            raise NMMError(
                f"{where}: column {other.index + 1}, '{other.label}', rises evenly by "
                f"{step[0] / apart:.3g}, as times do, but its label does not say so; label it "
                "'time (s)' or 'time (ms)', or take it out."
            )


def check_counters(text: Text, heading: Heading, columns: Mapping[int, Array]) -> None:
    """Refuse a table whose count of rows jumps: samples are missing there."""
    counters = [
        column
        for column in heading.columns
        if column.index in columns and column.is_counter and len(columns[column.index]) > 2
    ]
    counts = [columns[column.index] for column in counters]
    if not counters or any(np.any(values != np.floor(values)) for values in counts):
        return
    values = counts[0]
    if (
        len(counts) > 1
        and counters[1].label.lower().startswith("sub")
        and len({len(counts[0]), len(counts[1])}) == 1
    ):
        # Nexus counts frames, and samples within them from 0.
        within = counts[1] - counts[1].min()
        values = values * (within.max() + 1) + within
    steps = np.diff(values)
    usual = float(np.median(steps))
    wraps = (values[:-1] == values.max()) & (values[1:] == values.min())
    jumps = np.flatnonzero((steps != usual) & ~wraps)
    if usual > 0 and len(jumps):
        at = int(jumps[0])
        rows = [row for row in range(heading.first, heading.last) if text.lines[row].strip()]
        raise NMMError(
            f"{text.where(rows[at + 1])}, column '{counters[0].label}': expected the count after "
            f"that of line {rows[at] + 1}, but it jumps; samples are missing: fill the gap or "
            "leave the range out."
        )


def check_frames(text: Text, headings: Sequence[Heading]) -> None:
    """Refuse tables whose rates and counts of samples in a frame make different frame rates."""
    first: tuple[float, Rate] | None = None
    for heading in headings:
        frame = [c.index for c in heading.columns if c.label.lower() == "frame"]
        within = [c.index for c in heading.columns if c.label.lower() in ("sub frame", "subframe")]
        if not frame or not within or len(heading.rates) != 1:
            continue
        rate = heading.rates[0]
        samples = _count_within(text, heading, frame[0])
        if first is None:
            first = rate.hz / samples, rate
        elif not is_near(rate.hz / samples, first[0]):
            raise NMMError(
                f"{text.where(rate.row)}: states {rate.hz:g} Hz, which makes "
                f"{rate.hz / samples:g} frames in 1 s, but line {first[1].row + 1} states "
                f"{first[1].hz:g} Hz, which makes {first[0]:g}; one of them is wrong: correct it."
            )


def _count_within(text: Text, heading: Heading, frame: int) -> int:
    """Rows of a whole frame among the table's first."""
    counts: dict[str, int] = {}
    for row in range(heading.first, heading.last):
        cells = text.cells(row)
        if len(counts) > 2:
            break
        if frame >= len(cells):
            continue
        counts[cells[frame]] = counts.get(cells[frame], 0) + 1
    return max(counts.values(), default=1)
