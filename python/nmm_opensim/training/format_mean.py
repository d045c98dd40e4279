"""A mean and its deviation as people read them."""

from __future__ import annotations

import math


def format_mean(mean: float, deviation: float, digits: int) -> str:
    """``0.84 ± 0.02``, or the mean alone where the ``deviation`` is NaN: there was one value."""
    text = f"{mean:.{digits}f}"
    return text if math.isnan(deviation) else f"{text} ± {deviation:.{digits}f}"
