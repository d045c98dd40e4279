"""Long recordings made short for the eye: no peak is lost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Array

BUCKETS = 1500
"""About as many as a wide screen has pixels for a plot."""


@dataclass(frozen=True)
class Decimated:
    """Values (points,) at ``start`` + i ``step`` (s)."""

    start: float
    step: float
    values: Array


def decimate(start: float, rate: float, values: Array) -> Decimated:
    """Smallest and largest value of each of up to ``BUCKETS`` equal spans, in their order."""
    length = -(-len(values) // BUCKETS)
    if length <= 2:
        return Decimated(start, 1.0 / rate, values)
    spans = -(-len(values) // length)
    buckets = np.pad(values, (0, spans * length - len(values)), "edge").reshape(spans, length)
    first, last = np.sort(np.stack([buckets.argmin(axis=1), buckets.argmax(axis=1)]), axis=0)
    rows = np.arange(spans)
    pairs = np.column_stack([buckets[rows, first], buckets[rows, last]])
    return Decimated(start, length / rate / 2.0, pairs.ravel())
