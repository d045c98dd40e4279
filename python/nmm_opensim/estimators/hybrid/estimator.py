"""The hybrid: a transformer that speaks of all muscles, taught by EMG and moments together.

1. Some measured channels are hidden all along, as deep muscles are, and networks are taught without
   them; how well these meet the hidden channels chooses how much moments weigh, and how wide the
   intervals of deep muscles are.
2. The network is taught with all channels, masked at random.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ...arrays import Array
from ...nmm.chain import Declaration, PreparedTrial, resample_emg
from ...nmm.estimate import Estimate
from ...nmm.novelty import TrainingRange, find_largest, find_training_range
from ...nmm.trained import ExcitationInterval, ExcitationJudgement, TrainedNMM
from ...nmm.trial_verdict import find_trust
from ..interface import Estimator, FittedNMM, Task
from ..optimization import Optimization
from ..posterior.masking import find_floor
from ..steps import Steps
from ..trust.verdict import KNOWN, tells
from .choice import NETWORKS, Choice, choose, find_disagreement
from .model import HybridModel
from .muscles import calibrate_muscles
from .training import Schooling


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
        # Without a network nothing is chance: the same for every seed, and for one without EMG.
        muscles = calibrate_muscles(task, steps)
        schooling = Schooling(seen, self._options, muscles, seed)
        choice = choose(seen, schooling, steps)
        weight = choice.moment_weight
        model, other = (
            schooling.teach(
                seen.training, (), weight, each, (f"seed {each}", steps.part(part, NETWORKS))
            )
            for part, each in enumerate((seed, schooling.other_seed), NETWORKS - 2)
        )
        for network in (model.predictor, other.predictor):
            network.hear(choice.hearing)
        judgements = _judge(seen, schooling, choice, (model, other))
        return FittedHybrid(self.name, seen, seed, model, judgements)


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
        novelty = self.training_range.compute_novelty(seen)
        farthest = find_largest(novelty, len(seen.time))
        intervals = {
            muscle: judgement.interval.compute(estimate.excitations[muscle], farthest)
            for muscle, judgement in self.judgements.items()
            if judgement.interval is not None
        }
        trust = find_trust(self.judgements, novelty)
        return replace(estimate, intervals=intervals, novelty=novelty, trust=trust)

    def describe_nmm(self) -> TrainedNMM:
        model, network = self.model, self.model.predictor
        scale = model.list_output_scale()
        return TrainedNMM(
            self._declaration,
            scale[: len(network.layout.channels)] / network.peaks.numpy(),
            model.describe_muscles(),
            network.describe(),
            network.list_tensors(scale),
            self.judgements,
            training_range=self.training_range,
        )


def _blind(task: Task) -> Task:
    """The task for a network that sees no EMG."""
    architecture = replace(task.declaration.architecture, emg_lags=())
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


def _judge(
    task: Task, schooling: Schooling, choice: Choice, models: tuple[HybridModel, HybridModel]
) -> dict[str, ExcitationJudgement]:
    """How far each deep muscle is to be believed, as hidden channels of this person taught."""
    first, second = (
        np.vstack([schooling.speak(model, trial) for trial in task.training]) for model in models
    )
    scale = models[0].list_output_scale()
    layout = models[0].predictor.layout
    judgements = {}
    for source in task.declaration.sources.deep:
        drive = len(layout.channels) + layout.outputs.index(source.muscle)
        excitation = np.minimum(scale[drive] * first[:, drive], 1.0)
        apart = find_disagreement(first[:, drive], second[:, drive])
        judgements[source.muscle] = _judge_muscle(choice, excitation, apart)
    return judgements


def _judge_muscle(choice: Choice, excitation: Array, apart: float) -> ExcitationJudgement:
    """``apart`` is how far two networks disagree of it."""
    if choice.agreement is None or choice.margin is None or choice.disagreement is None:
        return ExcitationJudgement("do not use", "no channel could be hidden to judge by", None)
    # Where chance decides more than in what could be looked at, less is known.
    margin = choice.margin * max(1.0, apart / max(choice.disagreement, 1e-12))
    bound = (margin * find_floor(excitation), margin)
    interval = ExcitationInterval(bound, bound)
    moments = f"Joint moments weighed {choice.moment_weight:g} in what taught the network."
    if not tells(interval, excitation):
        reason = (
            f"its interval would be wider than {100 * KNOWN:.0f} % of maximum: nothing is known"
        )
        return ExcitationJudgement("do not use", reason, None, moments=moments)
    reason = (
        f"channels hidden like it ({', '.join(choice.hidden)}) were met at a mean r of "
        f"{choice.agreement:.2f}, and no other people tell more"
    )
    return ExcitationJudgement("use with care", reason, interval, moments=moments)
