"""When all loads of a foot, or of both, are measured: a file (.csv) that ``init`` takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import NMMError
from ...files import read_csv, require_reasonable, write_csv
from .gait_record import BOTH
from .gait_setup import SIDES
from .strides import Span

COLUMNS = ["side", "initial_time", "final_time"]


def write_measured(path: Path, ranges: Mapping[str, Sequence[Span]]) -> None:
    """One row for each span (s) of a side."""
    rows = [[side, f"{a:.4f}", f"{b:.4f}"] for side, spans in ranges.items() for a, b in spans]
    write_csv(path, COLUMNS, rows)


def read_measured(path: Path, side: str) -> list[Span]:
    """The spans (s) of a side: right, left or both.

    Raises:
        NMMError: naming the line, for what is no span, or if the side has none.

    """
    source = f"measured file '{path}'"
    require_reasonable(path, "measured file")
    found, lines = read_csv(path, "measured file")
    if found != COLUMNS:
        raise NMMError(
            f"{source}: expected the columns {','.join(COLUMNS)} of gait-events, but found "
            f"'{','.join(found)[:80]}'."
        )
    rows = [(row, f"{source}, line {line}") for line, row in lines]
    spans = [(row["side"], _read_span(row, where)) for row, where in rows]
    for (name, _), (_, where) in zip(spans, rows, strict=True):
        if name not in (*SIDES, BOTH):
            raise NMMError(f"{where}: expected {', '.join(SIDES)} or {BOTH}, but found '{name}'.")
    own = [span for name, span in spans if name == side]
    if not own:
        sides = ", ".join(sorted({name for name, _ in spans})) or "nothing"
        raise NMMError(
            f"{source}: expected times in which the loads of '{side}' are measured, but found "
            f"those of {sides}; leave the recording out."
        )
    return own


def _read_span(row: Mapping[str, str], where: str) -> Span:
    texts = [row[name] for name in COLUMNS[1:]]
    try:
        start, end = map(float, texts)
    except ValueError:
        start = end = math.nan
    if not (math.isfinite(start) and start < end < math.inf):
        raise NMMError(
            f"{where}: expected an initial and a later final time (s), but found {' '.join(texts)}."
        )
    return start, end
