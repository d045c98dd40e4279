"""How well an estimate follows a recording, where the best of several is to be chosen."""

from __future__ import annotations

import numpy as np

from .. import _core
from ..arrays import Array


def agree(estimate: Array, recording: Array) -> float:
    """Pearson's r; -1 where there is none, so that a constant estimate is no good one."""
    r = _core.agreement(estimate, recording).r
    return float(r) if np.isfinite(r) else -1.0
