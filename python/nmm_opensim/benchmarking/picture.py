"""A benchmark in a picture: how well each estimator tells the hidden channels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from ..files import write_atomically
from .rows import Row


def draw(rows: Sequence[Row], labels: Mapping[str, str], file: Path) -> None:
    """Bars of r: hidden channels side by side, one colour per estimator, groups down."""
    muscles = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    estimators = list(dict.fromkeys(row.estimator for row in rows))
    groups = list(dict.fromkeys(row.group for row in rows))
    figure, panels = plt.subplots(
        len(groups),
        figsize=(max(6.0, 1.1 * len(muscles) + 2.0), 3.6 + 2.4 * (len(groups) - 1)),
        squeeze=False,
        sharey=True,
    )
    for axes, group in zip(panels[:, 0], groups, strict=True):
        own = [row for row in rows if row.group == group]
        _draw_bars(axes, own, muscles, {name: labels[name] for name in estimators})
        of = "r of the hidden EMG"
        axes.set_ylabel(f"{group}\n{of}" if group else of, parse_math=False)
    panels[0, 0].legend(
        fontsize=8, ncols=min(4, len(estimators)), loc="lower left", bbox_to_anchor=(0, 1)
    )
    figure.tight_layout()
    write_atomically(file, lambda path: figure.savefig(path, dpi=150, format="png"))
    plt.close(figure)


def _draw_bars(
    axes: Axes,
    rows: Sequence[Row],
    muscles: Sequence[tuple[str, str]],
    labels: Mapping[str, str],
) -> None:
    """One group's bars, of the estimators in ``labels``."""
    width = 0.8 / len(labels)
    for j, (estimator, label) in enumerate(labels.items()):
        own = {(row.hidden, row.quantity): row for row in rows if row.estimator == estimator}
        places = [i + (j + 0.5) * width - 0.4 for i, m in enumerate(muscles) if m in own]
        means = [own[m].mean["r"] for m in muscles if m in own]
        spreads = [own[m].deviation["r"] for m in muscles if m in own]
        bars = [0.0 if math.isnan(spread) else spread for spread in spreads]
        axes.bar(places, means, width, yerr=bars, label=label, error_kw={"lw": 0.8})
    axes.axhline(0.0, color="black", lw=0.8)
    axes.set_xticks(range(len(muscles)), [m for _, m in muscles], rotation=20, ha="right")
    axes.spines[["top", "right"]].set_visible(False)
