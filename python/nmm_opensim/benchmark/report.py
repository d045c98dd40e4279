"""A benchmark's tables: Markdown to read, CSV and JSON to compute with, a figure to look at."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt

from ..files import write_atomically, write_text
from ..training.scoring import EMG, MOMENT
from .setup import BenchmarkSetup
from .summary import METRICS, Row, Verdict, select


def make_markdown(setup: BenchmarkSetup, rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """EMG and moments of every estimator, and what they mean."""
    emg, moments = select(rows, EMG), select(rows, MOMENT)
    folds = ", ".join(fold.name for fold in setup.folds)
    seeds = " ".join(map(str, setup.seeds))
    parts = [
        f"# Hide-a-muscle: {setup.name}",
        f"Test trials only. Folds: {folds}; seeds: {seeds}. Mean over trials and folds, ± standard "
        "deviation over seeds; EMG errors in % of the channel's maximum. Each hidden channel was "
        "read only to score.",
        "## EMG of the hidden muscle, r",
        _make_table(emg, "hidden channel", "hidden_channel", "r", 1.0, 2),
        "## EMG of the hidden muscle, RMSE after the best positive scale (%)",
        _make_table(emg, "hidden channel", "hidden_channel", "scaled_rmse", 100.0, 1),
    ]
    for coordinate in dict.fromkeys(row.quantity for row in moments):
        of = [row for row in moments if row.quantity == coordinate]
        parts += [
            f"## Moment about {coordinate}, r",
            _make_table(of, "hidden channel", "hidden_channel", "r", 1.0, 2),
        ]
    if verdicts:
        parts += ["## Trust the NMM for this muscle?", _make_verdicts(verdicts)]
    return "\n\n".join(parts) + "\n"


def _make_table(
    rows: Sequence[Row], title: str, key: str, metric: str, scale: float, digits: int
) -> str:
    estimators = list(dict.fromkeys(row.estimator for row in rows))
    cells = {(getattr(row, key), row.estimator): row for row in rows}
    lines = [
        f"| {title} | {' | '.join(estimators)} |",
        "|---|" + "---|" * len(estimators),
    ]
    for name in dict.fromkeys(getattr(row, key) for row in rows):
        texts = [
            _format(cells.get((name, estimator)), metric, scale, digits) for estimator in estimators
        ]
        lines.append(f"| {name} | {' | '.join(texts)} |")
    return "\n".join(lines)


def _format(row: Row | None, metric: str, scale: float, digits: int) -> str:
    if row is None:
        return ""
    mean = f"{scale * row.mean[metric]:.{digits}f}"
    deviation = row.deviation[metric]
    return mean if math.isnan(deviation) else f"{mean} ± {scale * deviation:.{digits}f}"


def _make_verdicts(verdicts: Sequence[Verdict]) -> str:
    lines = [
        "| hidden channel | NMM r | best fair baseline | its r | verdict |",
        "|---|---|---|---|---|",
    ]
    for verdict in verdicts:
        lines.append(
            f"| {verdict.hidden_channel} | {verdict.r:.2f} | {verdict.best_baseline} | "
            f"{verdict.baseline_r:.2f} | {verdict.text} |"
        )
    return "\n".join(lines)


def write_report(
    setup: BenchmarkSetup, rows: Sequence[Row], verdicts: Sequence[Verdict]
) -> list[Path]:
    """Write all tables and the figure; their paths."""
    stem = setup.results_directory / f"{setup.name}_benchmark"
    contents = {
        ".md": make_markdown(setup, rows, verdicts),
        ".csv": _make_csv(rows),
        ".json": json.dumps([asdict(row) for row in rows], indent=1),
    }
    files = []
    for suffix, text in contents.items():
        file = stem.with_suffix(suffix)
        write_text(file, text)
        files.append(file)
    picture = stem.with_suffix(".png")
    _draw(select(rows, EMG), picture)
    return [*files, picture]


def _make_csv(rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    spreads = [f"{metric}_deviation" for metric in METRICS]
    writer.writerow(
        ["hidden_channel", "estimator", "kind", "quantity", "trials", "seeds", *METRICS, *spreads]
    )
    for row in rows:
        writer.writerow(
            [row.hidden_channel, row.estimator, row.kind, row.quantity, row.trials, row.seeds]
            + [f"{row.mean[metric]:.6g}" for metric in METRICS]
            + [f"{row.deviation[metric]:.6g}" for metric in METRICS]
        )
    return out.getvalue()


def _draw(rows: Sequence[Row], file: Path) -> None:
    """Bars of r: hidden channels side by side, one colour per estimator."""
    channels = list(dict.fromkeys(row.hidden_channel for row in rows))
    estimators = list(dict.fromkeys(row.estimator for row in rows))
    width = 0.8 / len(estimators)
    figure, axes = plt.subplots(figsize=(max(6.0, 1.1 * len(channels) + 2.0), 3.6))
    for j, estimator in enumerate(estimators):
        own = {row.hidden_channel: row for row in rows if row.estimator == estimator}
        places = [i + (j + 0.5) * width - 0.4 for i, c in enumerate(channels) if c in own]
        means = [own[c].mean["r"] for c in channels if c in own]
        spreads = [own[c].deviation["r"] for c in channels if c in own]
        bars = [0.0 if math.isnan(spread) else spread for spread in spreads]
        axes.bar(places, means, width, yerr=bars, label=estimator, error_kw={"lw": 0.8})
    axes.axhline(0.0, color="black", lw=0.8)
    axes.set_xticks(range(len(channels)), channels, rotation=20, ha="right")
    axes.set_ylabel("r of the hidden EMG")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, ncols=min(4, len(estimators)), loc="lower left", bbox_to_anchor=(0, 1))
    figure.tight_layout()
    write_atomically(file, lambda path: figure.savefig(path, dpi=150, format="png"))
    plt.close(figure)
