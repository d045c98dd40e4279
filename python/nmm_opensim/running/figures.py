"""Panels drawn with Matplotlib: the picture of a run, and figures for papers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..files import write_atomically
from .palette import NMM, OUTSIDE
from .panels import Panel, make_deep_panels, make_moment_panels
from .results import RunResults

DASHES = {"solid": "-", "dash": "--", "dot": ":"}
# Names are no mathematics; the same input makes the same file; text stays text.
SETTINGS: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.hashsalt": "nmm-opensim",
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}
UNDATED: dict[str, dict[str, Any]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}


def draw_run(results: RunResults, path: Path) -> None:
    """One panel per deep muscle and per moment, written to ``path`` (PNG)."""
    draw_panels(make_deep_panels(results) + make_moment_panels(results), [path])


def draw_panels(panels: Sequence[Panel], paths: Sequence[Path]) -> None:
    """Panels below each other, in one file for each of ``paths`` (.png, .pdf, .svg)."""
    with plt.rc_context(SETTINGS):
        figure, axes = plt.subplots(
            len(panels), 1, figsize=(8.0, 2.6 * len(panels)), sharex=True, squeeze=False
        )
        for axis, panel in zip(axes[:, 0], panels, strict=True):
            _draw_panel(axis, panel)
            axis.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
        axes[-1, 0].set_xlabel("time (s)")
        save(figure, paths)


def draw_grid(panel: Panel, paths: Sequence[Path], columns: int = 4) -> None:
    """Each line of ``panel`` in axes of its own, all to one scale."""
    rows = -(-len(panel.lines) // columns)
    with plt.rc_context({**SETTINGS, "font.size": 8}):
        figure, axes = plt.subplots(
            rows, columns, figsize=(7.2, 1.3 * rows + 0.4), sharex=True, sharey=True, squeeze=False
        )
        for axis in axes.flat[len(panel.lines) :]:
            axis.remove()
        for axis, line in zip(axes.flat, panel.lines, strict=False):
            _draw_outside(axis, panel)
            axis.plot(panel.time, line.values, color=line.color, lw=1.2)
            axis.set_title(line.label, loc="left", fontsize=8)
            axis.spines[["top", "right"]].set_visible(False)
        figure.supxlabel("time (s)", fontsize=8)
        figure.supylabel(f"{panel.title} ({panel.unit})", fontsize=8)
        save(figure, paths)


def save(figure: Figure, paths: Sequence[Path]) -> None:
    """Write a figure to each of ``paths`` in the format of its ending, and close it."""
    figure.tight_layout()
    for path in paths:
        kind = path.suffix[1:]

        def write(temporary: Path, kind: str = kind) -> None:
            figure.savefig(temporary, dpi=150, format=kind, metadata=UNDATED[kind])

        write_atomically(path, write)
    plt.close(figure)


def _draw_outside(axis: Axes, panel: Panel) -> None:
    for k, (start, end) in enumerate(panel.outside):
        label = None if k else "outside training"
        axis.axvspan(start, end, color=OUTSIDE, lw=0, zorder=0, label=label)


def _draw_panel(axis: Axes, panel: Panel) -> None:
    _draw_outside(axis, panel)
    if panel.band is not None:
        band = panel.band
        axis.fill_between(
            panel.time, band.lower, band.upper, color=band.color, alpha=0.18, lw=0, label=band.label
        )
    for line in panel.lines:
        width = 2.0 if line.color == NMM else 1.4
        style = DASHES[line.dash]
        axis.plot(panel.time, line.values, style, color=line.color, lw=width, label=line.label)
    axis.set_title(panel.title, loc="left", fontsize=10)
    axis.set_ylabel(panel.unit)
    axis.spines[["top", "right"]].set_visible(False)
