"""Scores as people read them: a table on the terminal, a CSV for everything else."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table as RichTable

from .artefact import write_atomically
from .scoring import EMG, Score, Summary


def write_scores(path: Path, scores: Sequence[Score]) -> None:
    """Every score as one row of a CSV file."""

    def write(temporary: Path) -> None:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(field.name for field in dataclasses.fields(Score))
            rows.writerows(dataclasses.astuple(score) for score in scores)

    write_atomically(path, write)


def make_tables(summaries: Sequence[Summary]) -> RenderableType:
    """Deep EMG beside its baselines, and moments, each as mean ± standard deviation over seeds."""
    emg = RichTable("deep EMG", "trial", "estimator", box=None, pad_edge=False)
    for heading in ("r", "RMSE", "NRMSE", "RMSE, best scale", "VAF"):
        emg.add_column(heading, justify="right", no_wrap=True)
    moments = RichTable("moment", "trial", "estimator", box=None, pad_edge=False)
    for heading in ("r", "RMSE", "NRMSE"):
        moments.add_column(heading, justify="right", no_wrap=True)
    # Neighbours belong under the NMM they are compared with.
    ordered = sorted(summaries, key=lambda s: [s.quantity, s.role != "test", s.trial])
    for summary in ordered:
        start = (summary.quantity, f"{summary.trial} ({summary.role})", summary.estimator)
        r, nrmse = _number(summary, "r", 1.0, ".2f"), _number(summary, "nrmse", 100.0, ".1f")
        if summary.kind == EMG:
            rmse, scaled = (_number(summary, m, 100.0, ".1f") for m in ("rmse", "scaled_rmse"))
            vaf = _number(summary, "vaf", 1.0, ".2f")
            emg.add_row(*start, r, f"{rmse} %", f"{nrmse} %", f"{scaled} %", vaf)
        else:
            moments.add_row(*start, r, f"{_number(summary, 'rmse', 1.0, '.1f')} N m", f"{nrmse} %")
    note = (
        "Mean ± standard deviation over seeds. EMG errors in % of the channel's maximum; NRMSE is "
        "relative to the\nreference's range. Hidden recordings are read only to score."
    )
    return Group(emg, "", moments, "", note)


def _number(summary: Summary, metric: str, scale: float, form: str) -> str:
    mean = format(scale * summary.mean[metric], form)
    if summary.seeds == 1:
        return mean
    return f"{mean} ± {format(scale * summary.deviation[metric], form)}"
