"""The paper's experiment in one figure: who tells the deep muscles and the moment, by regime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from paper_scores import SYNX, Scores, label

from nmm_opensim.files import write_atomically
from nmm_opensim.running.palette import BASELINE, NMM, REFERENCE
from nmm_opensim.training.scoring import EMG, MOMENT

SHOWN = (
    "supervised",
    "neighbour_copy",
    "synx_nmf",
    "nmm",
    "posterior",
    "hybrid_without_emg",
    "hybrid",
)
"""Estimators from the top down."""
COLOURS = {"supervised": REFERENCE, "neighbour_copy": BASELINE, SYNX: "#0072b2"}
"""Of all others that of NMMs."""
TITLES = {
    "drifting": "muscles share as they like",
    "small_drift": "muscles share regularly",
    "pose_sharing": "sharing depends on the angle",
}


@dataclass(frozen=True)
class Measure:
    """What a row of panels shows: the mean of a metric over the quantities of a kind."""

    kind: str
    metric: str
    title: str
    scale: float
    more_is_better: bool


MEASURES = (
    Measure(EMG, "r", "deep EMG, r", 1.0, True),
    Measure(EMG, "rmse", "deep EMG, error as predicted (% of maximum)", 100.0, False),
    Measure(MOMENT, "nrmse", "joint moment, error (% of range)", 100.0, False),
)


def draw(scores: Scores, file: Path) -> None:
    """Measures down, regimes across; small dots are people, large ones their mean."""
    shown = [name for name in SHOWN if name in scores.setup.estimators]
    figure, panels = plt.subplots(
        len(MEASURES),
        len(scores.regimes),
        figsize=(1.6 + 2.9 * len(scores.regimes), 0.5 + len(MEASURES) * (0.55 + 0.25 * len(shown))),
        sharex="row",
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for row, measure in zip(panels, MEASURES, strict=True):
        for axes, regime in zip(row, scores.regimes, strict=True):
            _draw_panel(axes, gather(scores, regime, measure), shown, measure)
        row[len(row) // 2].set_xlabel(measure.title)
        _name_estimators(row[0], shown)
    for axes, regime in zip(panels[0], scores.regimes, strict=True):
        title = TITLES.get(regime, "")
        axes.set_title(f"$\\bf{{{regime.replace('_', chr(92) + '_')}}}$\n{title}", fontsize=10)
    write_atomically(file, lambda path: figure.savefig(path, dpi=150, format="png"))
    plt.close(figure)


def gather(scores: Scores, regime: str, measure: Measure) -> dict[str, list[float]]:
    """By estimator the measure of each person."""
    found: dict[str, dict[str, list[float]]] = {}
    for row in scores.select(regime, measure.kind):
        own = found.setdefault(row.estimator, {})
        own.setdefault(row.person, []).append(measure.scale * row.mean[measure.metric])
    return {
        name: [float(np.mean(values)) for values in people.values()]
        for name, people in found.items()
    }


def _draw_panel(
    axes: Axes, found: dict[str, list[float]], shown: Sequence[str], measure: Measure
) -> None:
    if SYNX in found:
        axes.axvline(float(np.mean(found[SYNX])), color=COLOURS[SYNX], lw=0.8, ls="--", zorder=0)
    for place, name in enumerate(reversed(shown)):
        if name not in found:
            continue
        colour = COLOURS.get(name, NMM)
        people = np.array(found[name])
        axes.plot(people, np.full(len(people), place), "o", ms=3.2, color=colour, alpha=0.45, mew=0)
        axes.plot(people.mean(), place, "o", ms=8, color=colour, mec="white", mew=0.8)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="y", color="#eeeeee", lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _name_estimators(axes: Axes, shown: Sequence[str]) -> None:
    """Beside the first panel of a row, in the colours of their dots."""
    names = list(reversed(shown))
    axes.set_yticks(range(len(names)), [label(name) for name in names], fontsize=9)
    for text, name in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(COLOURS.get(name, NMM))
