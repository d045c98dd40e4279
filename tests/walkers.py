"""People who walk by hand-made curves: a stride a second, half of it stance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.prior.population import POINTS, Movement, Population
from nmm_opensim.estimators.prior.shares import REST
from nmm_opensim.formats.tables import Table
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.physics.motion import Motion
from nmm_opensim.recordings.gait.cycles import Cycle

COORDINATES = ("hip", "knee")
PEOPLE = 10
STRIDES = 6
TIME = np.arange(0.0, STRIDES, 0.01)


def work(phase: Array) -> Array:
    """Shares of a muscle that is busy around the phase 0; a phase is a share of a stride."""
    busy: Array = np.clip(np.exp(3.0 * (np.cos(2.0 * np.pi * phase) - 1.0)), REST, 1.0)
    return busy


def make_population(
    centres: Mapping[str, float], moments: Mapping[tuple[str, str], float] | None = None
) -> Population:
    """Ten people's muscles, each busy around a phase.

    ``moments`` of two muscles are means over people and phase, symmetric; 0 where none is given.
    """
    phase = (np.arange(POINTS) + 0.5) / POINTS
    muscles = tuple(centres)
    means = np.stack([np.log(work(phase - centre)) for centre in centres.values()])
    sums = np.zeros((len(muscles), len(muscles)))
    for (one, other), mean in (moments or {}).items():
        i, j = muscles.index(one), muscles.index(other)
        sums[i, j] = sums[j, i] = PEOPLE * mean
    people = np.full(len(muscles), float(PEOPLE))
    pairs = np.full(sums.shape, float(PEOPLE))
    return Population(Movement("walking", (0.4, 0.8)), muscles, people, means, pairs, sums)


def make_walk(envelopes: Mapping[str, Array | float], late: float = 0.0) -> PreparedTrial:
    """A walk whose channels are busy around phases, or are as given, (frames,).

    ``late`` is the share of a stride by which EMG comes later than that.
    """
    phase = TIME % 1.0
    columns = [
        work(phase - envelope - late) if isinstance(envelope, float) else envelope
        for envelope in envelopes.values()
    ]
    values = np.column_stack([np.sin(2 * np.pi * phase), np.cos(2 * np.pi * phase + 0.5)])
    speeds = np.column_stack([np.cos(2 * np.pi * phase), -np.sin(2 * np.pi * phase + 0.5)])
    nothing = np.zeros((len(TIME), 0))
    measured = np.column_stack(columns)
    return PreparedTrial(
        "walk",
        "train",
        Table("EMG", tuple(envelopes), TIME, measured),
        Motion(TIME, COORDINATES, values, speeds),
        np.zeros((len(TIME), 1)),
        nothing,
        measured,
        nothing,
        nothing,
        nothing,
        nothing,
        tuple(Cycle(float(k), k + 0.5, k + 1.0) for k in range(STRIDES)),
    )
