"""The rows above a table's numbers: which holds labels, which units, which rates, which sensors."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ...errors import NMMError
from ..signal import VOLTS
from .blocks import Block
from .layout import Layout
from .opensignals import Device
from .preamble import UNIT_KEY, Preamble, Rate, Unit, is_rate_key, read_preamble, read_rate
from .text import Text
from .units import SECONDS, is_same, is_unit, part_unit

TIME = re.compile(
    r"(x ?)?time[ _]*(stamps?|series|axis)?\s*\d*|.* time series|zeit|temps|tiempo|tempo|tijd",
    re.IGNORECASE,
)
# Times only where nothing speaks against it: a marker has an x, too.
PERHAPS_TIME = re.compile(r"[xt]\s*\d*", re.IGNORECASE)
COUNTERS = {
    "frame", "frame#", "frames", "sub frame", "subframe", "nseq", "sample", "samples", "sample #",
    "item", "index", "no", "no.", "nr", "nr.", "#", "count", "counter", "scan",
}  # fmt: skip
SETTING = re.compile(r"[^:]+:\s.*")


@dataclass(frozen=True)
class Column:
    """Column ``index`` of a table: its label without a unit, the cell as ``written``.

    ``group`` is what stands above several columns, such as a sensor; ``above`` are the cells of
    the rows above the label, nearest first. ``device`` is what OpenSignals says of it.
    """

    index: int
    label: str
    written: str
    group: str = ""
    unit: str | None = None
    rate: Rate | None = None
    above: tuple[str, ...] = ()
    device: Device | None = None

    @property
    def is_time(self) -> bool:
        """Whether label or unit say that it holds times."""
        if self.unit is not None and self.unit.lower() in SECONDS:
            return True
        if self.label.lower() in SECONDS:
            return True
        if self.unit is None and PERHAPS_TIME.fullmatch(self.label):
            return True
        return TIME.fullmatch(self.label) is not None

    @property
    def is_counter(self) -> bool:
        """Whether its label is that of a count of rows."""
        return self.label.lower() in COUNTERS

    @property
    def full_name(self) -> str:
        """The label with what stands above it."""
        return f"{self.group}: {self.label}" if self.group else self.label


@dataclass(frozen=True)
class Heading:
    """A table's columns; ``row`` (from 0) holds their labels, None where the setup does.

    ``rates`` are said of the whole table. The numbers begin at row ``first``
    and end before row ``last``.
    """

    columns: tuple[Column, ...]
    row: int | None
    rates: tuple[Rate, ...]
    first: int
    last: int


def read_heading(text: Text, block: Block, layout: Layout) -> Heading:
    """Labels, units, rates and groups of a table.

    Raises:
        NMMError: naming the line, if there are no labels, or if the file contradicts itself.

    """
    block = replace(block, first=_skip_counts(text, block))
    rows = range(block.top, block.first)
    preamble = read_preamble(text, rows)
    row = None if preamble.devices else _find_label_row(text, rows, block)
    columns = [
        Column(index, *_part(cell))
        for index, cell in enumerate(_take_labels(text, block, row, preamble, layout))
    ]
    rate_row = None
    if row is not None:
        columns = _group(text, range(rows.start, row), columns)
        if (unit_row := _find_unit_row(text, rows, row)) is not None:
            columns = [_set_unit(text, c, _cell(text, unit_row, c), unit_row) for c in columns]
        if (rate_row := _find_rate_row(text, rows, row)) is not None:
            columns = [_set_rate(text, column, rate_row) for column in columns]
    _check_counts(text, block, preamble)
    rates = tuple(rate for rate in preamble.rates if rate.row != rate_row)
    return Heading(tuple(_apply(text, columns, preamble)), row, rates, block.first, block.last)


def _skip_counts(text: Text, block: Block) -> int:
    """A first row that counts the samples under it, or that is emptier than the next, is none."""
    first = block.first
    if block.last - first < 3:
        return first
    cells, after = text.cells(first), text.cells(first + 1)
    numbers = [text.number(cell) for cell in cells if cell]
    rows = sum(1 for row in range(first + 1, block.last) if text.lines[row].strip())
    if numbers and all(number == rows for number in numbers):
        return first + 1
    emptier = any(not cell and next_cell for cell, next_cell in zip(cells, after, strict=False))
    if not emptier or not all(number is None or number >= 1 for number in numbers):
        return first
    if max(number or 0 for number in numbers) == rows:
        return first + 1
    raise NMMError(
        f"{text.where(first)}: expected a value in each column that has one below, but found "
        f"'{text.quote(first)}'; delete the line, or write Hz behind what are rates."
    )


def _check_counts(text: Text, block: Block, preamble: Preamble) -> None:
    """Refuse a table of fewer rows than its header counts."""
    found = sum(1 for row in range(block.first, block.last) if text.lines[row].strip())
    for count in preamble.counts:
        if count.samples > found:
            raise NMMError(
                f"{text.where(count.row)}: expected the {count.samples} samples that it states, "
                f"but found {found} rows of numbers; the file is truncated: export it anew."
            )


def _find_label_row(text: Text, rows: range, block: Block) -> int | None:
    """The lowest of the rows with the most cells, no more than the table has."""
    most = max(len(text.cells(row)) for row in range(block.first, min(block.last, block.first + 9)))
    best: int | None = None
    best_score = ((block.width + 1) // 2, 0)
    above = True
    for row in reversed(rows):
        cells = text.filled(row)
        if not cells or _is_units(cells) or _is_rates(text, cells):
            continue
        if all(text.number(cell) is not None for cell in cells):
            continue
        score = (len(cells), len(set(cells)))
        if score > best_score and (above or len(cells) <= most):
            best, best_score = row, score
        above = False
    return best


def _is_units(cells: list[str]) -> bool:
    values = cells[1:] if UNIT_KEY.fullmatch(cells[0].strip(" :")) else cells
    return bool(values) and all(is_unit(cell.strip("()[]")) for cell in values)


def _is_rates(text: Text, cells: list[str]) -> bool:
    values = cells[1:] if cells and is_rate_key(cells[0]) else cells
    if not values or any(read_rate(text, cell) is None for cell in values):
        return False
    return values is not cells or any("hz" in cell.lower() for cell in values)


def _find_unit_row(text: Text, rows: range, label_row: int) -> int | None:
    """Under the labels, or just above them."""
    for row in range(label_row + 1, rows.stop):
        cells = text.filled(row)
        if any(is_unit(cell.strip("()[]")) for cell in cells) and not _is_rates(text, cells):
            return row
    row = label_row - 1
    if row >= rows.start and (cells := text.filled(row)) and _is_units(cells):
        return row if 2 * len(cells) >= len(text.filled(label_row)) else None
    return None


def _find_rate_row(text: Text, rows: range, label_row: int) -> int | None:
    """Under the labels, or the nearest above them that has more than one value."""
    for row in range(label_row + 1, rows.stop):
        if _is_rates(text, text.filled(row)):
            return row
    for row in range(label_row - 1, rows.start - 1, -1):
        cells = text.filled(row)
        if _is_rates(text, cells) and len(cells) - is_rate_key(cells[0]) > 1:
            return row
    return None


def _cell(text: Text, row: int, column: Column) -> str:
    cells = text.cells(row)
    return cells[column.index] if column.index < len(cells) else ""


def _part(cell: str) -> tuple[str, str, str, str | None]:
    """Label, cell, no group, unit."""
    label, unit = part_unit(cell)
    return label, cell, "", unit


def _set_unit(text: Text, column: Column, cell: str, row: int) -> Column:
    """What the file says of a unit, once or twice alike."""
    unit = cell.strip("()[] ")
    if not unit or UNIT_KEY.fullmatch(unit.strip(" :")) or column.unit == unit:
        return column
    if column.unit is not None and not is_same(column.unit, unit):
        raise NMMError(
            f"{text.where(row)}, column '{column.label}': expected the unit of its label, "
            f"'{column.unit}', but found '{unit}'; correct the file."
        )
    return replace(column, unit=unit)


def _set_rate(text: Text, column: Column, row: int) -> Column:
    hz = read_rate(text, _cell(text, row, column))
    return column if hz is None else replace(column, rate=Rate(hz, row))


def _take_labels(
    text: Text, block: Block, row: int | None, preamble: Preamble, layout: Layout
) -> list[str]:
    """One for each column, empty where the file has none."""
    found: list[str] = []
    if row is not None:
        found = text.cells(row)
        found[0] = found[0].lstrip("#% ")
        while len(found) > block.width and not found[-1]:
            found.pop()
    elif preamble.devices:
        found = [column for device in preamble.devices for column in device.columns]
    if layout.labels is not None:
        full = row is not None and row == block.first - 1 and len(found) == block.width
        if row is not None and full and tuple(found) != layout.labels:
            raise NMMError(
                f"{text.where(row)}: expected no labels, because <labels> declares them, but "
                f"found '{text.quote(row)}'; leave <labels> out."
            )
        found = list(layout.labels)
    if not found:
        raise NMMError(
            f"{text.where(block.first)}: expected a row of labels above the first row of numbers, "
            f"'{text.quote(block.first)}', but found none; add one, or declare <labels>, one for "
            f"each of {block.width} columns."
        )
    if row is None and len(found) != block.width:
        raise NMMError(
            f"{text.where(block.first)}: expected a column for each of {len(found)} labels, but "
            f"found {block.width} in '{text.quote(block.first)}'; correct the labels."
        )
    return found + [""] * (block.width - len(found))


def _group(text: Text, above: range, columns: list[Column]) -> list[Column]:
    """What stands above labels; where they repeat, also the name that spans what it tells apart."""
    rows = [text.cells(row) for row in reversed(above) if len(text.filled(row)) > 1]
    columns = [
        replace(c, above=tuple(cells[c.index] for cells in rows if c.index < len(cells)))
        for c in columns
    ]
    labels = [column.label for column in columns if not column.is_time]
    repeated = [c for c in columns if not c.is_time and c.label and labels.count(c.label) > 1]
    if not repeated:
        return columns
    for settings in (False, True):
        for row in reversed(above):
            cells = text.filled(row)
            if not cells or any(SETTING.fullmatch(cell) is not None for cell in cells) != settings:
                continue
            spanned = _span(text.cells(row), len(columns))
            names = {(spanned[c.index], c.label) for c in repeated}
            if len(names) == len(repeated):
                return [replace(c, group=spanned[c.index]) for c in columns]
    return columns


def _span(cells: list[str], count: int) -> list[str]:
    spanned, last = [], ""
    for index in range(count):
        last = (cells[index] if index < len(cells) else "") or last
        spanned.append(last)
    return spanned


def _apply(text: Text, columns: list[Column], preamble: Preamble) -> list[Column]:
    """What the preamble says of each channel, or of all."""
    channels = [c for c in columns if not c.is_time and not c.is_counter]
    listed = dict(zip([c.index for c in channels], preamble.listed, strict=False))
    if len(listed) < len(preamble.listed):
        listed = {}
    owners = [device for device in preamble.devices for _ in device.columns]
    applied = []
    for column in columns:
        if column.index in listed:
            name, unit = listed[column.index]
            column = replace(_set_unit(text, column, unit.name, unit.row), group=name)
        for label in (column.label, column.written):
            if label in preamble.channel_units:
                said = preamble.channel_units[label]
                column = _set_unit(text, column, said.name, said.row)
                column = replace(column, rate=preamble.channel_rates.get(label, column.rate))
                break
        if column in channels and preamble.unit is not None:
            column = _set_common_unit(text, column, preamble.unit)
        if column.index < len(owners):
            column = _apply_device(column, owners[column.index])
        applied.append(column)
    return applied


def _apply_device(column: Column, device: Device) -> Column:
    bits = device.bits.get(column.label)
    unit = f"counts of {bits} bits (line {device.row + 1})" if bits else column.unit
    rate = Rate(device.rate, device.row)
    return replace(column, group=device.name, unit=unit, rate=rate, device=device)


def _set_common_unit(text: Text, column: Column, unit: Unit) -> Column:
    """A unit of the whole table: of what has none, and held against other voltages."""
    if column.unit is None or (column.unit in VOLTS and unit.name in VOLTS):
        return _set_unit(text, column, unit.name, unit.row)
    return column
