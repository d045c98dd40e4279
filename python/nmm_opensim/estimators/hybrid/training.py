"""Teaching one network of the hybrid, and asking it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.transformer import EncoderSize
from ..interface import Task
from ..optimization import Optimization, minimise
from ..steps import Steps
from .loss import HybridLoss
from .model import HybridModel
from .muscles import Muscles

# Of the seeds of the setup, which count from 1, none is so large: seeds of second networks.
OTHER_SEED = 1_000_003
# Of moments in what teaches drives that have EMG.
MEASURED_WEIGHT = 0.3
SIZE = EncoderSize(width=16, heads=2, feed_forward=32, layers=2)


@dataclass(frozen=True)
class Schooling:
    """How the networks of one task are taught: all alike but for what is hidden and their seed."""

    task: Task
    options: Optimization
    muscles: Muscles
    seed: int
    size: EncoderSize = SIZE

    @property
    def other_seed(self) -> int:
        """That of the second network, which tells how far chance decides."""
        return self.seed + OTHER_SEED

    def teach(
        self,
        trials: Sequence[PreparedTrial],
        hidden: Sequence[str],
        moment_weight: float,
        seed: int,
        step: tuple[str, Steps],
    ) -> HybridModel:
        """A network that has seen ``trials`` but for the ``hidden`` channels.

        ``step`` names the step of the fit, and the steps that it is one of. A network that only
        helps to choose is taught for half as long.
        """
        name, steps = step
        options = self.options
        if hidden:
            options = replace(options, iterations=max(1, options.iterations // 2))
        torch.manual_seed(seed)
        model = HybridModel(replace(self.task, training=tuple(trials)), hidden, self.size)
        model.start(self.muscles.driven)
        weights = moment_weight * self.muscles.leverage
        # EMG of their own holds measured muscles where they are; moments take its noise away.
        weights[model.predictor.layout.heard] = MEASURED_WEIGHT
        loss = HybridLoss(model, trials, options, weights, seed)
        model.loss = minimise(model, loss, options, name, steps)
        return model

    def speak(self, model: HybridModel, trial: PreparedTrial) -> Array:
        """Shares of a trial's drives, (frames, drives)."""
        with torch.no_grad():
            shares: Array = model.predictor(torch.from_numpy(trial.inputs)).numpy()
        return shares
