"""What small changes of excitations do to moments, about."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from ...arrays import Array
from .residuals import ERROR_TIME, UNEXPLAINED

# s: what activation dynamics do to a small change, about: the slopes are approximate, and so is
# what they make most probable.
ACTIVATION_TIME = 0.02
# Neighbouring frames say nearly the same.
EVERY = 2


def follow(series: Array, step: float) -> Array:
    """What activation dynamics leave of every column, (frames, columns), as a first-order lag.

    ``step`` (s) is the time between frames.
    """
    kept = float(np.exp(-step / ACTIVATION_TIME))
    followed: Array = lfilter([1.0 - kept], [1.0, -kept], series, axis=0, zi=series[:1] * kept)[0]
    return followed


def weigh_errors(step: float, scale: Array) -> Array:
    """What errors of moments at EVERY frame are multiplied by, (coordinates,).

    ``scale`` (coordinates,) are the moments' standard deviations.
    """
    weights: Array = np.sqrt(EVERY * step / ERROR_TIME) / (UNEXPLAINED * scale)
    return weights
