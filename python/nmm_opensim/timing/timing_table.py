"""Timing as people read it."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table

from ..estimators.emg_driven.lag import Lag
from .recordings import USUAL_DELAY, Timing


def make_table(timing: Timing) -> RenderableType:
    """One row per recording, their mean, and what was assumed."""
    table = Table(box=None, pad_edge=False)
    table.add_column("recording", overflow="fold")
    for heading in ("EMG leads (ms)", "each moment", "explained %", "stream lag"):
        table.add_column(heading, justify="right")
    for name, lag in timing.recordings.items():
        table.add_row(name, *_cells(lag), f"{1000 * timing.stream_lag(name):.0f}")
    if len(timing.recordings) > 1:
        table.add_row("mean", *_cells(timing.mean), "")
    low, high = (f"{1000 * bound:g}" for bound in USUAL_DELAY)
    note = (
        f"Electromechanical delay: {1000 * timing.delay:.0f} ms, assumed: the usual delay "
        f"({low}-{high} ms) nearest to\nthe lead. The rest is the streams' lag; recordings tell "
        "only the sum of the two.\n± is one standard deviation over blocks of time. Moments, in "
        f"order:\n{', '.join(timing.mean.by_coordinate)}. A setup gives the delay as "
        "<electromechanical_delay>,\nand adds the streams' lag to its trials' <emg_time_offset>."
    )
    return Group(table, note)


def _cells(lag: Lag) -> tuple[str, str, str]:
    return (
        f"{1000 * lag.seconds:.0f} ± {1000 * lag.spread:.0f}",
        ", ".join(f"{1000 * value:.0f}" for value in lag.by_coordinate.values()),
        ", ".join(f"{100 * value:.0f}" for value in lag.explained.values()),
    )
