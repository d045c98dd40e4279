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
from ..emg_driven.model import WHOLE, EmgDrivenModel, Parameters
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
# Doubt in a prior, as shares of its own deviation: 0 keeps to the prior.
DOUBTS = (0.0, 0.1, 0.3, 1.0)
ITERATIONS = 3
MOST_FRAMES = 6000
NO_LAG = (-1e-6, 1e-6)  # s
COVERAGE = 0.9
# Margins grow with the excitation from this share of its deviation on: noise has a floor.
FLOOR = 0.3


@dataclass(frozen=True)
class Masking:
    """What masking the measured muscles showed.

    ``doubt`` is the one of DOUBTS that masked muscles were met best with, ``agreement`` their mean
    r at each, and ``margin`` what holds COVERAGE of their recordings, in units of :func:`_margin`;
    None where no muscle could be masked, and nothing is known of errors.
    """

    doubt: float
    agreement: tuple[float, ...]
    margin: float | None


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
        fit = EmgDrivenFit(model, [trials], coordinates, MOST_FRAMES)
        # The delay is the declaration's and applied already.
        fit.run([0.0], NO_LAG)
        parameters = fit.get_parameters(0)
        features = Features(trials)
        amplitudes = model.compute_amplitudes(parameters, trials)
        masking = _mask(task, drives, model, parameters, amplitudes)
        spreads = _find_spreads(model, drives, masking.doubt)
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
            WHOLE,
            list(range(trial.moments.shape[1])),
            corrections,
        )
        by_muscle = dict(zip(self._model.muscles, excitations.T, strict=True))
        intervals = {}
        if self.masking.margin is not None:
            for asked in self._drives.deep.values():
                excitation = by_muscle[asked.muscle]
                margin = self.masking.margin * _margin(excitation)
                lower = np.maximum(excitation - margin, 0.0)
                intervals[asked.muscle] = Interval(lower, excitation + margin)
        return Estimate(by_muscle, moments, intervals)


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
        self._lags = len(task.declaration.architecture.emg_lags)

    def prepare(self, trial: PreparedTrial, masked: str | None = None) -> PreparedTrial:
        """The trial with envelopes at its frames and deep muscles' priors beside them.

        ``masked`` is a measured channel in whose place its prior stands, as large as its peaks; it
        is no witness of any muscle then, nor among the network's inputs.
        """
        columns = (*self._measured, *self.deep)
        priors = [self.prior.predict(asked, trial, masked) for asked in self.deep.values()]
        values = np.column_stack([trial.envelopes.numpy(), *priors])
        inputs = trial.inputs
        if masked is not None:
            k = columns.index(masked)
            values[:, k] = self.prior.predict(self.prior.masked[masked], trial, masked)
            values[:, k] *= self.prior.find_peak(masked)
            inputs = inputs.copy()
            # For each lag all channels, then coordinates and speeds.
            inputs[:, k : self._lags * len(self._measured) : len(self._measured)] = 0.0
        emg = Table("EMG and priors", columns, trial.trial.time, values)
        emg = emg.select(self.sources.channels)
        return replace(trial, trial=replace(trial.trial, emg=emg), inputs=inputs)


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
    amplitudes: Array,
) -> Masking:
    """Ask for each measured muscle as if it were deep; only the calibration has heard it.

    Corrections are fitted to the training trials and judged on the validation trials; without
    these on the last training trial, left out of the fit where there are several.
    """
    # Every muscle is measured or has a prior's channel: a drive is a channel.
    channels = model.drives
    judged, fitted = task.validation, task.training
    if not judged:
        judged, fitted = fitted[-1:], fitted[:-1] or fitted
    errors: list[list[Array]] = [[] for _ in DOUBTS]
    agreements: list[list[float]] = [[] for _ in DOUBTS]
    for channel, asked in drives.prior.masked.items():
        if not drives.prior.find_evidence(asked):
            continue
        drive = channels.index(channel)
        recording = np.concatenate([drives.prior.read(channel, trial) for trial in judged])
        if recording.std() == 0:
            continue
        trials = [drives.prepare(trial, channel) for trial in fitted]
        features = Features(trials)
        equations = collect(model, parameters, trials, features)
        asked_of = [drives.prepare(trial, channel) for trial in judged]
        muscle = model.muscles.index(asked.muscle)
        for k, doubt in enumerate(DOUBTS):
            spreads = _find_spreads(model, drives, doubt)
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
            agreements[k].append(agreement.r if np.isfinite(agreement.r) else -1.0)
            scaled = agreement.best_scale * estimate
            if agreement.best_scale > 0:
                errors[k].append(np.abs(recording - scaled) / _margin(scaled))
    if not agreements[0]:
        return Masking(DOUBTS[0], (), None)
    means = tuple(float(np.mean(values)) for values in agreements)
    best = int(np.argmax(means))
    margin = float(np.quantile(np.concatenate(errors[best]), COVERAGE)) if errors[best] else None
    return Masking(DOUBTS[best], means, margin)


def _find_spreads(model: EmgDrivenModel, drives: _Drives, doubt: float) -> Array:
    """How far each drive is doubted, as a share of its deviation, (drives,)."""
    return np.array(
        [doubt if channel in drives.deep else MEASURED_DOUBT for channel in model.drives]
    )


def _margin(excitation: Array) -> Array:
    """How errors grow with an excitation, in its own unit."""
    margin: Array = FLOOR * excitation.std() + excitation
    return margin
