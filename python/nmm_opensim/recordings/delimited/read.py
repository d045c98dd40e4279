"""The channels of a delimited file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError, nearest_names
from ..signal import Signal
from .blocks import Block, find_blocks
from .clock import check_counters, check_frames, find_clock, find_time_column
from .heading import Column, Heading, read_heading
from .layout import Layout
from .numbers import read_numbers
from .text import Text, read_text


@dataclass(frozen=True)
class Table:
    """Rows of numbers and what stands above them."""

    block: Block
    heading: Heading


def read_delimited(
    path: Path,
    what: str,
    rate: float | None = None,
    layout: Layout | None = None,
    names: Sequence[str] | None = None,
) -> list[Signal]:
    """The channels ``names``, or all; ``rate`` (Hz) is needed where the file does not say it.

    A name is a label, with or without its unit, or, where labels repeat, what stands above it
    with the label: ``SENSOR: LABEL``.

    Raises:
        NMMError: naming the line, if the file is not such a table, or contradicts itself or what
            is declared.

    """
    layout = layout or Layout()
    text = read_text(path, what, layout)
    tables = [Table(block, read_heading(text, block, layout)) for block in find_blocks(text)]
    check_frames(text, [table.heading for table in tables])
    wanted = _find_all(text, tables) if names is None else _find_wanted(text, tables, names)
    signals: dict[str, Signal] = {}
    for table in tables:
        chosen = {name: column for name, (own, column) in wanted.items() if own is table}
        if chosen:
            signals |= _read_table(text, table, chosen, rate)
    if not signals:
        raise NMMError(f"{text.source}: expected columns of signals, but found none.")
    return [signals[name] for name in wanted]


def _list_channels(tables: Sequence[Table]) -> list[tuple[Table, Column]]:
    """Columns that are neither times nor counts."""
    channels = []
    for table in tables:
        times = {
            time.index
            for column in table.heading.columns
            if (time := find_time_column(table.heading, column)) is not None
        }
        channels += [
            (table, column)
            for column in table.heading.columns
            if column.index not in times and not column.is_time
        ]
    return channels


def _find_all(text: Text, tables: Sequence[Table]) -> dict[str, tuple[Table, Column]]:
    """Every channel with numbers under a name of its own."""
    channels = [
        (table, column)
        for table, column in _list_channels(tables)
        if not column.is_counter and _has_numbers(text, table, column)
    ]
    labels = [column.label for _, column in channels]
    found: dict[str, tuple[Table, Column]] = {}
    for table, column in channels:
        name = column.label if labels.count(column.label) == 1 else column.full_name
        if not name or name in found:
            row = table.heading.first if table.heading.row is None else table.heading.row
            raise NMMError(
                f"{text.where(row)}: expected a label of its own over each column, but found "
                f"'{name}' over column {column.index + 1}{' again' if name else ''}; rename it."
            )
        found[name] = table, column
    return found


def _has_numbers(text: Text, table: Table, column: Column) -> bool:
    """Not so, where a system begins with words or nothing, or counts rows without a label."""
    first = table.heading.first
    rows = [text.cells(row) for row in range(first, min(table.block.last, first + 10))]
    cells = [cells[column.index] for cells in rows if column.index < len(cells)]
    numbers = [number for cell in cells if (number := text.number(cell)) is not None]
    if not column.label and len(numbers) > 2 and np.all(np.diff(numbers) == 1):
        return False
    return 2 * len(numbers) >= len(rows) or (bool(cells) and text.number(cells[0]) is not None)


def _find_wanted(
    text: Text, tables: Sequence[Table], names: Sequence[str]
) -> dict[str, tuple[Table, Column]]:
    channels = _list_channels(tables)
    return {name: _find_channel(text, channels, name) for name in names}


def _spell_label(column: Column) -> tuple[str, ...]:
    return (column.label,)


def _spell_otherwise(column: Column) -> tuple[str, ...]:
    return (column.full_name, column.written, column.group, *column.above)


def _find_channel(
    text: Text, channels: Sequence[tuple[Table, Column]], name: str
) -> tuple[Table, Column]:
    for spell in (_spell_label, _spell_otherwise):
        found = [(table, column) for table, column in channels if name in spell(column)]
        if len(found) == 1:
            return found[0]
        if found:
            full = [column.full_name for _, column in found]
            advice = (
                f"say which: {', '.join(full[:8])}"
                if len(set(full)) == len(full)
                else "rename them in the file"
            )
            row = found[0][0].heading.row
            where = text.source if row is None else text.where(row)
            raise NMMError(
                f"{where}: expected one channel '{name}', but found {len(found)}; {advice}."
            )
    labels = [column.label for _, column in channels if column.label]
    row = channels[0][0].heading.row if channels else None
    where = text.source if row is None else text.where(row)
    raise NMMError(
        f"{where}: expected a channel '{name}' among the labels, but there is none; "
        f"{nearest_names(name, labels)}."
    )


def _read_table(
    text: Text, table: Table, chosen: dict[str, Column], declared: float | None
) -> dict[str, Signal]:
    heading = table.heading
    needed = {column.index for column in chosen.values()}
    for column in chosen.values():
        if (time := find_time_column(heading, column)) is not None:
            needed.add(time.index)
    needed |= {column.index for column in heading.columns if column.is_counter}
    columns = read_numbers(text, table.block, heading, sorted(needed))
    check_counters(text, heading, columns)
    signals = {}
    for name, column in chosen.items():
        values = columns[column.index]
        if len(values) < 2:
            raise NMMError(
                f"{text.source}: expected at least two samples in column '{column.label}'."
            )
        if column.is_counter and np.all(values == np.floor(values)):
            raise NMMError(
                f"{text.source}: expected a channel in column '{column.label}', but it counts "
                "rows; name another."
            )
        rate, start = find_clock(text, heading, column, columns, declared)
        signal = Signal(text.source, name, column.unit, rate, start, values)
        signals[name] = _read_counts(column, signal)
    return signals


def _read_counts(column: Column, signal: Signal) -> Signal:
    """Counts of a converter in V, where the header names a sensor whose data sheet says how."""
    bits = column.device.bits.get(column.label) if column.device is not None else None
    if column.device is None or bits is None:
        return signal
    values: Array = signal.values
    if np.any(values != np.floor(values)):
        # Converted already, into what the header does not say.
        return replace(signal, unit=None)
    within = values.min() >= 0 and values.max() < 2**bits
    if not within or column.label not in column.device.volts:
        return signal
    supply, gain = column.device.volts[column.label]
    return replace(signal, unit="V", values=(values / 2**bits - 0.5) * supply / gain)
