"""Hide-a-muscle: tables and bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...benchmarking.benchmark import Benchmark
from ...benchmarking.benchmark_report import (
    NOT_APPLICABLE,
    label_estimator,
    make_legend,
    mark_trials,
)
from ...benchmarking.rows import Row, count_trials, pool_people, select
from ...running.palette import BASELINE, COLORS, NMM
from ...training.scoring import EMG
from ..plots import plot_bars
from .figure import Figure
from .numbers import format_score

OWN_COLORS = {"neighbour_copy": BASELINE, "posterior": NMM}


def describe_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    """Tables of r, error and coverage, hidden muscles down and estimators across, and bars."""
    rows = select(pool_people(benchmark.rows), EMG)
    answered = list(dict.fromkeys(row.estimator for row in rows))
    silent = [name for name in benchmark.setup.silent_estimators if name not in answered]
    estimators = [*answered, *silent]
    hidden = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    cells = {(row.hidden, row.quantity, row.estimator): row for row in rows}
    counts = count_trials(rows)

    def describe(key: tuple[str, str, str], metric: str, scale: float, digits: int) -> str:
        row = cells.get(key)
        if row is None:
            return NOT_APPLICABLE
        return format_score(row, metric, scale, digits) + mark_trials(row, counts[key[:2]])

    metrics = [
        ("r", "Correlation r", 1.0, 2),
        ("scaled_rmse", "RMSE after the best scale (%)", 100.0, 1),
    ]
    if any(not math.isnan(row.mean["coverage"]) for row in rows):
        metrics.append(("coverage", "Recording inside the 90 % interval (%)", 100.0, 0))
    tables = [
        {
            "title": title,
            "rows": [
                [
                    muscle,
                    *(
                        describe((group, muscle, name), metric, scale, digits)
                        for name in estimators
                    ),
                ]
                for group, muscle in hidden
            ],
        }
        for metric, title, scale, digits in metrics
    ]
    labels = {name: label_estimator(benchmark.setup, name) for name in estimators}
    return {
        "estimators": list(labels.values()),
        "legend": make_legend(benchmark.setup),
        "tables": tables,
        "verdicts": benchmark.verdicts,
        "figure": _draw_bars(
            rows, {name: labels[name] for name in answered}, len(benchmark.setup.people)
        ),
    }


def _draw_bars(rows: Sequence[Row], labels: Mapping[str, str], people: int) -> Figure:
    """R of the estimators in ``labels``, hidden muscles side by side."""
    hidden = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    cells = {(row.hidden, row.quantity, row.estimator): row for row in rows}
    colors = _color_estimators(list(labels))
    bars = []
    for name, label in labels.items():
        own = [cells.get((group, muscle, name)) for group, muscle in hidden]
        means = np.array([math.nan if row is None else row.mean["r"] for row in own])
        spreads = np.array([math.nan if row is None else row.deviation["r"] for row in own])
        bars.append((label, colors[name], means, spreads))
    over = f"{people} people" if people > 1 else "seeds"
    caption = f"r of each hidden muscle; whiskers: standard deviation over {over}"
    return Figure("benchmark", caption, plot_bars([muscle for _, muscle in hidden], bars))


def _color_estimators(names: Sequence[str]) -> dict[str, str]:
    """The posterior in the accent, the neighbour's copy grey as everywhere, others in colours."""
    others = iter(COLORS * len(names))
    return {name: OWN_COLORS.get(name) or next(others) for name in names}
