"""Runs inside OpenSim: deep EMG, activations, forces, moments."""

from __future__ import annotations

from typing import Any

from ...running.palette import choose_styles
from ...running.panels import (
    make_activation_panel,
    make_deep_panels,
    make_force_panel,
    make_moment_panels,
)
from ...running.results import RunResults
from ..plots import plot_muscles, plot_panel
from ..report_setup import ReportRun
from .figure import Figure


def describe_run(number: int, run: ReportRun, results: RunResults) -> dict[str, Any]:
    """All plots of a run, by section, with its windows."""
    verdicts = results.describe_verdicts()
    deep, moments = make_deep_panels(results), make_moment_panels(results)
    muscles = [muscle.name for muscle in results.artefact.muscles]
    kinds = {muscle.name: muscle.source.kind for muscle in results.artefact.muscles}
    return {
        "id": f"run-{number}",
        "name": run.name,
        "strides": [[s.name, s.initial_time, s.final_time] for s in run.strides],
        "muscles": [
            {"name": name, "style": style, "kind": kinds[name]}
            for name, style in choose_styles(muscles).items()
        ],
        "deep": [
            {
                "figure": Figure(f"run-{number}-deep-{i}", panel.title, plot_panel(panel)),
                "verdict": verdicts.get(panel.subject),
            }
            for i, panel in enumerate(deep)
        ],
        "activations": Figure(
            f"run-{number}-activations", "Activations", plot_muscles(make_activation_panel(results))
        ),
        "forces": Figure(
            f"run-{number}-forces",
            "Muscle forces along the tendons",
            plot_muscles(make_force_panel(results)),
        ),
        "moments": [
            Figure(f"run-{number}-moment-{i}", panel.title, plot_panel(panel))
            for i, panel in enumerate(moments)
        ],
        "outside": results.describe_outside(),
        "is_outside": bool(results.find_outside().any()),
        "has_interval": any(panel.band is not None for panel in deep),
    }
