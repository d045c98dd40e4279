"""How much of the joint moments a drive is behind: what moments can tell of it grows with that."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from .driven import Driven


def average_excitations(driven: Driven, trial: PreparedTrial, corrections: Array | None) -> Array:
    """What each drive's muscles do on average, (frames, drives)."""
    shares = driven.model.own_shares / driven.model.own_shares.sum(axis=1)[:, None]
    averaged: Array = driven.compute_excitations(trial, corrections) @ shares.T
    return averaged


def find_leverage(sensitivity: Array, excitations: Array) -> Array:
    """The largest share of the sum of squared active moments about a coordinate, (drives,).

    ``sensitivity`` is as :meth:`Driven.compute_sensitivity` gives it, ``excitations`` (frames,
    drives).
    """
    powers = np.square(sensitivity * excitations[:, :, None]).sum(axis=0)
    # About a coordinate that no drive moves nobody has a share.
    totals = np.maximum(powers.sum(axis=0), np.finfo(float).tiny)
    leverage: Array = (powers / totals).max(axis=1)
    return leverage
