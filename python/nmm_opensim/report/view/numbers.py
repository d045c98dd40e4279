"""Numbers as people read them."""

from __future__ import annotations

import math

from ...benchmarking.summary import Row
from ...training.scoring import Summary

MINUS = "\u2212"


def format_score(row: Summary | Row, metric: str, scale: float, digits: int) -> str:
    """Mean ± deviation over seeds, a dash where there is none."""
    mean, deviation = row.mean[metric], row.deviation[metric]
    if math.isnan(mean):
        return "–"
    text = f"{scale * mean:.{digits}f}".replace("-", MINUS)
    return text if math.isnan(deviation) else f"{text} ± {scale * deviation:.{digits}f}"


def format_span(first: float, last: float, digits: int) -> str:
    """From first to last, never broken between lines."""
    return f"{first:.{digits}f}\u2060–\u2060{last:.{digits}f}"
