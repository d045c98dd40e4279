"""SynX, muscle synergy extrapolation: deep excitations from the synergies of measured EMG.

After Bianco et al. (2018) and Ao et al. (2020): the commands of the measured channels also drive
the muscles nobody measured, with weights fitted together with the muscle parameters to moments.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ...nmm.chain import MusculoskeletalModel, PreparedTrial
from ...nmm.estimate import Estimate
from ...nmm.predictor import Predictor
from ..interface import Estimator, FittedEstimator, Task
from ..optimization import MomentLoss, Optimization, minimise
from ..steps import Steps
from .synergies import Factorisation, Synergies, extract_synergies

# Where the weights start: the deep muscles' excitation when all commands are at their middle.
INITIAL_EXCITATION = 0.2


class SynergyPredictor(Predictor):
    """e = sum_k w_k c_k (+ w_0 with PCA), kept within [0, 1]; with NMF no weight is negative."""

    def __init__(self, factorisation: Factorisation, synergies: int, outputs: int) -> None:
        super().__init__()
        self._nonnegative = factorisation == "NMF"
        shape = (synergies, outputs)
        if self._nonnegative:
            # The inverse of softplus: equal shares that make up the start where commands are 0.5.
            share = np.log(np.expm1(2.0 * INITIAL_EXCITATION / synergies))
            self._raw = torch.nn.Parameter(torch.full(shape, share, dtype=torch.float64))
            self.register_buffer("offset", torch.zeros(outputs, dtype=torch.float64))
        else:
            self._raw = torch.nn.Parameter(torch.zeros(shape, dtype=torch.float64))
            start = torch.full((outputs,), INITIAL_EXCITATION, dtype=torch.float64)
            self.offset = torch.nn.Parameter(start)

    @property
    def weights(self) -> torch.Tensor:
        """(synergies, outputs)."""
        return torch.nn.functional.softplus(self._raw) if self._nonnegative else self._raw

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return (inputs @ self.weights + self.offset).clamp(0.0, 1.0)

    def penalty(self) -> torch.Tensor:
        return self.weights.square().mean()


class Synx(Estimator):
    """SynX whose vectors and weights are the subject's: fitted to all training trials at once."""

    seeded = False
    sees_moments = False

    def __init__(
        self, factorisation: Factorisation, options: Optimization, synergies: int | None = None
    ) -> None:
        """``synergies`` is k; None takes the least that accounts for 95 % of variance."""
        self.name = f"SynX {factorisation}"
        self._factorisation = factorisation
        self._options = options
        self._count = synergies

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedSynx:
        envelopes = np.vstack([trial.envelopes for trial in task.training])
        synergies = extract_synergies(envelopes, self._factorisation, self._count)
        outputs = len(task.declaration.sources.outputs)
        predictor = SynergyPredictor(self._factorisation, synergies.count, outputs)
        chain = MusculoskeletalModel(task.model, task.declaration, predictor)
        trials = [_give_commands(trial, synergies) for trial in task.training]
        loss_of = MomentLoss(chain, trials, self._options)
        minimise(chain, loss_of, self._options, self.name, steps or Steps())
        return FittedSynx(self.name, synergies, chain)


class FittedSynx(FittedEstimator):
    """Synergies and the chain that their commands drive."""

    def __init__(self, name: str, synergies: Synergies, chain: MusculoskeletalModel) -> None:
        self.name = name
        self.synergies = synergies
        self.chain = chain

    def estimate(self, trial: PreparedTrial) -> Estimate:
        return self.chain.estimate(_give_commands(trial, self.synergies))


class SynxOracle(Estimator):
    """SynX per trial: all of it is fitted to the very trial it is scored on.

    Vectors, weights and muscle parameters see that trial's measured EMG and joint moments, not its
    hidden recording. An upper bound for what synergies can express, not a prediction.
    """

    standing = "ceiling"
    seeded = False
    sees_moments = True

    def __init__(
        self, factorisation: Factorisation, options: Optimization, synergies: int | None = None
    ) -> None:
        self._synx = Synx(factorisation, options, synergies)
        self.name = f"{self._synx.name} trial oracle"

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedSynxOracle:
        return FittedSynxOracle(self.name, self._synx, task)


class FittedSynxOracle(FittedEstimator):
    """Fits anew for every trial that it estimates."""

    def __init__(self, name: str, synx: Synx, task: Task) -> None:
        self.name = name
        self._synx = synx
        self._task = task

    def estimate(self, trial: PreparedTrial) -> Estimate:
        alone = replace(self._task, training=(trial,), validation=())
        return self._synx.fit(alone, seed=0).estimate(trial)


def _give_commands(trial: PreparedTrial, synergies: Synergies) -> PreparedTrial:
    """The trial with commands as the predictor's inputs, at the times of its envelopes."""
    return replace(trial, inputs=synergies.compute_commands(trial.envelopes))
