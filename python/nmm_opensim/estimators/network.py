"""The NMM itself as an estimator."""

from __future__ import annotations

from ..nmm.chain import NeuralMusculoskeletalModel, PreparedTrial, build_nmm
from ..nmm.estimate import Estimate
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
        return FittedNetwork(nmm, seed, loss)


class FittedNetwork(FittedNMM):
    """A trained NMM."""

    name = Network.name

    def __init__(
        self, nmm: NeuralMusculoskeletalModel, seed: int, loss: float | None = None
    ) -> None:
        self.nmm = nmm
        self.seed = seed
        self.loss = loss

    def estimate(self, trial: PreparedTrial) -> Estimate:
        return self.nmm.estimate(trial)

    def describe_nmm(self) -> TrainedNMM:
        return describe_network(self.nmm)
