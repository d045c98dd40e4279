"""Tables of the paper's experiment: means by regime, seeds, intervals, and every person."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from paper_scores import MUSCLES, Scores, label

from nmm_opensim.benchmarking.marks import CEILING, GIVEN_MOMENTS, label_estimator
from nmm_opensim.benchmarking.rows import Row, pool_people
from nmm_opensim.training.format_mean import format_mean
from nmm_opensim.training.scoring import EMG, MOMENT

MAIN = (
    "neighbour_copy",
    "synx_nmf",
    "nmm",
    "hybrid",
    "hybrid_without_emg",
    "posterior",
    "supervised",
)
"""Estimators of which every person and load is shown."""
NOTHING = "–"


@dataclass(frozen=True)
class Metric:
    """How a metric is shown."""

    name: str
    title: str
    scale: float = 1.0
    digits: int = 2

    def format(self, row: Row | None, spread: bool = False) -> str:
        """Its mean in a row, with the deviation where there is a ``spread`` of interest."""
        if row is None or math.isnan(row.mean[self.name]):
            return NOTHING
        deviation = row.deviation[self.name] if spread else math.nan
        return format_mean(self.scale * row.mean[self.name], self.scale * deviation, self.digits)


R = Metric("r", "r")
RMSE = Metric("rmse", "RMSE (%)", 100.0, 1)
SCALED_RMSE = Metric("scaled_rmse", "RMSE, best scale (%)", 100.0, 1)
VAF = Metric("vaf", "VAF")
SCALED_VAF = Metric("scaled_vaf", "VAF, best scale")
NRMSE = Metric("nrmse", "NRMSE (%)", 100.0, 1)
MOMENT_RMSE = Metric("rmse", "RMSE (N m)")
COVERAGE = Metric("coverage", "inside (%)", 100.0, 0)
WIDTH = Metric("interval_width", "width (% of maximum)", 100.0, 0)
OF_EMG = (R, RMSE, SCALED_RMSE, VAF, SCALED_VAF)
OF_MOMENTS = (R, NRMSE, MOMENT_RMSE)


def make_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(line)} |" for line in (header, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(header)}", *lines[1:]])


def mark(scores: Scores, estimator: str) -> str:
    """A reader's name of an estimator, with the marks of what it was given."""
    marked = label_estimator(scores.setup, estimator)
    return label(estimator) + marked.removeprefix(estimator)


def name_muscle(muscle: str) -> str:
    """What a reader calls a muscle of the model."""
    return MUSCLES.get(muscle, muscle)


def make_regime_tables(scores: Scores) -> str:
    """By regime: both muscles' EMG and the moment, means over people ± deviation."""
    parts = []
    for regime, people in scores.regimes.items():
        parts.append(f"### {regime}")
        for muscle in scores.muscles:
            rows = scores.select(regime, EMG, muscle)
            parts.append(f"EMG of {name_muscle(muscle)}, {len(people)} people:")
            parts.append(_tabulate(scores, rows, OF_EMG))
        for coordinate in scores.coordinates:
            rows = scores.select(regime, MOMENT, coordinate)
            parts.append(f"Moment about {coordinate}:")
            parts.append(_tabulate(scores, rows, OF_MOMENTS))
    return "\n\n".join(parts)


def describe_marks() -> str:
    """What the marks behind estimators mean."""
    return (
        f"{GIVEN_MOMENTS}: given the moments of the very trial that it estimates. {CEILING}: "
        "taught with the hidden channels, or fitted to the trial that it is scored on."
    )


def _tabulate(scores: Scores, rows: Sequence[Row], metrics: Sequence[Metric]) -> str:
    pooled = {row.estimator: row for row in pool_people(rows)}
    return make_table(
        ["estimator", *(metric.title for metric in metrics)],
        [
            [mark(scores, name), *(metric.format(pooled[name], spread=True) for metric in metrics)]
            for name in scores.setup.estimators
            if name in pooled
        ],
    )


