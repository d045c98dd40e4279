"""A prior from other people and neighbours, moved as far as moments ask and masking allows.

1. The prior says what each deep muscle does (:mod:`nmm_opensim.estimators.prior`).
2. EMG-driven muscles, deep ones driven by their prior, are calibrated to the moments.
3. What moments then leave open is shared out as smooth corrections of all drives, each within its
   doubt. How far a deep muscle may leave its prior is learned by masking the measured muscles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ...nmm.novelty import TrainingRange, find_training_range
from ...nmm.trained import ExcitationJudgement, TrainedNMM
from ...nmm.trial_verdict import judge_estimate
from ..emg_driven.calibration import calibrate
from ..emg_driven.fit import FittedMuscles, Uncertainty
from ..emg_driven.model import EmgDrivenModel
from ..interface import Estimator, FittedNMM, Task, split
from ..steps import Steps
from ..trust.findings import gather_findings
from ..trust.trust_model import read_shipped
from ..trust.verdict import judge_excitation
from .corrections import CorrectedMuscles, Corrections, Features, collect, find_errors
from .drives import Drives
from .export import export
from .masking import Masking, find_errors_of_drives, find_spreads, mask

ITERATIONS = 3
# Of its deviation, that moments must move an excitation by to be said to have changed it.
NOTICEABLE = 0.01


class Posterior(Estimator):
    """Prior, calibration and corrections; chance plays no part."""

    name = "NMM posterior"
    standing = "NMM"
    seeded = False
    sees_moments = False

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedPosterior:
        steps = steps or Steps()
        steps.tell("preparing what other people and synergists say")
        drives = Drives(task)
        if drives.fit is not None:
            steps.tell(drives.fit.describe())
        trials = [drives.prepare(trial) for trial in task.training]
        model = EmgDrivenModel(task.model, drives.sources, trials)
        calibrated = _calibrate(task, model, trials, steps)
        # The delay is the declaration's and applied already.
        driven = calibrated.get_driven(0).without_lag()
        features = Features(trials)
        amplitudes = driven.compute_amplitudes(trials)
        masking = mask(task, drives, driven, amplitudes, steps)
        spreads = find_spreads(model, drives, masking.measured_doubt, masking.doubt)
        deviations = spreads * amplitudes
        weights = None
        for iteration in range(ITERATIONS):
            steps.tell(f"correcting drives, {iteration + 1} of {ITERATIONS}")
            equations = collect(driven, trials, features, weights)
            weights = equations.solve(deviations)
        assert weights is not None
        doubts = find_errors_of_drives(driven, drives, trials, masking) * amplitudes
        uncertainty = calibrated.find_uncertainty(
            lambda trial: find_errors(driven, trial, features, doubts)
        )
        corrected = CorrectedMuscles(driven, Corrections(features, weights))
        judgements = _judge(task, drives, corrected, trials)
        return FittedPosterior(task, drives, corrected, uncertainty, masking, judgements)


def _calibrate(
    task: Task, model: EmgDrivenModel, trials: Sequence[PreparedTrial], steps: Steps
) -> FittedMuscles:
    calibrated = calibrate(task, model, trials, steps)
    unexplained = 100 * (1 - calibrated.find_explained().mean())
    steps.tell(f"calibrated: unexplained moment {unexplained:.0f} %")
    return calibrated


class FittedPosterior(FittedNMM):
    """Calibrated muscles and corrections."""

    name = Posterior.name
    training_range: TrainingRange

    def __init__(
        self,
        task: Task,
        drives: Drives,
        corrected: CorrectedMuscles,
        uncertainty: Uncertainty,
        masking: Masking,
        judgements: Mapping[str, ExcitationJudgement],
    ) -> None:
        self.masking = masking
        self.judgements = judgements
        """How far each deep muscle's excitation is to be believed, by muscle."""
        self._task = task
        self.drives = drives
        self.corrected = corrected
        self._uncertainty = uncertainty
        self.training_range = find_training_range(task.declaration, task.training)

    def estimate(self, trial: PreparedTrial) -> Estimate:
        driven = self.drives.prepare(trial)
        excitations = self.corrected.compute_excitations(driven)
        moments = self.corrected.compute_moments(driven)
        muscles = self.corrected.driven.model.muscles
        estimate = Estimate(dict(zip(muscles, excitations.T, strict=True)), moments)
        return judge_estimate(estimate, self.judgements, self.training_range, trial)

    def describe_nmm(self) -> TrainedNMM:
        exported = export(
            self._task,
            self.drives,
            self.corrected,
            self._uncertainty,
            self.judgements,
        )
        return replace(exported, training_range=self.training_range)


def _judge(
    task: Task, drives: Drives, corrected: CorrectedMuscles, trials: Sequence[PreparedTrial]
) -> dict[str, ExcitationJudgement]:
    """How far each deep muscle is to be believed, as masked muscles of other people taught.

    ``trials`` are prepared with their drives.
    """
    model, prior = read_shipped(), drives.prior
    driven, muscles = corrected.driven, corrected.driven.model.muscles
    excitations = np.vstack([corrected.compute_excitations(trial) for trial in trials])
    uncorrected = np.vstack([driven.compute_excitations(trial) for trial in trials])
    judgements = {}
    for asked in prior.deep:
        findings = gather_findings(prior, asked, drives.met, split(task)[1])
        column = muscles.index(asked.muscle)
        excitation, before = excitations[:, column], uncorrected[:, column]
        judgements[asked.muscle] = judge_excitation(
            model,
            findings,
            excitation,
            prior.describe_witnesses(asked),
            _describe_change(before, excitation),
            task.teacher_doubts,
        )
    return judgements


def _describe_change(before: Array, after: Array) -> str:
    """What joint moments changed of an excitation, (frames,)."""
    moved = float(np.sqrt(np.square(after - before).mean()) / max(float(before.std()), 1e-12))
    if moved < NOTICEABLE:
        return "Joint moments changed nothing of it."
    return f"Joint moments moved it by {100 * moved:.0f} % of its deviation."
