"""The hybrid: a transformer that speaks of all muscles, taught by EMG and moments together.

1. Some measured channels are hidden all along, as deep muscles are, and networks are taught without
   them; how well these meet the hidden channels chooses how much moments weigh, and how wide the
   intervals of deep muscles are.
2. The network is taught with all channels, masked at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...errors import NMMError
from ...nmm.chain import Declaration, PreparedTrial, resample_emg
from ...nmm.estimate import Estimate
from ...nmm.novelty import TrainingRange, find_training_range
from ...nmm.trained import ExcitationJudgement, TrainedNMM, describe_muscles
from ...nmm.trial_verdict import judge_estimate
from ..interface import Estimator, FittedNMM, Task
from ..optimization import Optimization
from ..steps import Steps
from .choice import NETWORKS, UNTOLD, Choice, choose
from .hiding import hide
from .judgement import judge
from .model import HybridModel
from .muscles import calibrate_muscles
from .training import Schooling, shorten

# Of the seeds of a setup, which count from 1, none is so large: added for second networks.
SECOND_SEED = 1_000_003


class Hybrid(Estimator):
    """EMG, motion and loads to the excitations of all muscles; taught by EMG and moments."""

    standing = "NMM"
    seeded = True
    sees_moments = False

    def __init__(self, options: Optimization, sees_emg: bool = True) -> None:
        """Without ``sees_emg`` measured EMG teaches, and is no input."""
        self.name = "NMM hybrid" if sees_emg else "NMM hybrid without EMG"
        self._options = options
        self._sees_emg = sees_emg

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedHybrid:
        steps = steps or Steps()
        seen = task if self._sees_emg else _blind(task)
        seeds = (seed, seed + SECOND_SEED)
        parts = [steps.part(part, NETWORKS + 2) for part in range(NETWORKS + 2)]
        choice = self._choose(seen, seeds, parts[:NETWORKS])
        settings = UNTOLD if choice is None else choice.settings
        schooling = Schooling(seen, calibrate_muscles(seen, steps), self._options)
        name = f"moments weighing {settings.moment_weight:g}, the encoder {settings.hearing:g}"
        model = schooling.teach(settings, seeds[0], name, parts[-2])
        second = schooling.teach(settings, seeds[1], name, parts[-1])
        judgements = judge(seen, choice, (model, second))
        return FittedHybrid(self.name, seen, seed, model, judgements)

    def _choose(self, task: Task, seeds: tuple[int, int], parts: list[Steps]) -> Choice | None:
        """None where no channel can be hidden."""
        hidden = hide(task)
        if hidden is None:
            return None
        muscles = calibrate_muscles(hidden.task, parts[0], "calibration without hidden channels")
        schooling = Schooling(hidden.task, muscles, shorten(self._options))
        return choose(hidden, schooling, seeds, parts)


class FittedHybrid(FittedNMM):
    """A network and its muscles."""

    training_range: TrainingRange

    def __init__(
        self,
        name: str,
        task: Task,
        seed: int,
        model: HybridModel,
        judgements: Mapping[str, ExcitationJudgement],
    ) -> None:
        self.name = name
        self.seed = seed
        self.loss = model.loss
        self.model = model
        self.judgements = judgements
        self._declaration = task.declaration
        self.training_range = find_training_range(task.declaration, task.training)

    def estimate(self, trial: PreparedTrial) -> Estimate:
        seen = resample_emg(trial, self._declaration)
        estimate = self.model.estimate(seen)
        return judge_estimate(estimate, self.judgements, self.training_range, seen)

    def describe_nmm(self) -> TrainedNMM:
        model, network = self.model, self.model.predictor
        scale = model.list_output_scale()
        return TrainedNMM(
            self._declaration,
            scale[: len(network.layout.channels)] / network.peaks.numpy(),
            describe_muscles(model),
            network.describe(),
            network.list_tensors(scale),
            self.judgements,
            training_range=self.training_range,
        )


def _blind(task: Task) -> Task:
    """The task for a network that sees no EMG."""
    architecture = replace(task.declaration.architecture, emg_lags=())
    if not (architecture.coordinates or architecture.speeds or architecture.external_loads):
        raise NMMError(
            "Hybrid without EMG: expected <coordinates>, <speeds> or <external_loads> in "
            "<predictor>, but found none, and nothing is left to see; add some."
        )
    declaration = replace(task.declaration, architecture=architecture)
    return replace(
        task,
        declaration=declaration,
        training=_resample(task.training, declaration),
        validation=_resample(task.validation, declaration),
    )


def _resample(
    trials: tuple[PreparedTrial, ...], declaration: Declaration
) -> tuple[PreparedTrial, ...]:
    return tuple(resample_emg(trial, declaration) for trial in trials)