def make_seed_table(scores: Scores) -> str:
    """How far seeds of one person are apart: mean and largest deviation over people, by regime."""
    seeds = max(row.seeds for row in scores.rows)
    several = [row for row in scores.rows if row.seeds == seeds > 1]
    if not several:
        return "One seed each."
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in several:
        groups.setdefault((row.group, row.estimator, row.quantity), []).append(row)
    body = []
    for (regime, estimator, quantity), rows in groups.items():
        metrics = (R, RMSE) if rows[0].kind == EMG else (R, NRMSE)
        texts = [_format_deviations(rows, metric) for metric in metrics]
        body.append([regime, label(estimator), name_muscle(quantity), *texts, str(len(rows))])
    error = "RMSE of EMG, NRMSE of moments (%)"
    people = f"people of {seeds} seeds"
    return make_table(["regime", "estimator", "of", "r", error, people], body)


def _format_deviations(rows: Sequence[Row], metric: Metric) -> str:
    deviations = np.array([metric.scale * row.deviation[metric.name] for row in rows])
    digits = metric.digits + 1
    return f"{deviations.mean():.{digits}f} (at most {deviations.max():.{digits}f})"


def make_interval_table(scores: Scores) -> str:
    """Share of the truth inside the 90 % intervals, and their width, by regime."""
    giving = {row.estimator for row in scores.rows if _has_interval(row)}
    body = []
    for regime in scores.regimes:
        groups: dict[tuple[str, str], list[Row]] = {}
        for row in scores.select(regime, EMG):
            if row.estimator in giving:
                groups.setdefault((row.quantity, row.estimator), []).append(row)
        for (muscle, estimator), everyone in groups.items():
            rows = [row for row in everyone if _has_interval(row)]
            of = f"{len(rows)} of {len(everyone)}"
            what = [regime, name_muscle(muscle), label(estimator)]
            body.append([*what, *_describe_intervals(rows), of])
    header = ["regime", "muscle", "estimator", COVERAGE.title, "worst person", WIDTH.title]
    return make_table([*header, "people with an interval in all trials"], body)


def _has_interval(row: Row) -> bool:
    """Whether there was one in all trials."""
    return not math.isnan(row.mean[COVERAGE.name])


def _describe_intervals(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return [NOTHING] * 3
    (pooled,) = pool_people(rows)
    worst = COVERAGE.scale * min(row.mean[COVERAGE.name] for row in rows)
    return [COVERAGE.format(pooled, spread=True), f"{worst:.0f}", WIDTH.format(pooled)]


def make_people_tables(scores: Scores) -> str:
    """Every person and load: a table per regime and metric, cells of both muscles."""
    estimators = [name for name in scores.setup.estimators if name in MAIN]
    both = " / ".join(map(name_muscle, scores.muscles))
    parts = []
    for regime, people in scores.regimes.items():
        parts.append(f"## {regime}")
        for metric in OF_EMG:
            keys = [(EMG, muscle, metric) for muscle in scores.muscles]
            parts.append(f"### {regime}: EMG, {metric.title}, {both}")
            parts.append(_list_people(scores, people, estimators, keys))
        for coordinate in scores.coordinates:
            keys = [(MOMENT, coordinate, R), (MOMENT, coordinate, NRMSE)]
            parts.append(f"### {regime}: moment about {coordinate}, r / NRMSE (%)")
            parts.append(_list_people(scores, people, estimators, keys))
    return "\n\n".join(parts)


def _list_people(
    scores: Scores,
    people: Sequence[str],
    estimators: Sequence[str],
    keys: Sequence[tuple[str, str, Metric]],
) -> str:
    """Cells hold the metrics of all ``keys``: kind, quantity and metric."""
    found: Mapping[str, dict[tuple[str, str, str, str], Row]] = {
        load: {(row.person, row.estimator, row.kind, row.quantity): row for row in rows}
        for load, rows in scores.by_load.items()
    }
    told = [
        name
        for name in estimators
        if any(row.estimator == name and row.kind == keys[0][0] for row in scores.rows)
    ]
    return make_table(
        ["person", "left out", *(mark(scores, name) for name in told)],
        [
            [
                person,
                load,
                *(
                    " / ".join(
                        metric.format(rows.get((person, name, kind, quantity)))
                        for kind, quantity, metric in keys
                    )
                    for name in told
                ),
            ]
            for person in people
            for load, rows in found.items()
        ],
    )
