"""Neighbour copy: the EMG of a synergist in place of the deep muscle's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ..interface import Estimator, FittedEstimator, Task
from ..steps import Steps

# Agreements that differ by no more are the same.
ROUNDING = 1e-9


class NeighbourCopy(Estimator):
    """For each deep muscle with declared synergists the copy of one of them."""

    name = "neighbour copy"
    seeded = False
    sees_moments = False

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedNeighbour:
        sources = task.declaration.sources
        envelopes = np.vstack([trial.envelopes for trial in task.training])
        return FittedNeighbour(
            sources.channels,
            {
                source.muscle: choose_neighbour(envelopes, sources.channels, source.synergists)
                for source in sources.deep
                if source.synergists
            },
        )


class FittedNeighbour(FittedEstimator):
    """The chosen channel of each deep muscle."""

    name = NeighbourCopy.name

    def __init__(self, channels: Sequence[str], neighbours: Mapping[str, str]) -> None:
        self._channels = list(channels)
        self.neighbours = neighbours

    def describe(self, muscle: str) -> str:
        return f"copy of {self.neighbours[muscle]}"

    def estimate(self, trial: PreparedTrial) -> Estimate:
        envelopes = trial.envelopes
        return Estimate(
            {
                muscle: envelopes[:, self._channels.index(channel)]
                for muscle, channel in self.neighbours.items()
            }
        )


def choose_neighbour(envelopes: Array, channels: Sequence[str], synergists: Sequence[str]) -> str:
    """The synergist channel whose copy stands for the deep muscle.

    ``envelopes`` of the training trials have shape (frames, channels). With the hidden recording
    out of bounds, the best neighbour is the one that agrees best with the other synergists; of
    equals, which two always are, the one that is declared first.
    """
    if not synergists:
        raise NMMError(
            "Neighbour copy: expected at least one synergist channel; "
            "declare <synergist_channels> in the <DeepMuscle>."
        )
    values = envelopes[:, [channels.index(name) for name in synergists]]
    agreement = np.atleast_2d(np.corrcoef(values.T)).sum(axis=0)
    best = np.flatnonzero(agreement >= agreement.max() - ROUNDING)
    return synergists[int(best[0])]
