"""Arrays of numbers, as all of the package passes them on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.intp]


def find_runs(flags: Flags) -> Indices:
    """First and past-the-last index of runs of true, (runs, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    runs: Indices = edges.reshape(-1, 2)
    return runs
