"""Numbers as people read them."""

from __future__ import annotations

import math

from ...benchmarking.rows import Row
from ...training.format_mean import format_mean
from ...training.scoring import Summary

MINUS = "\u2212"


def format_score(row: Summary | Row, metric: str, scale: float, digits: int) -> str:
    """Mean ± deviation over seeds, a dash where there is none."""
    mean, deviation = scale * row.mean[metric], scale * row.deviation[metric]
    return "–" if math.isnan(mean) else format_mean(mean, deviation, digits).replace("-", MINUS)


def format_span(first: float, last: float, digits: int) -> str:
    """From first to last, never broken between lines."""
    return f"{first:.{digits}f}\u2060–\u2060{last:.{digits}f}"


def format_number(number: float | None, digits: int) -> str:
    """A number, a dash where there is none."""
    return "–" if number is None else f"{number:.{digits}f}".replace("-", MINUS)
