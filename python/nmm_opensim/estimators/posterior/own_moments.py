"""The posterior of a trial whose own joint moments are known.

What the posterior says of a trial is moved, frame by frame, as far as the trial's moments ask and
each drive's doubt allows (:mod:`nmm_opensim.estimators.posterior.frame_corrections`). Measured
muscles, masked in turn, decide how far a muscle that nobody hears is doubted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.estimate import Estimate
from ..agreement import agree
from ..interface import Estimator, FittedEstimator, Task, split
from ..steps import Steps
from .estimator import FittedPosterior, Posterior
from .frame_corrections import FrameCorrections
from .masking import Examination, Masking, list_masked

# In units of leverage squared times a drive's deviation; 0 keeps to the posterior.
DOUBTS = (0.0, 0.3, 1.0, 3.0)


class PosteriorOwnMoments(Estimator):
    """The posterior moved by each trial's own moments; chance plays no part."""

    name = "NMM posterior with own moments"
    standing = "NMM"
    seeded = False
    sees_moments = True

    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedPosteriorOwnMoments:
        steps = steps or Steps()
        posterior = Posterior().fit(task, seed, steps)
        doubt = choose_doubt(ask_masked(task, posterior, steps))
        steps.tell(f"a trial's own moments may move deep muscles by {doubt:g} of leverage squared")
        return FittedPosteriorOwnMoments(posterior, doubt)


class FittedPosteriorOwnMoments(FittedEstimator):
    """A fitted posterior, and the one of DOUBTS that a trial's own moments are heard with."""

    name = PosteriorOwnMoments.name
    sees_moments = PosteriorOwnMoments.sees_moments

    def __init__(self, posterior: FittedPosterior, doubt: float) -> None:
        self.posterior = posterior
        self.doubt = doubt

    def estimate(self, trial: PreparedTrial) -> Estimate:
        """Without intervals and trust where moments moved it: neither was learnt from that."""
        posterior = self.posterior
        if not self.doubt:
            return posterior.estimate(trial)
        prepared, driven = posterior.drives.prepare(trial), posterior.corrected.driven
        frames = FrameCorrections(posterior.corrected, prepared)
        corrections = frames.compute(list(posterior.drives.deep), self.doubt)
        excitations = driven.compute_excitations(prepared, corrections)
        return Estimate(
            dict(zip(driven.model.muscles, excitations.T, strict=True)),
            driven.compute_moments(prepared, corrections),
            novelty=posterior.training_range.compute_novelty(trial),
        )


@dataclass(frozen=True)
class MaskedAnswer:
    """How a measured channel was met as if it were deep: r at each of DOUBTS.

    ``leverage`` is its drive's, the mean over the judged trials.
    """

    channel: str
    leverage: float
    agreements: tuple[float, ...]


def ask_masked(
    task: Task, posterior: FittedPosterior, steps: Steps | None = None
) -> list[MaskedAnswer]:
    """Ask for each measured muscle on the judged trials of a task, given their own moments.

    As when the posterior was fitted, a masked channel is no witness and no input of any muscle;
    only the calibration has heard it.
    """
    steps = steps or Steps()
    fitted, judged = split(task)
    drives, driven = posterior.drives, posterior.corrected.driven
    amplitudes = driven.compute_amplitudes([drives.prepare(trial) for trial in task.training])
    examination = Examination(drives, driven, amplitudes, fitted, judged)
    answers = []
    for channel, recording in list_masked(drives, judged):
        leverage, *agreements = steps.run_array(
            f"own moments, masked {channel}",
            partial(_ask, examination, posterior.masking, channel, recording),
        ).tolist()
        answers.append(MaskedAnswer(channel, leverage, tuple(agreements)))
    return answers


def _ask(examination: Examination, masking: Masking, channel: str, recording: Array) -> Array:
    """The leverage of a masked channel's drive, and its r at each of DOUBTS."""
    (corrected,), trials = examination.correct_without(
        channel, masking.measured_doubt, [masking.doubt]
    )
    driven, muscle = examination.driven, examination.find_muscle(channel)
    frames = [FrameCorrections(corrected, trial) for trial in trials]
    unheard = (channel, *examination.drives.deep)

    def estimate(trial: PreparedTrial, own: FrameCorrections, doubt: float) -> Array:
        if not doubt:
            return corrected.compute_excitations(trial)[:, muscle]
        return driven.compute_excitations(trial, own.compute(unheard, doubt))[:, muscle]

    agreements = [
        agree(
            np.concatenate([estimate(*each, doubt) for each in zip(trials, frames, strict=True)]),
            recording,
        )
        for doubt in DOUBTS
    ]
    drive = driven.model.drives.index(channel)
    return np.array([np.mean([own.leverage[drive] for own in frames]), *agreements])


def choose_doubt(answers: Sequence[MaskedAnswer]) -> float:
    """The one of DOUBTS that masked muscles are met best with: mean r; 0 where there are none."""
    if not answers:
        return DOUBTS[0]
    means = np.mean([answer.agreements for answer in answers], axis=0)
    return DOUBTS[int(np.argmax(means))]
