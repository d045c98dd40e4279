"""A prior from neighbours and other subjects, moved as far as moments ask and masking allows.

1. The prior says what each deep muscle does (:mod:`nmm_opensim.prior`).
2. EMG-driven muscles, deep ones driven by their prior, are calibrated to the moments.
3. What moments then leave open is shared out as smooth corrections of all drives, each within its
   doubt. How far a deep muscle may leave its prior is learned by masking the measured muscles.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .. import _core
from ..emg_driven.fit import EmgDrivenFit
from ..emg_driven.model import EmgDrivenModel, Parameters
from ..errors import NMMError
from ..nmm import PreparedTrial
from ..prior.combination import MusclePrior
from ..prior.population import Population
from ..sources import Deep, Measured, MuscleSources, Source, Unscored
from ..tables import Array, Table
from .corrections import Features, collect
from .estimator import Estimate, Estimator, FittedEstimator, Interval, Task

# Doubt in a measured drive, as a share of its own deviation: electrodes see a part of a muscle,
# and with it go the muscles that are tied to it.
MEASURED_DOUBT = 1.0
# Doubt in a prior, as shares of the error that masked muscles show: 0 keeps to the prior.
DOUBTS = (0.0, 0.1, 0.3, 1.0)
ITERATIONS = 3
COVERAGE = 0.9
# Margins grow with the excitation from this share of its deviation on: noise has a floor.
FLOOR = 0.3


@dataclass(frozen=True)
class Masking:
    """What masking the measured muscles showed.

    ``doubt`` is the one of DOUBTS that masked muscles were met best with, ``agreement`` their mean
    r at each, and ``margin`` what holds COVERAGE of their recordings, in units of :func:`_margin`.
    """

    doubt: float
    agreement: tuple[float, ...]
    margin: float


class Posterior(Estimator):
    """Prior, calibration and corrections; chance plays no part."""

    name = "NMM posterior"
    standing = "NMM"
    seeded = False
    sees_moments = False

    def fit(self, task: Task, seed: int) -> FittedPosterior:
        prior = _make_prior(task)
        drives = _Drives(task, prior)
        trials = [drives.prepare(trial) for trial in task.training]
        model = EmgDrivenModel(task.model, drives.sources, trials)
        coordinates = list(range(len(task.declaration.moment_coordinates)))
        fit = EmgDrivenFit(model, [trials], coordinates)
        fit.run([0.0])
        parameters = fit.get_parameters(0)
        features = Features(trials)
        amplitudes = model.compute_amplitudes(parameters, trials)
        masking = _mask(task, drives, model, parameters, features, amplitudes)
        spreads = np.array(
            [
                masking.doubt if channel in drives.deep else MEASURED_DOUBT
                for channel in drives.channels_of(model)
            ]
        )
        weights = None
        for _ in range(ITERATIONS):
            equations = collect(model, parameters, trials, features, weights)
            weights = equations.solve(spreads * amplitudes)
        assert weights is not None
        return FittedPosterior(drives, model, parameters, features, weights, masking)


class FittedPosterior(FittedEstimator):
    """Calibrated muscles and corrections."""

    name = Posterior.name

    def __init__(
        self,
        drives: _Drives,
        model: EmgDrivenModel,
        parameters: Parameters,
        features: Features,
        weights: Array,
        masking: Masking,
    ) -> None:
        self.masking = masking
        self._drives = drives
        self._model = model
        self._parameters = parameters
        self._features = features
        self._weights = weights

    def estimate(self, trial: PreparedTrial) -> Estimate:
        driven = self._drives.prepare(trial)
        corrections = self._features.compute(driven) @ self._weights.T
        excitations = self._model.compute_excitations(self._parameters, driven, corrections)
        moments = self._model.compute_moments(
            self._parameters,
            driven,
            slice(0, len(trial.trial.time)),
            list(range(trial.moments.shape[1])),
            corrections,
        )
        by_muscle = dict(zip(self._model.muscles, excitations.T, strict=True))
        intervals = {
            asked.muscle: self._make_interval(by_muscle[asked.muscle])
            for asked in self._drives.deep.values()
        }
        return Estimate(by_muscle, moments, intervals)

    def _make_interval(self, excitation: Array) -> Interval:
        margin = self.masking.margin * _margin(excitation)
        return Interval(np.maximum(excitation - margin, 0.0), excitation + margin)


class _Drives:
    """The task's muscles with a channel for every deep one: what its prior says."""

    def __init__(self, task: Task, prior: MusclePrior) -> None:
        self.prior = prior
        self.deep = {f"prior of {asked.muscle}": asked for asked in prior.deep}
        names = {asked.muscle: channel for channel, asked in self.deep.items()}

        def drive(source: Source) -> Source:
            if isinstance(source, Unscored):
                raise NMMError(
                    f"Muscle '{source.muscle}' is unscored: neither a synergist nor a recording "
                    "says anything of it; declare it as deep with <synergist_channels>, or tie it."
                )
            if isinstance(source, Deep):
                return Measured(source.muscle, (names[source.muscle],), (1.0,))
            return source

        self.sources = MuscleSources(tuple(drive(s) for s in task.declaration.sources.sources))
        self._measured = task.declaration.sources.channels

    def channels_of(self, model: EmgDrivenModel) -> list[str]:
        """The channel of each drive."""
        return [drive.split(" on ")[0] for drive in model.drives]

    def prepare(self, trial: PreparedTrial, masked: str | None = None) -> PreparedTrial:
        """The trial with envelopes at its frames and deep muscles' priors beside them.

        ``masked`` is a measured channel in whose place its prior stands, as large as its peaks.
        """
        columns = (*self._measured, *self.deep)
        priors = [self.prior.predict(asked, trial) for asked in self.deep.values()]
        values = np.column_stack([trial.envelopes.numpy(), *priors])
        if masked is not None:
            k = columns.index(masked)
            values[:, k] = self.prior.predict(self.prior.masked[masked], trial)
            values[:, k] *= self.prior.find_peak(masked)
        emg = Table("EMG and priors", columns, trial.trial.time, values)
        emg = emg.select(self.sources.channels)
        return replace(trial, trial=replace(trial.trial, emg=emg))


