"""Calibrated parameters against the model's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Array
from ...nmm.artefact import Muscle
from ..content import Content
from ..plots import plot_ratios
from .figure import Figure
from .numbers import MINUS, format_span

PARAMETERS = {
    "max_isometric_force": ("maximum isometric force", "N", 1.0, 0),
    "optimal_fiber_length": ("optimal fibre length", "mm", 1000.0, 1),
    "tendon_slack_length": ("tendon slack length", "mm", 1000.0, 1),
}
"""Title, unit, factor to that unit and digits."""


def list_parameters(content: Content) -> list[dict[str, Any]]:
    """A table of each parameter: calibrated values against the model's own and their bounds."""
    return [
        {
            "title": f"{title.capitalize()} ({unit})",
            "rows": [
                _describe_parameter(muscle, key, factor, digits)
                for muscle in content.artefact.muscles
            ],
        }
        for key, (title, unit, factor, digits) in PARAMETERS.items()
    ]


def _describe_parameter(muscle: Muscle, key: str, factor: float, digits: int) -> dict[str, str]:
    generic, value = muscle.generic[key], muscle.calibrated[key]
    low, high = (generic * bound for bound in muscle.bounds[key])
    known = muscle.uncertainty.get(key)
    interval = [factor * end for end in known.interval] if known else []
    return {
        "muscle": muscle.name,
        "generic": f"{generic * factor:.{digits}f}",
        "calibrated": f"{value * factor:.{digits}f}",
        "change": f"{100 * (value / generic - 1):+.1f}".replace("-", MINUS),
        "bounds": format_span(low * factor, high * factor, digits),
        "at_bound": "yes" if _is_at_bound(value, low, high) else "",
        "interval": format_span(interval[0], interval[1], digits) if known else "",
        "verdict": known.verdict if known else "",
    }


def _is_at_bound(value: float, low: float, high: float) -> bool:
    """Within 1 % of the way between bounds that leave any."""
    return high > low and min(value - low, high - value) < 0.01 * (high - low)


@dataclass(frozen=True)
class Ratios:
    """A parameter of all muscles over the model's own.

    ``values`` (muscles,), ``bounds`` and ``intervals`` (muscles, 2), NaN where none is stated.
    """

    title: str
    muscles: list[str]
    values: Array
    bounds: Array
    intervals: Array


def compute_ratios(content: Content) -> dict[str, Ratios]:
    """By parameter."""
    muscles = content.artefact.muscles
    ratios = {}
    for key, (title, _, _, _) in PARAMETERS.items():
        generic = np.array([muscle.generic[key] for muscle in muscles])
        judgements = [muscle.uncertainty.get(key) for muscle in muscles]
        intervals = [known.interval if known else (math.nan, math.nan) for known in judgements]
        ratios[key] = Ratios(
            title.capitalize(),
            [muscle.name for muscle in muscles],
            np.array([muscle.calibrated[key] for muscle in muscles]) / generic,
            np.array([muscle.bounds[key] for muscle in muscles]),
            np.array(intervals) / generic[:, None],
        )
    return ratios


def draw_parameters(content: Content) -> list[Figure]:
    """One plot per parameter."""
    return [
        Figure(
            f"parameter-{key}",
            ratios.title,
            plot_ratios(ratios.muscles, ratios.values, ratios.bounds, ratios.intervals),
        )
        for key, ratios in compute_ratios(content).items()
    ]
