"""What init found, for the terminal."""

from __future__ import annotations

from rich.table import Table as RichTable

from ...nmm.sources import Deep, Measured, Tied
from .assignment import AssignedSource
from .init import Written


def make_table(written: Written) -> RichTable:
    """Each muscle with its group and source."""
    table = RichTable(box=None, pad_edge=False)
    for heading in ("muscle", "group", "source"):
        table.add_column(heading)
    for assigned in written.sources:
        muscle = assigned.source.muscle
        style = "yellow" if assigned.open else None
        table.add_row(muscle, str(written.anatomy.find_action(muscle)), _say(assigned), style=style)
    return table


def _say(assigned: AssignedSource) -> str:
    match assigned.source:
        case Measured(channels=channels):
            return f"measured by {', '.join(channels)}"
        case Deep(recorded_channel=channel):
            return "deep" + (f", scored by {channel}" if channel else "")
        case Tied(to=other):
            return f"tied to {other}"
        case _:
            return f"unscored: {assigned.reason}"
