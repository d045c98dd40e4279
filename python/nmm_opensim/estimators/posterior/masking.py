"""How far drives may be corrected: what moments ask of measured ones, masking allows deep ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ..agreement import agree, find_relative_errors
from ..emg_driven.driven import Driven
from ..emg_driven.model import EmgDrivenModel
from ..interface import Task, split
from ..steps import Steps
from .corrections import CorrectedMuscles, Corrections, Features, NormalEquations, collect
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


def mask(task: Task, drives: Drives, driven: Driven, amplitudes: Array, steps: Steps) -> Masking:
    """Ask for each measured muscle as if it were deep; only the calibration has heard it.

    Corrections are fitted to the training trials and judged on the validation trials; without
    these on the last training trial, left out of the fit where there are several. ``amplitudes``
    (drives,) are standard deviations of the drives' excitations.
    """
    fitted, judged = split(task)
    examination = Examination(drives, driven, amplitudes, fitted, judged)
    measured_doubt = float(
        steps.run_array(
            "doubt in measured muscles", lambda: np.array(examination.choose_measured_doubt())
        )
    )
    steps.tell(f"measured muscles are doubted by {measured_doubt:g} of their deviation")
    errors: list[list[Array]] = [[] for _ in DOUBTS]
    agreements: list[list[float]] = [[] for _ in DOUBTS]
    for channel, recording in list_masked(drives, judged):
        estimates = steps.run_array(
            f"masked {channel}", partial(examination.ask, channel, measured_doubt)
        )
        for k, estimate in enumerate(estimates):
            agreements[k].append(agree(estimate, recording))
            errors[k].append(find_relative_errors(estimate, recording, find_floor))
        steps.tell(f"masked {channel}: r {max(values[-1] for values in agreements):.2f}")
    if not agreements[0]:
        return Masking(measured_doubt, DOUBTS[0], (), None)
    means = tuple(float(np.mean(values)) for values in agreements)
    best = int(np.argmax(means))
    return Masking(measured_doubt, DOUBTS[best], means, find_margin(errors[best]))


def list_masked(drives: Drives, judged: Sequence[PreparedTrial]) -> list[tuple[str, Array]]:
    """The channels that can be asked for as if nobody heard them, with their recordings.

    Shares of the channel's peak at the ``judged`` frames, (frames,).
    """
    recordings = [
        (channel, np.concatenate([drives.prior.read(channel, trial) for trial in judged]))
        for channel, asked in drives.prior.masked.items()
        if drives.prior.find_evidence(asked, channel)
    ]
    return [(channel, recording) for channel, recording in recordings if recording.std() > 0]


def find_margin(errors: Sequence[Array]) -> float | None:
    """What holds COVERAGE of all muscles' relative errors; None where there are none."""
    together = np.concatenate([np.empty(0), *errors])
    return float(np.quantile(together, COVERAGE)) if len(together) else None


@dataclass(frozen=True)
class Examination:
    """Corrections are fitted to some trials and judged on others."""

    drives: Drives
    driven: Driven
    amplitudes: Array
    fitted: Sequence[PreparedTrial]
    judged: Sequence[PreparedTrial]

    def ask(self, channel: str, measured_doubt: float) -> Array:
        """Excitations of a masked muscle at the judged frames, (DOUBTS, frames)."""
        muscle = self.find_muscle(channel)
        muscles, asked_of = self.correct_without(channel, measured_doubt, DOUBTS)

        def estimate(corrected: CorrectedMuscles) -> Array:
            excitations = [corrected.compute_excitations(trial) for trial in asked_of]
            return np.concatenate(excitations)[:, muscle]

        return np.stack([estimate(corrected) for corrected in muscles])

    def find_muscle(self, channel: str) -> int:
        """The muscle, by index, that a masked channel is asked for."""
        return self.driven.model.muscles.index(self.drives.prior.masked[channel].muscle)

    def correct_without(
        self, channel: str, measured_doubt: float, doubts: Sequence[float]
    ) -> tuple[list[CorrectedMuscles], list[PreparedTrial]]:
        """Muscles corrected with each of ``doubts``, and the judged trials, without a channel.

        Its prior stands in its place, doubted as those of deep muscles are.
        """
        model = self.driven.model
        # Every muscle is measured or has a prior's channel: a drive is a channel.
        drive = model.drives.index(channel)
        features, equations, asked_of = self._prepare(channel)

        def correct(doubt: float) -> CorrectedMuscles:
            spreads = find_spreads(model, self.drives, measured_doubt, doubt)
            spreads[drive] = doubt
            return self._correct(features, equations.solve(spreads * self.amplitudes))

        return [correct(doubt) for doubt in doubts], asked_of

    def choose_measured_doubt(self) -> float:
        """The one of MEASURED_DOUBTS that meets the judged moments best."""
        features, equations, asked_of = self._prepare()
        scale = np.concatenate([trial.known_moments for trial in asked_of]).std(axis=0)

        def find_error(doubt: float) -> float:
            spreads = find_spreads(self.driven.model, self.drives, doubt, 0.0)
            corrected = self._correct(features, equations.solve(spreads * self.amplitudes))
            errors = [corrected.compute_moments(trial) - trial.known_moments for trial in asked_of]
            return float(np.square(np.concatenate(errors) / scale).mean())

        return min(MEASURED_DOUBTS, key=find_error)

    def _prepare(
        self, masked: str | None = None
    ) -> tuple[Features, NormalEquations, list[PreparedTrial]]:
        """What the fitted trials ask, and the judged trials, without the ``masked`` channel."""
        trials = [self.drives.prepare(trial, masked) for trial in self.fitted]
        features = Features(trials)
        equations = collect(self.driven, trials, features)
        return features, equations, [self.drives.prepare(trial, masked) for trial in self.judged]

    def _correct(self, features: Features, weights: Array) -> CorrectedMuscles:
        return CorrectedMuscles(self.driven, Corrections(features, weights))


def find_spreads(model: EmgDrivenModel, drives: Drives, measured: float, deep: float) -> Array:
    """How far each drive is doubted, as a share of its deviation, (drives,)."""
    return np.array([deep if channel in drives.deep else measured for channel in model.drives])


def find_errors_of_drives(
    driven: Driven, drives: Drives, trials: Sequence[PreparedTrial], masking: Masking
) -> Array:
    """How wrong each drive may be, as a share of its deviation, (drives,).

    Measured ones as far as they are doubted, deep ones as masked muscles were missed: the estimate
    keeps to a prior that moments cannot mend, but the prior is not right for that.
    """
    model = driven.model
    errors = find_spreads(model, drives, masking.measured_doubt, 1.0)
    if masking.margin is None:
        return errors
    excitations = np.vstack([driven.compute_excitations(trial) for trial in trials])
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