def _make_prior(task: Task) -> MusclePrior:
    sources = task.declaration.sources
    if not task.prior_subjects:
        return MusclePrior(sources, task.training, None)
    coordinates = task.prior_subjects[0].coordinates
    motion = np.vstack(
        [np.hstack(trial.trial.motion.select(coordinates)) for trial in task.training]
    )
    return MusclePrior(sources, task.training, Population(task.prior_subjects, coordinates, motion))


def _mask(
    task: Task,
    drives: _Drives,
    model: EmgDrivenModel,
    parameters: Parameters,
    features: Features,
    amplitudes: Array,
) -> Masking:
    """Ask for each measured muscle that has a drive of its own as if it were deep."""
    channels = drives.channels_of(model)
    judged = task.validation or task.training
    errors: list[list[Array]] = [[] for _ in DOUBTS]
    agreements: list[list[float]] = [[] for _ in DOUBTS]
    for channel, asked in drives.prior.masked.items():
        if channels.count(channel) != 1 or not drives.prior.find_evidence(asked):
            continue
        drive = channels.index(channel)
        trials = [drives.prepare(trial, channel) for trial in task.training]
        equations = collect(model, parameters, trials, features)
        recording = np.concatenate([drives.prior.read(channel, trial) for trial in judged])
        asked_of = [drives.prepare(trial, channel) for trial in judged]
        muscle = model.muscles.index(asked.muscle)
        for k, doubt in enumerate(DOUBTS):
            spreads = np.full(len(channels), MEASURED_DOUBT)
            spreads[drive] = doubt
            weights = equations.solve(spreads * amplitudes)
            estimate = np.concatenate(
                [
                    model.compute_excitations(
                        parameters, trial, features.compute(trial) @ weights.T
                    )[:, muscle]
                    for trial in asked_of
                ]
            )
            agreement = _core.agreement(estimate, recording)
            agreements[k].append(agreement.r)
            scaled = agreement.best_scale * estimate
            errors[k].append(np.abs(recording - scaled) / np.maximum(_margin(scaled), 1e-9))
    if not agreements[0]:
        return Masking(DOUBTS[-1], (), 1.0)
    means = tuple(float(np.mean(values)) for values in agreements)
    best = int(np.argmax(means))
    margin = float(np.quantile(np.concatenate(errors[best]), COVERAGE))
    return Masking(DOUBTS[best], means, margin)


def _margin(excitation: Array) -> Array:
    """How errors grow with an excitation, in its own unit."""
    margin: Array = FLOOR * excitation.std() + excitation
    return margin
