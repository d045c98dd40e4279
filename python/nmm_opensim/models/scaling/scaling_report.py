"""What scaling changed: on the terminal and as CSV, and what looks unusual in it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table as RichTable

from ...files import write_csv
from .registration import PlacedMarker
from .scale import Change, ScaledModel

LARGEST_ERROR = 0.02  # m
"""Of a landmark (Hicks et al. 2015, J. Biomech. Eng. 137:020905)."""
LARGEST_DIFFERENCE = 0.05
"""Between the two sides of a person, relative."""
LARGEST_DEVIATION = 0.15
"""Of a segment from the mean of all, relative: people's proportions differ less than that."""
SIDES = (("_r", "_l"), ("_right", "_left"), ("r_", "l_"), ("right_", "left_"))
"""How models name the bodies of two sides."""


def make_report(scaled: ScaledModel) -> RenderableType:
    """Bodies with their length factors and masses, and the range of what the muscles became."""
    bodies = RichTable(box=None, pad_edge=False)
    bodies.add_column("body")
    for heading in ("length", "mass before", "mass after"):
        bodies.add_column(heading, justify="right")
    bodies.add_column("length from")
    masses = [change for change in scaled.bodies if change.quantity == "mass"]
    for change in masses:
        bodies.add_row(
            change.component,
            f"× {scaled.length_factors[change.component].value:.3f}",
            f"{change.before:.3f} kg",
            f"{change.after:.3f} kg",
            scaled.length_factors[change.component].source,
        )
    bodies.add_row(
        "total",
        "",
        f"{sum(change.before for change in masses):.3f} kg",
        f"{sum(change.after for change in masses):.3f} kg",
        "",
        style="bold",
    )
    parts: list[RenderableType] = [bodies]
    if scaled.muscles:
        parts += ["", _make_muscle_table(scaled)]
    if scaled.markers:
        parts += ["", _make_marker_table(scaled.markers)]
    return Group(*parts)


def _make_muscle_table(scaled: ScaledModel) -> RichTable:
    muscles = RichTable(box=None, pad_edge=False)
    muscles.add_column(f"{len({change.component for change in scaled.muscles})} muscles")
    for heading in ("smallest", "largest"):
        muscles.add_column(heading, justify="right")
    for quantity in dict.fromkeys(change.quantity for change in scaled.muscles):
        factors = [_factor(c) for c in scaled.muscles if c.quantity == quantity]
        muscles.add_row(quantity, f"× {min(factors):.3f}", f"× {max(factors):.3f}")
    return muscles


def _make_marker_table(markers: Sequence[PlacedMarker]) -> RichTable:
    table = RichTable(box=None, pad_edge=False)
    table.add_column("landmark")
    table.add_column("model's marker")
    table.add_column("body")
    table.add_column("error before it was moved", justify="right")
    landmarks = [marker for marker in markers if marker.error is not None]
    for marker in landmarks:
        table.add_row(
            marker.name, marker.landmark, marker.body, f"{1e3 * (marker.error or 0.0):.0f} mm"
        )
    rms = math.sqrt(sum((m.error or 0.0) ** 2 for m in landmarks) / len(landmarks))
    table.add_row("RMS", "", "", f"{1e3 * rms:.0f} mm", style="bold")
    return table


def list_warnings(scaled: ScaledModel) -> list[str]:
    """Factors and landmarks that are unusual, and are used all the same."""
    measured = {
        body: factor.value
        for body, factor in scaled.length_factors.items()
        if factor.source not in ("height", "model")
    }
    warnings = []
    mean = sum(measured.values()) / len(measured) if measured else 1.0
    for body, factor in measured.items():
        if abs(factor / mean - 1) > LARGEST_DEVIATION:
            warnings.append(
                f"body '{body}' is {factor:.2f} times the model's, where the mean of all is "
                f"{mean:.2f}: look at its landmarks, or give its length (--segment)"
            )
        for right, left in SIDES:
            other = _name_other_side(body, right, left)
            if other in measured and abs(factor / measured[other] - 1) > LARGEST_DIFFERENCE:
                warnings.append(
                    f"body '{body}' is {factor:.2f} times the model's and '{other}' "
                    f"{measured[other]:.2f} times: look at the landmarks of both sides"
                )
    for marker in scaled.markers:
        if marker.error is not None and marker.error > LARGEST_ERROR:
            warnings.append(
                f"landmark '{marker.name}' lies {1e3 * marker.error:.0f} mm from the scaled "
                f"model's '{marker.landmark}', more than {1e3 * LARGEST_ERROR:.0f} mm: is it the "
                "same place on the body?"
            )
    return warnings


def _name_other_side(body: str, right: str, left: str) -> str:
    if right.startswith("_"):
        return body.removesuffix(right) + left if body.endswith(right) else ""
    return left + body.removeprefix(right) if body.startswith(right) else ""


def write_changes(path: Path, scaled: ScaledModel) -> None:
    """One row for each number."""
    header = [field.name for field in dataclasses.fields(Change)]
    write_csv(path, header, map(dataclasses.astuple, [*scaled.bodies, *scaled.muscles]))


def write_markers(path: Path, markers: Sequence[PlacedMarker]) -> None:
    """One row for each marker of the static trial, errors in m."""
    header = [field.name for field in dataclasses.fields(PlacedMarker)]
    write_csv(path, header, map(dataclasses.astuple, markers))


def _factor(change: Change) -> float:
    """After over before; 1 for a tendon that has no length."""
    return change.after / change.before if change.before else 1.0
