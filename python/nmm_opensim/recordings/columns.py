"""Columns of a recording that are taken over as coordinates or moments of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..arrays import Array, Flags, find_runs
from ..errors import NMMError
from .c3d.analog import list_analog
from .c3d.content import read_c3d
from .c3d.outputs import list_outputs
from .delimited import Layout
from .read import choose, read_signals
from .signal import Signal

FEWEST = 2


@dataclass(frozen=True)
class Reading:
    """What is declared of a file: its ``rate`` (Hz), its ``layout``, the times to take (s)."""

    rate: float | None = None
    layout: Layout | None = None
    initial_time: float | None = None
    final_time: float | None = None


def read_columns(
    path: Path, labels: Sequence[str], what: str, kind: str, reading: Reading
) -> list[Signal]:
    """The columns ``labels`` in their order, over the times that all of them cover.

    Of a C3D file they are analog channels, or components such as ``RKneeAngles:X`` of points of
    ``kind``, whose gaps at the ends are cut off.

    Raises:
        NMMError: naming the column, if it is not there, has a gap inside, or a clock of its own.

    """
    if path.suffix.lower() == ".c3d":
        signals = _read_c3d_columns(path, labels, what, kind, reading)
    else:
        signals = read_signals(path, what, reading.rate, reading.layout, labels)
    chosen = [choose(signals, label) for label in labels]
    first = chosen[0]
    for signal in chosen:
        clock = (signal.rate, signal.start, len(signal.values))
        if clock != (first.rate, first.start, len(first.values)):
            raise NMMError(
                f"{signal.source}: column '{signal.name}': expected the times of column "
                f"'{first.name}', but found others; convert each into a file of its own."
            )
    return _cut(chosen, path.suffix.lower() == ".c3d", reading)


def _read_c3d_columns(
    path: Path, labels: Sequence[str], what: str, kind: str, reading: Reading
) -> list[Signal]:
    c3d = read_c3d(path, what)
    found = list(list_outputs(c3d, kind, list(labels)))
    if {signal.name for signal in found} >= set(labels):
        return found
    if c3d.layout.channels:
        return [*found, *list_analog(c3d, reading.rate)]
    missing = next(label for label in labels if label not in {signal.name for signal in found})
    raise NMMError(
        f"{c3d.source}: expected a point and its axis, such as RKneeAngles:X, but there is no "
        f"'{missing}' and no analog channel."
    )


def _cut(chosen: Sequence[Signal], trim: bool, reading: Reading) -> list[Signal]:
    """The same columns over the declared times; if ``trim``, without the gaps at the ends."""
    first, time = chosen[0], chosen[0].time
    known = np.all([np.isfinite(signal.values) for signal in chosen], axis=0)
    # Times are steps; half of one is no other time.
    slack = 0.5 / first.rate
    inside = np.ones(len(time), dtype=bool)
    if reading.initial_time is not None:
        inside &= time >= reading.initial_time - slack
    if reading.final_time is not None:
        inside &= time <= reading.final_time + slack
    wanted = np.flatnonzero(inside & known if trim else inside)
    if len(wanted) < FEWEST:
        raise NMMError(
            f"{first.source}: expected times at which all of {_name(chosen)} exist, but found "
            f"{len(wanted)} of them."
        )
    begin, end = int(wanted[0]), int(wanted[-1]) + 1
    if trim and not known[begin:end].all():
        gap = begin + int(np.argmin(known[begin:end]))
        which = next(signal for signal in chosen if not np.isfinite(signal.values[gap]))
        raise NMMError(
            f"{first.source}: column '{which.name}': expected no gap inside, but there is one at "
            f"{time[gap]:g} s; choose times without (--initial-time, --final-time): "
            f"{_describe_stretches(time, known & inside)}."
        )
    return [
        Signal(s.source, s.name, s.unit, s.rate, float(time[begin]), s.values[begin:end])
        for s in chosen
    ]


def _name(chosen: Sequence[Signal]) -> str:
    return ", ".join(f"'{signal.name}'" for signal in chosen)


def _describe_stretches(time: Array, known: Flags) -> str:
    """The longest stretches without a gap."""
    stretches = sorted(find_runs(known).tolist(), key=lambda run: run[0] - run[1])[:3]
    return ", ".join(f"{time[a]:g} to {time[b - 1]:g} s" for a, b in sorted(stretches))


def split_signs(columns: Mapping[str, str], what: str) -> tuple[list[str], Array]:
    """Coordinates of ``columns``, each once, and 1 or -1 where a name begins with ``-``."""
    names = [name.removeprefix("-") for name in columns.values()]
    if not names or len(set(names)) < len(names) or not all(names):
        raise NMMError(
            f"{what}: expected a coordinate of its own for each column, but found "
            f"{' '.join(columns.values()) or 'none'}."
        )
    return names, np.array([-1.0 if name.startswith("-") else 1.0 for name in columns.values()])


def parse_columns(words: Sequence[str]) -> dict[str, str]:
    """``LABEL=COORDINATE`` or ``LABEL=-COORDINATE`` for each word; labels may hold ``=``."""
    columns = {}
    for word in words:
        label, _, coordinate = word.rpartition("=")
        if not label or not coordinate.removeprefix("-") or label in columns:
            raise NMMError(
                "column: expected LABEL=COORDINATE, each label once, such as "
                f"value=elbow_flexion, but found '{word}'."
            )
        columns[label] = coordinate
    return columns
