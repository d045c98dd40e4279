"""Where in a stride a frame is, and by how much a subject's EMG lags behind a population's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import Array
from ...recordings.gait.cycles import Cycle
from .population import POINTS, STANCE_POINTS

LAGS = np.arange(-15, 6) / 100.0
"""Shares of a stride. EMG is that of the delayed time, so that it rather comes late."""


def find_phases(time: Array, cycles: Sequence[Cycle]) -> Array:
    """Points of phase in [0, POINTS) at times (s), NaN outside all cycles."""
    phases = np.full(len(time), np.nan)
    for cycle in cycles:
        inside = (time >= cycle.start) & (time < cycle.end)
        phases[inside] = np.interp(
            time[inside], [cycle.start, cycle.toe_off, cycle.end], [0, STANCE_POINTS, POINTS]
        )
    return phases


def read_curves(curves: Array, phases: Array, lag: float) -> Array:
    """Periodic curves (muscles, POINTS) at phases, moved by a share of a stride: (frames, muscles).

    Point k of a curve stands for the middle of its bin.
    """
    padded = np.hstack([curves[:, -1:], curves, curves[:, :1]])
    where = (phases + lag * POINTS) % POINTS
    points = np.arange(-1, POINTS + 1) + 0.5
    read = np.empty((len(where), len(curves)))
    for k, curve in enumerate(padded):
        read[:, k] = np.interp(where, points, curve)
    return read


def compute_agreement(curves: Array, phases: Array, recorded: Array) -> Array:
    """How well recordings (frames, muscles) follow the curves at each of LAGS, (LAGS, muscles): r.

    A recording that never changes agrees with nothing: 0.
    """
    agreement = np.zeros((len(LAGS), len(curves)))
    deviations = recorded - recorded.mean(axis=0)
    norms = np.sqrt(np.square(deviations).sum(axis=0))
    for k, lag in enumerate(LAGS):
        said = read_curves(curves, phases, lag)
        said = said - said.mean(axis=0)
        product = norms * np.sqrt(np.square(said).sum(axis=0))
        together = (said * deviations).sum(axis=0)
        agreement[k] = np.divide(together, product, out=np.zeros_like(product), where=product > 0)
    return agreement
