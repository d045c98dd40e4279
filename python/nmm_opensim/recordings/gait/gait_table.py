"""What was found of a trial's gait, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.markup import escape
from rich.table import Table

from .find import TrialGait


def make_contact_table(trials: Sequence[TrialGait]) -> Table:
    """Every contact with a plate in a row."""
    table = _make("trial", "plate", "time (s)", "foot", "used", "why")
    for trial in trials:
        for contact in trial.contacts:
            table.add_row(
                escape(trial.name),
                escape(contact.plate),
                f"{contact.start:.3f}–{contact.end:.3f}",
                contact.side,
                "yes" if contact.used else "no",
                escape(contact.note),
            )
    return table


def make_stride_table(trials: Sequence[TrialGait]) -> Table:
    """Every stride in a row, and whether its loads are known."""
    table = _make("trial", "stride", "time (s)", "takes (s)", "loads measured")
    for trial in trials:
        for stride in trial.strides:
            measured = "of both feet" if stride.both_measured else f"of the {stride.side} foot"
            table.add_row(
                escape(trial.name),
                stride.name,
                f"{stride.start:.3f}–{stride.end:.3f}",
                f"{stride.time:.3f}",
                measured if stride.measured else "no",
            )
    return table


def make_range_table(trials: Sequence[TrialGait]) -> Table:
    """Per trial, the spans in which all that a foot pressed on was measured."""
    sides = list(trials[0].ranges)
    table = _make("trial", *(f"measured, {side} (s)" for side in sides))
    for trial in trials:
        spans = [
            ", ".join(f"{start:.3f}–{end:.3f}" for start, end in trial.ranges[side]) or "none"
            for side in sides
        ]
        table.add_row(escape(trial.name), *spans)
    return table


def describe_offsets(offsets: Mapping[str, Sequence[float]]) -> str:
    """How far events by markers were from those of plates, before they were moved by the median."""
    parts = []
    for kind, values in offsets.items():
        if values:
            spread = np.ptp(values) / 2 * 1e3
            parts.append(
                f"{kind.replace('_', ' ')} {np.median(values) * 1e3:+.0f} ± {spread:.0f} ms"
            )
    if not parts:
        return (
            "No contact shows how far events by markers are from those of forces; they may be "
            "40 ms off."
        )
    count = max(map(len, offsets.values()))
    return (
        f"Events by markers came after those of forces ({count} contacts): {', '.join(parts)}; "
        "they are moved by that."
    )


def _make(*titles: str) -> Table:
    table = Table(box=None)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
