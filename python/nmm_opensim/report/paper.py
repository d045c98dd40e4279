"""The report's figures for papers: PDF and SVG beside the page."""

from __future__ import annotations

from pathlib import Path

from ..figures import draw_grid, draw_panels
from ..panels import make_activation_panel, make_deep_panels, make_force_panel, make_moment_panels
from .content import Content


def draw_paper_figures(content: Content) -> list[Path]:
    """Deep EMG, activations, forces and moments of every run; returns the files."""
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
    return written
