"""The NMM itself as an estimator."""

from __future__ import annotations

from dataclasses import replace

from ..nmm.chain import NeuralMusculoskeletalModel, PreparedTrial, build_nmm
from ..nmm.estimate import Estimate
from ..nmm.novelty import TrainingRange, find_training_range
from ..nmm.trained import TrainedNMM, describe_network
from .interface import Estimator, FittedNMM, Task
from .optimization import MomentLoss, Optimization, minimise
from .steps import Steps


class Network(Estimator):
    """A network and muscle parameters, taught by joint moments only."""

    name = "NMM"
    standing = "NMM"
    seeded = True
    sees_moments = False

    def __init__(self, options: Optimization) -> None:
        self._options = options

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedNetwork:
        nmm = build_nmm(task.model, task.declaration, task.training, seed)
        loss_of = MomentLoss(nmm, task.training, self._options)
        loss = minimise(nmm, loss_of, self._options, f"seed {seed}", steps or Steps())
        training_range = find_training_range(task.declaration, task.training)
        return FittedNetwork(nmm, seed, loss, training_range)


class FittedNetwork(FittedNMM):
    """A trained NMM."""

    name = Network.name

    def __init__(
        self,
        nmm: NeuralMusculoskeletalModel,
        seed: int,
        loss: float | None = None,
        training_range: TrainingRange | None = None,
    ) -> None:
        self.nmm = nmm
        self.seed = seed
        self.loss = loss
        self.training_range = training_range

    def estimate(self, trial: PreparedTrial) -> Estimate:
        estimate = self.nmm.estimate(trial)
        if self.training_range is None:
            return estimate
        return replace(estimate, novelty=self.training_range.compute_novelty(trial))

    def describe_nmm(self) -> TrainedNMM:
        return describe_network(self.nmm, self.training_range)
