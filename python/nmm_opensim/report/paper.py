"""The report's figures for papers: PDF and SVG beside the page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt

from ..running.figures import SETTINGS, draw_grid, draw_panels, save
from ..running.palette import BASELINE, NMM, REFERENCE
from ..running.panels import (
    make_activation_panel,
    make_deep_panels,
    make_force_panel,
    make_moment_panels,
)
from .content import Content
from .view.parameters import Ratios, compute_ratios


def draw_paper_figures(content: Content) -> list[Path]:
    """Deep EMG, activations, forces and moments of every run, and parameters; returns the files."""
    written = []
    for run, results in content.runs:
        for subject, panels in [
            ("deep_emg", make_deep_panels(results)),
            ("moments", make_moment_panels(results)),
        ]:
            if panels:
                paths = content.setup.figure_files(run, subject)
                draw_panels(panels, paths)
                written += paths
        for subject, panel in [
            ("activations", make_activation_panel(results)),
            ("muscle_forces", make_force_panel(results)),
        ]:
            paths = content.setup.figure_files(run, subject)
            draw_grid(panel, paths)
            written += paths
    paths = content.setup.figure_files(None, "parameters")
    _draw_ratios(list(compute_ratios(content).values()), paths)
    return [*written, *paths]


def _draw_ratios(parameters: Sequence[Ratios], paths: Sequence[Path]) -> None:
    """Parameters side by side over the model's own, as in the page."""
    rows = range(len(parameters[0].muscles))
    with plt.rc_context({**SETTINGS, "font.size": 8}):
        figure, axes = plt.subplots(
            1, len(parameters), figsize=(7.2, 0.17 * len(rows) + 1.0), sharey=True
        )
        for axis, ratios in zip(axes, parameters, strict=True):
            axis.hlines(rows, *ratios.bounds.T, color="#e2e2e2", lw=5)
            axis.hlines(rows, *ratios.intervals.T, color=NMM, lw=1.8)
            axis.plot(ratios.values, rows, "o", color=REFERENCE, ms=3.5)
            axis.axvline(1.0, color=BASELINE, lw=0.8, ls=":")
            axis.set_title(ratios.title, loc="left", fontsize=8)
            axis.spines[["top", "right"]].set_visible(False)
        axes[0].set_yticks(rows, parameters[0].muscles)
        axes[0].invert_yaxis()
        figure.supxlabel("over the model's own", fontsize=8)
        save(figure, paths)
