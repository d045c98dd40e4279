"""What scaling changed: on the terminal and as CSV."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table as RichTable

from ...files import write_csv
from .scale import Change, ScaledModel


def make_report(scaled: ScaledModel) -> RenderableType:
    """Bodies with their length factors and masses, and the range of what the muscles became."""
    bodies = RichTable(box=None, pad_edge=False)
    bodies.add_column("body")
    for heading in ("length", "mass before", "mass after"):
        bodies.add_column(heading, justify="right")
    masses = [change for change in scaled.bodies if change.quantity == "mass"]
    for change in masses:
        bodies.add_row(
            change.component,
            f"× {scaled.length_factors[change.component]:.3f}",
            f"{change.before:.3f} kg",
            f"{change.after:.3f} kg",
        )
    bodies.add_row(
        "total",
        "",
        f"{sum(change.before for change in masses):.3f} kg",
        f"{sum(change.after for change in masses):.3f} kg",
        style="bold",
    )
    muscles = RichTable(box=None, pad_edge=False)
    muscles.add_column(f"{len({change.component for change in scaled.muscles})} muscles")
    for heading in ("smallest", "largest"):
        muscles.add_column(heading, justify="right")
    for quantity in dict.fromkeys(change.quantity for change in scaled.muscles):
        factors = [_factor(c) for c in scaled.muscles if c.quantity == quantity]
        muscles.add_row(quantity, f"× {min(factors):.3f}", f"× {max(factors):.3f}")
    return Group(bodies, "", muscles) if scaled.muscles else bodies


def write_changes(path: Path, scaled: ScaledModel) -> None:
    """One row for each number."""
    header = [field.name for field in dataclasses.fields(Change)]
    write_csv(path, header, map(dataclasses.astuple, [*scaled.bodies, *scaled.muscles]))


def _factor(change: Change) -> float:
    """After over before; 1 for a tendon that has no length."""
    return change.after / change.before if change.before else 1.0
