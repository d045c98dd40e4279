"""Hide-a-muscle: tables and bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...benchmarking.benchmark import Benchmark
from ...benchmarking.benchmark_report import LEGEND, NOT_APPLICABLE, label_estimator
from ...benchmarking.summary import select
from ...running.palette import BASELINE, COLORS, NMM
from ...training.scoring import EMG
from ..plots import plot_bars
from .figure import Figure
from .numbers import format_score

OWN_COLORS = {"neighbour_copy": BASELINE, "posterior": NMM}


def describe_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    """Tables of r, error and coverage, hidden muscles down and estimators across, and bars."""
    rows = select(benchmark.rows, EMG)
    estimators = list(dict.fromkeys(row.estimator for row in rows))
    hidden = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    cells = {(row.hidden, row.quantity, row.estimator): row for row in rows}
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
                        format_score(cells[group, muscle, name], metric, scale, digits)
                        if (group, muscle, name) in cells
                        else NOT_APPLICABLE
                        for name in estimators
                    ),
                ]
                for group, muscle in hidden
            ],
        }
        for metric, title, scale, digits in metrics
    ]
    labels = {name: label_estimator(benchmark.setup, name) for name in estimators}
    colors = _color_estimators(estimators)
    bars = []
    for name in estimators:
        own = [cells.get((group, muscle, name)) for group, muscle in hidden]
        means = np.array([math.nan if row is None else row.mean["r"] for row in own])
        spreads = np.array([math.nan if row is None else row.deviation["r"] for row in own])
        bars.append((labels[name], colors[name], means, spreads))
    caption = "r of each hidden muscle; whiskers: standard deviation over seeds"
    return {
        "estimators": list(labels.values()),
        "legend": LEGEND,
        "tables": tables,
        "verdicts": benchmark.verdicts,
        "figure": Figure("benchmark", caption, plot_bars([m for _, m in hidden], bars)),
    }


def _color_estimators(names: Sequence[str]) -> dict[str, str]:
    """The posterior in the accent, the neighbour's copy grey as everywhere, others in colours."""
    others = iter(COLORS * len(names))
    return {name: OWN_COLORS.get(name) or next(others) for name in names}
