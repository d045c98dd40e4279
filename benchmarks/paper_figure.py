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
from paper_scores import HYBRID, SYNX, Scores, label

from nmm_opensim.arrays import Array
from nmm_opensim.files import write_atomically
from nmm_opensim.running.palette import BASELINE, NMM, REFERENCE
from nmm_opensim.training.scoring import EMG, MOMENT

MAY_LEAVE = ("nmm", "hybrid_without_emg")
"""They may lie beyond the panels, so that the others can be told apart."""
SHOWN = (
    "supervised",
    "neighbour_copy",
    SYNX,
    "nmm",
    "posterior",
    "hybrid_without_emg",
    HYBRID,
)
"""Estimators from the top down."""
COLOURS = {"supervised": REFERENCE, "neighbour_copy": BASELINE, SYNX: "#0072b2"}
"""Of all others that of NMMs."""
FAR_OFF = 1.5
"""How many times as long as without them an axis may become for them."""
BETTER = "#f1f7ee"
"""Behind what is better than SynX NMF."""
BEHIND = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
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
    digits: int
    more_is_better: bool = False

    @property
    def axis_label(self) -> str:
        """Its title, and where better ones are."""
        return f"{self.title}, better →" if self.more_is_better else f"← better, {self.title}"


MEASURES = (
    Measure(EMG, "r", "r of deep EMG", 1.0, 2, more_is_better=True),
    Measure(EMG, "rmse", "error of deep EMG as predicted (% of maximum)", 100.0, 0),
    Measure(MOMENT, "nrmse", "error of the joint moment (% of its range)", 100.0, 0),
)
Found = dict[str, list[float]]
"""By estimator the measure of each person."""


def draw(scores: Scores, file: Path) -> None:
    """Measures down, regimes across; small dots are people, large ones their mean."""
    shown = [name for name in SHOWN if name in scores.setup.estimators]
    figure, panels = plt.subplots(
        len(MEASURES),
        len(scores.regimes),
        figsize=(1.7 + 2.8 * len(scores.regimes), 0.7 + len(MEASURES) * (0.6 + 0.23 * len(shown))),
        sharex="row",
        squeeze=False,
        layout="constrained",
    )
    for row, measure in zip(panels, MEASURES, strict=True):
        found = [gather(scores, regime, measure) for regime in scores.regimes]
        told = [name for name in shown if any(name in each for each in found)]
        row[0].set_xlim(*_find_limits(found, told))
        for axes, each in zip(row, found, strict=True):
            _draw_panel(axes, each, told, measure)
        _name_estimators(row[0], told)
        row[len(row) // 2].set_xlabel(measure.axis_label)
    for axes, regime in zip(panels[0], scores.regimes, strict=True):
        axes.set_title(TITLES.get(regime, ""), fontsize=9)
        axes.annotate(
            regime,
            (0.5, 1.0),
            (0, 20),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            weight="bold",
            fontsize=11,
        )
    write_atomically(file, lambda path: figure.savefig(path, dpi=150, format="png"))
    plt.close(figure)


def gather(scores: Scores, regime: str, measure: Measure) -> Found:
    """By estimator the measure of each person."""
    found: dict[str, dict[str, list[float]]] = {}
    for row in scores.select(regime, measure.kind):
        own = found.setdefault(row.estimator, {})
        own.setdefault(row.person, []).append(measure.scale * row.mean[measure.metric])
    return {
        name: [float(np.mean(values)) for values in people.values()]
        for name, people in found.items()
    }


def _find_limits(found: Sequence[Found], told: Sequence[str]) -> tuple[float, float]:
    """What holds everybody, but for those of MAY_LEAVE that are far off all the others."""
    staying = [name for name in told if name not in MAY_LEAVE]
    values = _list_values(found, staying or told)
    room = FAR_OFF * np.ptp(values)
    for name in told:
        more = values + _list_values(found, [name])
        if np.ptp(more) <= room:
            values = more
    low, high = min(values), max(values)
    room = 0.08 * (high - low or 1.0)
    return low - room, high + room


def _list_values(found: Sequence[Found], told: Sequence[str]) -> list[float]:
    return [value for each in found for name in told for value in each.get(name, [])]


def _draw_panel(axes: Axes, found: Found, told: Sequence[str], measure: Measure) -> None:
    low, high = axes.get_xlim()
    if SYNX in found:
        bar = float(np.mean(found[SYNX]))
        better = (bar, high) if measure.more_is_better else (low, bar)
        axes.axvspan(*better, color=BETTER, lw=0, zorder=0)
        axes.axvline(bar, color=COLOURS[SYNX], lw=0.8, ls="--", zorder=0.5)
    for place, name in enumerate(reversed(told)):
        if name in found:
            _draw_estimator(axes, np.array(found[name]), place, name, measure)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.6, len(told) - 0.4)
    axes.set_yticks(range(len(told)), [])
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(axis="y", color="#e6e6e6", lw=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_estimator(axes: Axes, people: Array, place: int, name: str, measure: Measure) -> None:
    """Dots, or at the edge an arrow with the mean that lies beyond it."""
    low, high = axes.get_xlim()
    colour, mean = COLOURS.get(name, NMM), float(people.mean())
    inside = people[(people >= low) & (people <= high)]
    axes.plot(inside, np.full(len(inside), place), "o", ms=3.2, color=colour, alpha=0.45, mew=0)
    if low <= mean <= high:
        axes.plot(mean, place, "o", ms=8, color=colour, mec="white", mew=0.8)
        return
    text = f"{mean:.{measure.digits}f}"
    beyond = f"◀ {text}" if mean < low else f"{text} ▶"
    edge, side = (low, "left") if mean < low else (high, "right")
    axes.text(edge, place, beyond, ha=side, va="center", color=colour, fontsize=8, bbox=BEHIND)


def _name_estimators(axes: Axes, told: Sequence[str]) -> None:
    """Beside the first panel of a row, in the colours of their dots."""
    names = list(reversed(told))
    axes.set_yticks(range(len(names)), [label(name) for name in names], fontsize=9)
    for text, name in zip(axes.get_yticklabels(), names, strict=True):
        text.set_color(COLOURS.get(name, NMM))
        if name in (HYBRID, SYNX):
            text.set_fontweight("bold")
