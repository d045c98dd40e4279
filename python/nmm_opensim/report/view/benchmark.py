"""Hide-a-muscle: tables and bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...benchmarking.benchmark import Benchmark
from ...benchmarking.benchmark_report import describe_people
from ...benchmarking.marks import NOT_APPLICABLE, label_estimators, make_legend, mark_trials
from ...benchmarking.person import Person
from ...benchmarking.rows import Row, count_trials, pool_people, select
from ...benchmarking.verdicts import Verdict
from ...running.palette import BASELINE, COLORS, NMM
from ...training.scoring import EMG
from ..plots import plot_bars
from .figure import Figure
from .numbers import format_score

OWN_COLORS = {"neighbour_copy": BASELINE, "posterior": NMM}


def describe_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    """The legend, and a section of tables, verdicts and bars for each group of people."""
    setup = benchmark.setup
    rows = select(pool_people(benchmark.rows), EMG)
    labels = label_estimators(setup)
    colors = _color_estimators(list(dict.fromkeys(row.estimator for row in rows)))
    sections = []
    for i, (group, people) in enumerate(setup.groups.items()):
        own = [row for row in rows if row.group == group]
        answered = list(dict.fromkeys(row.estimator for row in own))
        silent = [name for name in setup.silent_estimators if name not in answered]
        estimators = {name: labels[name] for name in (*answered, *silent)}
        bars = _draw_bars(own, {name: (labels[name], colors[name]) for name in answered}, people)
        sections.append(
            {
                "group": group,
                "people": f"{describe_people(people)}." if group else "",
                "estimators": list(estimators.values()),
                "tables": _make_tables(own, list(estimators)),
                "verdicts": [
                    _describe_verdict(verdict, labels)
                    for verdict in benchmark.verdicts
                    if verdict.group == group
                ],
                "figure": replace(bars, name=f"benchmark-{i}") if group else bars,
            }
        )
    return {"legend": make_legend(setup), "sections": sections}


def _make_tables(rows: Sequence[Row], estimators: Sequence[str]) -> list[dict[str, Any]]:
    """R, error and coverage, hidden muscles down and estimators across."""
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
    return [
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


def _describe_verdict(verdict: Verdict, labels: Mapping[str, str]) -> dict[str, str]:
    return {
        "muscle": verdict.muscle,
        "estimator": labels[verdict.estimator],
        "text": verdict.text,
    }


def _draw_bars(
    rows: Sequence[Row], looks: Mapping[str, tuple[str, str]], people: Sequence[Person]
) -> Figure:
    """R of the estimators in ``looks``, labels and colours, hidden muscles side by side."""
    hidden = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    cells = {(row.hidden, row.quantity, row.estimator): row for row in rows}
    bars = []
    for name, (label, color) in looks.items():
        own = [cells.get((group, muscle, name)) for group, muscle in hidden]
        means = np.array([math.nan if row is None else row.mean["r"] for row in own])
        spreads = np.array([math.nan if row is None else row.deviation["r"] for row in own])
        bars.append((label, color, means, spreads))
    over = f"{len(people)} people" if len(people) > 1 else "seeds"
    caption = f"r of each hidden muscle; whiskers: standard deviation over {over}"
    return Figure("benchmark", caption, plot_bars([muscle for _, muscle in hidden], bars))


def _color_estimators(names: Sequence[str]) -> dict[str, str]:
    """The posterior in the accent, the neighbour's copy grey as everywhere, others in colours."""
    others = iter(COLORS * len(names))
    return {name: OWN_COLORS.get(name) or next(others) for name in names}
