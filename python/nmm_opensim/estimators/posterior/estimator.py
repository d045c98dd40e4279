"""A prior from neighbours and other subjects, moved as far as moments ask and masking allows.

1. The prior says what each deep muscle does (:mod:`nmm_opensim.prior`).
2. EMG-driven muscles, deep ones driven by their prior, are calibrated to the moments.
3. What moments then leave open is shared out as smooth corrections of all drives, each within its
   doubt. How far a deep muscle may leave its prior is learned by masking the measured muscles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate, Interval
from ...nmm.trained import ExcitationJudgement, TrainedNMM
from ..emg_driven.fit import EmgDrivenFit, Uncertainty
from ..emg_driven.model import WHOLE, EmgDrivenModel, Parameters
from ..interface import Estimator, FittedNMM, Task
from ..steps import Steps
from .corrections import Features, NormalEquations, collect, find_errors
from .drives import Drives, name_prior
from .export import export
from .masking import Masking, find_errors_of_drives, find_floor, find_spreads, mask
from .verdicts import judge_excitation

ITERATIONS = 3
MOST_FRAMES = 6000
NO_LAG = (-1e-6, 1e-6)  # s


class Posterior(Estimator):
    """Prior, calibration and corrections; chance plays no part."""

    name = "NMM posterior"
    standing = "NMM"
    seeded = False
    sees_moments = False

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedPosterior:
        steps = steps or Steps()
        steps.tell("preparing what synergists and other subjects say")
        drives = Drives(task)
        trials = [drives.prepare(trial) for trial in task.training]
        model = EmgDrivenModel(task.model, drives.sources, trials)
        coordinates = list(range(len(task.declaration.moment_coordinates)))
        steps.tell("calibrating muscles")
        fit = EmgDrivenFit(model, [trials], coordinates, MOST_FRAMES, task.declaration.bounds)
        fit.take(steps.run_array("calibration", lambda: _calibrate(fit)))
        parameters = replace(fit.get_parameters(0), lag=0.0)
        unexplained = 100 * (1 - fit.find_explained().mean())
        steps.tell(f"calibrated: unexplained moment {unexplained:.0f} %")
        features = Features(trials)
        amplitudes = model.compute_amplitudes(parameters, trials)
        masking = mask(task, drives, model, parameters, amplitudes, steps)
        spreads = find_spreads(model, drives, masking.measured_doubt, masking.doubt)
        deviations = spreads * amplitudes
        weights = None
        for iteration in range(ITERATIONS):
            steps.tell(f"correcting drives, {iteration + 1} of {ITERATIONS}")
            # The last equations say what moments leave undecided.
            equations = collect(model, parameters, trials, features, weights)
            weights = equations.solve(deviations)
        assert weights is not None
        doubts = find_errors_of_drives(model, drives, parameters, trials, masking) * amplitudes
        uncertainty = fit.find_uncertainty(
            lambda trial: find_errors(model, parameters, trial, features, doubts)
        )
        calibrated = Calibrated(model, parameters, uncertainty)
        corrections = Corrections(features, weights)
        judgements = _judge(drives, calibrated, corrections, masking, equations, deviations, trials)
        return FittedPosterior(task, drives, calibrated, corrections, masking, judgements)


def _calibrate(fit: EmgDrivenFit) -> Array:
    # The delay is the declaration's and applied already.
    fit.run([0.0], NO_LAG)
    return fit.best


@dataclass(frozen=True)
class Calibrated:
    """Muscles fitted to the moments, and what these leave undecided."""

    model: EmgDrivenModel
    parameters: Parameters
    uncertainty: Uncertainty


@dataclass(frozen=True)
class Corrections:
    """What is added to each drive's excitation: ``weights`` (drives, FEATURES) of the features."""

    features: Features
    weights: Array

    def compute(self, trial: PreparedTrial) -> Array:
        """(frames, drives)."""
        corrections: Array = self.features.compute(trial) @ self.weights.T
        return corrections


class FittedPosterior(FittedNMM):
    """Calibrated muscles and corrections."""

    name = Posterior.name

    def __init__(
        self,
        task: Task,
        drives: Drives,
        calibrated: Calibrated,
        corrections: Corrections,
        masking: Masking,
        judgements: Mapping[str, ExcitationJudgement],
    ) -> None:
        self.masking = masking
        self.judgements = judgements
        """What decided each deep muscle's excitation, by muscle."""
        self._task = task
        self._drives = drives
        self._calibrated = calibrated
        self._corrections = corrections

    def estimate(self, trial: PreparedTrial) -> Estimate:
        driven = self._drives.prepare(trial)
        model, parameters = self._calibrated.model, self._calibrated.parameters
        corrections = self._corrections.compute(driven)
        excitations = model.compute_excitations(parameters, driven, corrections)
        coordinates = list(range(trial.moments.shape[1]))
        moments = model.compute_moments(parameters, driven, WHOLE, coordinates, corrections)
        by_muscle = dict(zip(model.muscles, excitations.T, strict=True))
        intervals = {}
        for muscle, judgement in self.judgements.items():
            if (interval := judgement.interval) is not None:
                excitation = by_muscle[muscle]
                margin = interval.margin * (interval.floor + excitation)
                lower = np.maximum(excitation - margin, 0.0)
                intervals[muscle] = Interval(lower, excitation + margin)
        return Estimate(by_muscle, moments, intervals)

    def describe_nmm(self) -> TrainedNMM:
        return export(
            self._task,
            self._drives,
            self._calibrated.model,
            self._calibrated.parameters,
            self._calibrated.uncertainty,
            self._corrections.features,
            self._corrections.weights,
            self.judgements,
        )


def _judge(
    drives: Drives,
    calibrated: Calibrated,
    corrections: Corrections,
    masking: Masking,
    equations: NormalEquations,
    deviations: Array,
    trials: Sequence[PreparedTrial],
) -> dict[str, ExcitationJudgement]:
    model, parameters = calibrated.model, calibrated.parameters
    excitations = np.vstack(
        [model.compute_excitations(parameters, t, corrections.compute(t)) for t in trials]
    )
    units = np.vstack([corrections.features.compute(trial) for trial in trials])
    judgements = {}
    for asked in drives.prior.deep:
        drive = model.drives.index(name_prior(asked.muscle))
        left = equations.find_left(deviations, drive, units) if deviations[drive] > 0 else 1.0
        floor = find_floor(excitations[:, model.muscles.index(asked.muscle)])
        evidence = drives.prior.find_evidence(asked)
        judgements[asked.muscle] = judge_excitation(evidence, masking, left, floor)
    return judgements
