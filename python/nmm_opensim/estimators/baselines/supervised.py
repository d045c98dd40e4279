"""The supervised ceiling: the NMM's network, taught by the hidden recordings themselves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ...nmm.predictor import MlpPredictor, standardise
from ..interface import FittedEstimator, LabelledTask, SupervisedEstimator
from ..optimization import Optimization, minimise
from ..steps import Steps


class Supervised(SupervisedEstimator):
    """What these inputs, this network and these trials could give if the labels were known.

    Same inputs, layers, weight decay and iterations as the NMM; no muscles, so no moments.
    """

    name = "supervised ceiling"
    seeded = True
    sees_moments = False

    def __init__(self, options: Optimization) -> None:
        self._options = options

    def fit(self, task: LabelledTask, seed: int, steps: Steps | None = None) -> FittedSupervised:
        trials = task.task.training
        names = [trial.name for trial in trials]
        labelled = [task.labels.get(name, {}) for name in names]
        muscles = [muscle for muscle in labelled[0] if all(muscle in each for each in labelled)]
        if not muscles:
            raise NMMError(
                "Supervised ceiling: expected the hidden recording of a deep muscle in every "
                "training trial, but found none; declare its <recorded_channel>."
            )
        labels = np.vstack([np.stack([each[m] for m in muscles], axis=1) for each in labelled])
        # The network gives 0 to 1, and only shares of the largest label are known to be there.
        scale = labels.max(axis=0)
        inputs = [trial.inputs for trial in trials]
        torch.manual_seed(seed)
        network = MlpPredictor(
            task.task.declaration.architecture, *standardise(inputs), len(muscles)
        )
        targets = torch.from_numpy(labels / scale)
        stacked = torch.from_numpy(np.vstack(inputs))
        spread = targets.std(dim=0)

        def loss_of() -> tuple[torch.Tensor, torch.Tensor]:
            error = ((network(stacked) - targets) / spread).square().mean()
            return error + self._options.weight_decay * network.penalty(), error.detach()

        what = f"{self.name}, seed {seed}"
        minimise(network, loss_of, self._options, what, steps or Steps(), "unexplained EMG")
        return FittedSupervised(network, muscles, scale, seed)


class FittedSupervised(FittedEstimator):
    """A network that has seen labels."""

    name = Supervised.name

    def __init__(
        self, network: MlpPredictor, muscles: Sequence[str], scale: Array, seed: int
    ) -> None:
        self._network = network
        self._muscles = muscles
        self._scale = scale
        self.seed = seed

    def estimate(self, trial: PreparedTrial) -> Estimate:
        with torch.no_grad():
            shares = self._network(torch.from_numpy(trial.inputs)).numpy()
        return Estimate(dict(zip(self._muscles, (shares * self._scale).T, strict=True)))
