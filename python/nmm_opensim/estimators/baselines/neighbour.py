"""Neighbour copy: the EMG of synergists in place of the deep muscle's."""

from __future__ import annotations

from collections.abc import Mapping

from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ..interface import Estimator, FittedEstimator, Task
from ..steps import Steps
from .copies import Copies, choose_copies


class NeighbourCopy(Estimator):
    """For each deep muscle with declared synergists the copy of one or the mean of all."""

    name = "neighbour copy"
    seeded = False
    sees_moments = False

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedNeighbour:
        sources = task.declaration.sources
        return FittedNeighbour(
            choose_copies(sources, task.training, task.validation),
            {source.muscle: source.synergists for source in sources.deep if source.synergists},
        )


class FittedNeighbour(FittedEstimator):
    """Copies of the channels that stand for each deep muscle."""

    name = NeighbourCopy.name

    def __init__(self, copies: Copies, synergists: Mapping[str, tuple[str, ...]]) -> None:
        self.copies = copies
        self._synergists = synergists

    @property
    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """The channels that are copied, by deep muscle."""
        return {muscle: self.copies.choose(names) for muscle, names in self._synergists.items()}

    def describe(self, muscle: str) -> str:
        channels = self.neighbours[muscle]
        if len(channels) == 1:
            return f"copy of {channels[0]}"
        return f"{self.copies.rule} of {', '.join(channels)}"

    def estimate(self, trial: PreparedTrial) -> Estimate:
        copies = self.copies
        return Estimate(
            {
                muscle: copies.copy(names, trial.envelopes) * copies.find_scale(names)
                for muscle, names in self._synergists.items()
            }
        )
