"""Scores as people read them: a table on the terminal, a CSV for everything else."""

from __future__ import annotations

import csv
import dataclasses
import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table as RichTable

from ..errors import NMMError
from ..files import write_csv
from ..nmm.trained import TrainedNMM
from .format_mean import format_mean
from .scoring import EMG, Score, Summary


def write_scores(path: Path, scores: Sequence[Score]) -> None:
    """Every score as one row of a CSV file."""
    header = [field.name for field in dataclasses.fields(Score)]
    write_csv(path, header, map(dataclasses.astuple, scores))


def read_scores(path: Path) -> list[Score]:
    """What :func:`write_scores` wrote."""
    kinds = {field.name: str(field.type) for field in dataclasses.fields(Score)}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [
                Score(**{name: _parse(row[name], kind) for name, kind in kinds.items()})
                for row in csv.DictReader(file)
            ]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise NMMError(
            f"scores '{path}': expected the table that training wrote, but found another "
            f"({type(error).__name__}: {error}); train again."
        ) from None


def _parse(text: str, kind: str) -> Any:
    if text == "" and kind.endswith("| None"):
        return None
    if kind.startswith("str"):
        return text
    return int(text) if kind.startswith("int") else float(text)


def list_scores(summaries: Sequence[Summary]) -> dict[str, dict[str, float]]:
    """Mean metrics by trial, quantity and estimator, without those that an estimator has not."""
    return {
        f"{s.trial}/{s.quantity} {s.kind}/{s.estimator}": {
            name: value for name, value in s.mean.items() if not math.isnan(value)
        }
        for s in summaries
    }


def describe_judgements(trained: TrainedNMM) -> list[str]:
    """How far each deep muscle is to be believed, and what decided parameters, one line each."""
    lines = [
        f"{muscle}: {judgement.describe()}" for muscle, judgement in trained.excitations.items()
    ]
    if trained.population is not None:
        lines.append(trained.population.describe())
    verdicts = [j.verdict for names in trained.parameters.values() for j in names.values()]
    if verdicts:
        determined = verdicts.count("determined by torque")
        lines.append(
            f"Muscle parameters: {determined} of {len(verdicts)} determined by torque, the others "
            "held near the model's own."
        )
    return lines


def make_tables(summaries: Sequence[Summary]) -> RenderableType:
    """For each quantity and trial the NMM beside its baselines; test trials first."""
    note = (
        "Mean ± standard deviation over seeds. EMG errors in % of the channel's maximum;\n"
        "NRMSE is relative to the reference's range; scaled RMSE is after the best\n"
        "positive scale. Hidden recordings are read only to score; in 90 %: the share of them\n"
        "inside the interval that is meant to hold 90 %."
    )
    ordered = sorted(summaries, key=lambda s: (s.kind, s.quantity, s.role != "test", s.trial))
    groups = groupby(ordered, key=lambda s: f"{s.quantity} {s.kind}, {s.trial} ({s.role})")
    return Group(*(_make_table(title, list(members)) for title, members in groups), note)


def _make_table(title: str, summaries: Sequence[Summary]) -> RichTable:
    table = RichTable(
        title=title, title_style="bold", title_justify="left", box=None, pad_edge=False
    )
    scale, unit = (100.0, "%") if summaries[0].kind == EMG else (1.0, "N m")
    # Widths are fixed, so that the tables align with each other and fit a terminal of 80 columns.
    table.add_column("", width=22, overflow="fold")
    headings = ["r", f"RMSE ({unit})", "NRMSE (%)", "scaled RMSE"]
    with_intervals = any(not math.isnan(summary.mean["coverage"]) for summary in summaries)
    if with_intervals:
        headings.append("in 90 % (%)")
    for heading in headings:
        table.add_column(heading, justify="right", width=12)
    for summary in summaries:
        table.add_row(
            summary.estimator,
            _number(summary, "r", 1.0, 2),
            _number(summary, "rmse", scale, 1),
            _number(summary, "nrmse", 100.0, 1),
            _number(summary, "scaled_rmse", scale, 1),
            *([_number(summary, "coverage", 100.0, 0)] if with_intervals else []),
        )
    return table


def _number(summary: Summary, metric: str, scale: float, digits: int) -> str:
    if math.isnan(summary.mean[metric]):
        return ""
    return format_mean(scale * summary.mean[metric], scale * summary.deviation[metric], digits)
