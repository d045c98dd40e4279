"""How honest a stated uncertainty is: how often the truth lies inside, and how wide that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import _core
from ..arrays import Array
from ..errors import NMMError


@dataclass(frozen=True)
class Coverage:
    """``share`` of the truth inside its interval, and the intervals' mean ``width``."""

    share: float
    width: float


def compute_coverage(lower: Array, upper: Array, estimate: Array, reference: Array) -> Coverage:
    """Coverage of ``reference`` by intervals, after one best positive scale; each (frames,).

    The scale of an unrecorded channel cannot be known, so estimate and interval are multiplied by
    the one non-negative factor that brings the estimate nearest to the reference in the mean
    square. The width is then in the reference's unit. Bounds count as inside.
    """
    lengths = {len(series) for series in (lower, upper, estimate, reference)}
    if len(lengths) != 1:
        raise NMMError(f"Coverage: expected series of one length, but found {sorted(lengths)}.")
    wrong = np.flatnonzero(~(lower <= upper))
    if len(wrong):
        k = int(wrong[0])
        raise NMMError(
            f"Coverage: expected lower <= upper everywhere, but found {lower[k]:g} and "
            f"{upper[k]:g} in frame {k + 1}."
        )
    scale = _core.agreement(estimate, reference).best_scale
    inside = (scale * lower <= reference) & (reference <= scale * upper)
    return Coverage(float(inside.mean()), float(scale * (upper - lower).mean()))
