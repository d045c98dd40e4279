"""How well an estimate follows a recording, without labels of its scale."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import _core
from ..arrays import Array


def agree(estimate: Array, recording: Array) -> float:
    """Pearson's r; -1 where there is none, so that a constant estimate is no good one."""
    r = _core.agreement(estimate, recording).r
    return float(r) if np.isfinite(r) else -1.0


def find_relative_errors(
    estimate: Array, recording: Array, find_floor: Callable[[Array], float]
) -> Array:
    """Errors after the best scale, in units of the scaled estimate and its floor, (frames,).

    ``find_floor`` gives what a scaled estimate's errors are at least compared with. Empty where no
    positive scale brings the estimate nearer to the recording.
    """
    scale = _core.agreement(estimate, recording).best_scale
    if not scale > 0:
        return np.empty(0)
    scaled = scale * estimate
    errors: Array = np.abs(recording - scaled) / (find_floor(scaled) + scaled)
    return errors
