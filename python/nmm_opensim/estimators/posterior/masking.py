"""How far drives may be corrected: what moments ask of measured ones, masking allows deep ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ... import _core
from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ..emg_driven.model import WHOLE, EmgDrivenModel, Parameters
from ..interface import Task
from ..steps import Steps
from .corrections import Features, collect
from .drives import Drives, name_prior

# Doubts in measured drives, as shares of their own deviations: electrodes see a part of a muscle,
# and with it go the muscles that are tied to it.
MEASURED_DOUBTS = (0.0, 0.4, 1.0, 2.5, 6.0)
# Doubt in a prior, as shares of its own deviation: 0 keeps to the prior.
DOUBTS = (0.0, 0.1, 0.3, 1.0)
COVERAGE = 0.9
# Of a normal distribution, for the same.
NINETY_PERCENT = 1.645
# Margins grow with the excitation from this share of its deviation on: noise has a floor.
FLOOR = 0.3


@dataclass(frozen=True)
class Masking:
    """What unseen moments and masked muscles showed.

    ``measured_doubt`` is the one of MEASURED_DOUBTS that met moments best on trials that were not
    fitted, ``doubt`` the one of DOUBTS that masked muscles were met best with, ``agreement`` their
    mean r at each, and ``margin`` what holds COVERAGE of their recordings, in units of the
    excitation and :func:`find_floor`; None where no muscle could be masked, and nothing is known
    of errors.
    """

    measured_doubt: float
    doubt: float
    agreement: tuple[float, ...]
    margin: float | None


def mask(
    task: Task,
    drives: Drives,
    model: EmgDrivenModel,
    parameters: Parameters,
    amplitudes: Array,
    steps: Steps,
) -> Masking:
    """Ask for each measured muscle as if it were deep; only the calibration has heard it.

    Corrections are fitted to the training trials and judged on the validation trials; without
    these on the last training trial, left out of the fit where there are several.
    """
    fitted, judged = split(task)

    def choose() -> Array:
        return np.array(
            _choose_measured_doubt(drives, model, parameters, amplitudes, fitted, judged)
        )

    measured_doubt = float(steps.run_array("doubt in measured muscles", choose))
    steps.tell(f"measured muscles are doubted by {measured_doubt:g} of their deviation")

    def ask(channel: str) -> Array:
        return _ask(channel, drives, model, parameters, amplitudes, measured_doubt, fitted, judged)

    errors: list[list[Array]] = [[] for _ in DOUBTS]
    agreements: list[list[float]] = [[] for _ in DOUBTS]
    for channel, asked in drives.prior.masked.items():
        recording = np.concatenate([drives.prior.read(channel, trial) for trial in judged])
        if not drives.prior.find_evidence(asked) or recording.std() == 0:
            continue
        estimates = steps.run_array(f"masked {channel}", partial(ask, channel))
        for k, estimate in enumerate(estimates):
            agreement = _core.agreement(estimate, recording)
            agreements[k].append(agreement.r if np.isfinite(agreement.r) else -1.0)
            errors[k].append(find_relative_errors(estimate, recording))
        steps.tell(f"masked {channel}: r {max(values[-1] for values in agreements):.2f}")
    if not agreements[0]:
        return Masking(measured_doubt, DOUBTS[0], (), None)
    means = tuple(float(np.mean(values)) for values in agreements)
    best = int(np.argmax(means))
    return Masking(measured_doubt, DOUBTS[best], means, find_margin(errors[best]))


def split(task: Task) -> tuple[tuple[PreparedTrial, ...], tuple[PreparedTrial, ...]]:
    """The trials that are fitted, and those that masked muscles are judged on."""
    if task.validation:
        return task.training, task.validation
    return task.training[:-1] or task.training, task.training[-1:]


def find_relative_errors(estimate: Array, recording: Array) -> Array:
    """Errors after the best scale, in units of excitation and floor, (frames,).

    Empty where no positive scale brings the estimate nearer to the recording.
    """
    scale = _core.agreement(estimate, recording).best_scale
    if not scale > 0:
        return np.empty(0)
    scaled = scale * estimate
    errors: Array = np.abs(recording - scaled) / (find_floor(scaled) + scaled)
    return errors


def find_margin(errors: Sequence[Array]) -> float | None:
    """What holds COVERAGE of all muscles' relative errors; None where there are none."""
    together = np.concatenate([np.empty(0), *errors])
    return float(np.quantile(together, COVERAGE)) if len(together) else None


