"""Teaching one network of the hybrid, and asking it."""

from __future__ import annotations

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

SIZE = EncoderSize(width=16, heads=2, feed_forward=32, layers=2)
# Of moments in what teaches drives that have EMG.
MEASURED_WEIGHT = 0.3


@dataclass(frozen=True)
class Settings:
    """What is chosen by hidden channels.

    ``moment_weight`` times the square of a predicted muscle's leverage is the weight of moments in
    what teaches its drive; ``hearing`` the share of what the encoder says of it beside its copy.
    """

    moment_weight: float
    hearing: float


@dataclass(frozen=True)
class Schooling:
    """What the networks of one task are taught with: all alike but for settings and seed."""

    task: Task
    muscles: Muscles
    options: Optimization
    size: EncoderSize = SIZE

    def teach(self, settings: Settings, seed: int, step: str, steps: Steps) -> HybridModel:
        """A network of ``seed``, as the ``step`` of a fit: seeds do not share it."""
        torch.manual_seed(seed)
        model = HybridModel(self.task, self.size)
        model.start(self.muscles.driven)
        model.predictor.hear(settings.hearing)
        layout = model.predictor.layout
        # EMG of their own holds measured muscles where they are; moments take its noise away.
        weights = settings.moment_weight * self.muscles.leverage
        weights[: len(layout.channels)] = MEASURED_WEIGHT
        loss = HybridLoss(model, self.task.training, self.options, weights, seed)
        model.loss = minimise(model, loss, self.options, f"seed {seed}, {step}", steps)
        return model


def shorten(options: Optimization) -> Optimization:
    """A network that only helps to choose is taught for half as long."""
    return replace(options, iterations=max(1, options.iterations // 2))


def speak(model: HybridModel, trial: PreparedTrial) -> Array:
    """Shares of a trial's drives, (frames, drives)."""
    with torch.no_grad():
        shares: Array = model.predictor(torch.from_numpy(trial.inputs)).numpy()
    return shares