def _ask(
    channel: str,
    drives: Drives,
    model: EmgDrivenModel,
    parameters: Parameters,
    amplitudes: Array,
    measured_doubt: float,
    fitted: Sequence[PreparedTrial],
    judged: Sequence[PreparedTrial],
) -> Array:
    """Excitations of a masked muscle at the judged frames, (DOUBTS, frames)."""
    # Every muscle is measured or has a prior's channel: a drive is a channel.
    drive = model.drives.index(channel)
    muscle = model.muscles.index(drives.prior.masked[channel].muscle)
    trials = [drives.prepare(trial, channel) for trial in fitted]
    features = Features(trials)
    equations = collect(model, parameters, trials, features)
    asked_of = [drives.prepare(trial, channel) for trial in judged]

    def estimate(doubt: float) -> Array:
        spreads = find_spreads(model, drives, measured_doubt, doubt)
        spreads[drive] = doubt
        weights = equations.solve(spreads * amplitudes)
        excitations = [
            model.compute_excitations(parameters, trial, features.compute(trial) @ weights.T)
            for trial in asked_of
        ]
        return np.concatenate(excitations)[:, muscle]

    return np.stack([estimate(doubt) for doubt in DOUBTS])


def _choose_measured_doubt(
    drives: Drives,
    model: EmgDrivenModel,
    parameters: Parameters,
    amplitudes: Array,
    fitted: Sequence[PreparedTrial],
    judged: Sequence[PreparedTrial],
) -> float:
    trials = [drives.prepare(trial) for trial in fitted]
    features = Features(trials)
    equations = collect(model, parameters, trials, features)
    asked_of = [drives.prepare(trial) for trial in judged]
    scale = np.concatenate([trial.moments for trial in asked_of]).std(axis=0)
    coordinates = list(range(len(scale)))

    def find_error(doubt: float) -> float:
        weights = equations.solve(find_spreads(model, drives, doubt, 0.0) * amplitudes)
        errors = [
            model.compute_moments(
                parameters, trial, WHOLE, coordinates, features.compute(trial) @ weights.T
            )
            - trial.moments
            for trial in asked_of
        ]
        return float(np.square(np.concatenate(errors) / scale).mean())

    return min(MEASURED_DOUBTS, key=find_error)


def find_spreads(model: EmgDrivenModel, drives: Drives, measured: float, deep: float) -> Array:
    """How far each drive is doubted, as a share of its deviation, (drives,)."""
    return np.array([deep if channel in drives.deep else measured for channel in model.drives])


def find_errors_of_drives(
    model: EmgDrivenModel,
    drives: Drives,
    parameters: Parameters,
    trials: Sequence[PreparedTrial],
    masking: Masking,
) -> Array:
    """How wrong each drive may be, as a share of its deviation, (drives,).

    Measured ones as far as they are doubted, deep ones as masked muscles were missed: the estimate
    keeps to a prior that moments cannot mend, but the prior is not right for that.
    """
    errors = find_spreads(model, drives, masking.measured_doubt, 1.0)
    if masking.margin is None:
        return errors
    excitations = np.vstack([model.compute_excitations(parameters, trial) for trial in trials])
    for asked in drives.prior.deep:
        excitation = excitations[:, model.muscles.index(asked.muscle)]
        deviation = max(float(excitation.std()), np.finfo(float).tiny)
        missed = (find_floor(excitation) + excitation) / deviation
        errors[model.drives.index(name_prior(asked.muscle))] = (
            masking.margin / NINETY_PERCENT * float(np.sqrt(np.square(missed).mean()))
        )
    return errors


def find_floor(excitation: Array) -> float:
    """The error of a muscle at rest, in units of the margin."""
    return FLOOR * float(excitation.std())
