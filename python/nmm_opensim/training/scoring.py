"""How good estimators are: all of them, the NMM and its baselines, by the same path."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .. import _core
from ..arrays import Array
from ..estimators.baselines.neighbour import NeighbourCopy
from ..estimators.interface import FittedEstimator
from ..nmm.estimate import Estimate, Interval, Trusted
from ..nmm.trial import TrialFiles
from .intervals import compute_coverage
from .labels import Hidden, read_hidden
from .outcome import Outcome
from .preparation import PreparedTraining
from .training_setup import ROLES

EMG, MOMENT = "EMG", "moment"


@dataclass(frozen=True)
class Subject:
    """What a score is about: a deep muscle's EMG or a coordinate's moment in one trial."""

    trial: str
    role: str
    kind: str
    quantity: str


@dataclass(frozen=True)
class Score:
    """Agreement of one estimate with its reference over one trial.

    ``rmse`` and ``mae`` are in N m (moments) or a share of the channel's maximum (EMG); ``nrmse``
    is relative to the reference's range; ``vaf`` is 1 - sum of squared errors / sum of squares.
    The ``scaled`` ones are after the one non-negative scale with the least squared error, because
    the scale of an unrecorded channel cannot be known. ``coverage`` is the share of the recording
    inside the estimate's 90 % interval after that scale, ``interval_width`` that interval's mean
    width as a share of the channel's maximum; None where the estimator gives no interval.
    ``expected_r``, ``expected_error`` (of ``scaled_rmse``) and ``verdict`` are what the estimator
    said of its own accuracy before any recording was looked at.
    """

    trial: str
    role: str
    kind: str
    quantity: str
    estimator: str
    seed: int | None
    r: float
    rmse: float
    nrmse: float
    mae: float
    vaf: float
    scaled_rmse: float
    scaled_mae: float
    scaled_vaf: float
    coverage: float | None = None
    interval_width: float | None = None
    expected_r: float | None = None
    expected_error: float | None = None
    verdict: str | None = None

    @property
    def metrics(self) -> dict[str, float]:
        """The agreement by the names in :data:`METRICS`, NaN where there is none."""
        nan = math.nan
        return {
            "r": self.r,
            "rmse": self.rmse,
            "nrmse": self.nrmse,
            "mae": self.mae,
            "vaf": self.vaf,
            "scaled_rmse": self.scaled_rmse,
            "scaled_mae": self.scaled_mae,
            "scaled_vaf": self.scaled_vaf,
            "coverage": nan if self.coverage is None else self.coverage,
            "interval_width": nan if self.interval_width is None else self.interval_width,
            "expected_r": nan if self.expected_r is None else self.expected_r,
            "expected_error": nan if self.expected_error is None else self.expected_error,
        }


METRICS = (
    "r",
    "rmse",
    "nrmse",
    "mae",
    "vaf",
    "scaled_rmse",
    "scaled_mae",
    "scaled_vaf",
    "coverage",
    "interval_width",
    "expected_r",
    "expected_error",
)


def score_outcome(prepared: PreparedTraining, outcome: Outcome) -> list[Score]:
    """Scores of every NMM and of the neighbour copy on every trial."""
    neighbour = NeighbourCopy().fit(prepared.task, seed=0)
    return score_estimators(prepared, [*outcome.nmms, neighbour])


def score_estimators(
    prepared: PreparedTraining,
    fitted: Sequence[FittedEstimator],
    roles: Sequence[str] = ROLES,
) -> list[Score]:
    """Scores of fitted estimators on trials: moments where these are known, EMG where recorded.

    Estimators that are given a trial's own moments have no score on a trial without them.
    """
    scores = []
    for files in prepared.setup.with_role(*roles):
        recordings = read_hidden(prepared, files)
        trial = prepared.trials[files.name]
        for estimator in fitted:
            if estimator.sees_moments and trial.moments is None:
                continue
            estimate = estimator.estimate(trial)
            scores += _score_moments(prepared, files, estimator, estimate)
            scores += _score_emg(files, recordings, estimator, estimate)
    return scores


def _score_moments(
    prepared: PreparedTraining, files: TrialFiles, estimator: FittedEstimator, estimate: Estimate
) -> list[Score]:
    reference = prepared.trials[files.name].moments
    if estimate.moments is None or reference is None:
        return []
    return [
        compare(
            Subject(files.name, files.role, MOMENT, coordinate),
            estimator.name,
            estimator.seed,
            estimate.moments[:, j],
            reference[:, j],
        )
        for j, coordinate in enumerate(prepared.setup.moment_coordinates)
    ]


def _score_emg(
    files: TrialFiles,
    recordings: Mapping[str, Hidden],
    estimator: FittedEstimator,
    estimate: Estimate,
) -> list[Score]:
    scores = []
    for muscle, recording in recordings.items():
        if muscle not in estimate.excitations:
            continue
        share = 1.0 / recording.maximum
        score = compare(
            Subject(files.name, files.role, EMG, muscle),
            estimator.describe(muscle),
            estimator.seed,
            estimate.excitations[muscle] * share,
            recording.values * share,
            _scale(estimate.intervals.get(muscle), share),
        )
        scores.append(_add_expected(score, estimate.trust.get(muscle)))
    return scores


def _add_expected(score: Score, trusted: Trusted | None) -> Score:
    """The score with what the estimate said of its own accuracy."""
    if trusted is None:
        return score
    expected = trusted.expectation
    return replace(
        score,
        expected_r=None if expected is None else expected.r,
        expected_error=None if expected is None else expected.error,
        verdict=trusted.verdict,
    )


def _scale(interval: Interval | None, factor: float) -> Interval | None:
    return interval and Interval(interval.lower * factor, interval.upper * factor)


def compare(
    subject: Subject,
    estimator: str,
    seed: int | None,
    estimate: Array,
    reference: Array,
    interval: Interval | None = None,
) -> Score:
    """Agreement of two series of the same length."""
    covered = interval and compute_coverage(interval.lower, interval.upper, estimate, reference)
    as_predicted = _core.agreement(estimate, reference)
    scaled = _core.agreement(estimate * as_predicted.best_scale, reference)
    return Score(
        subject.trial,
        subject.role,
        subject.kind,
        subject.quantity,
        estimator,
        seed,
        r=as_predicted.r,
        rmse=as_predicted.rmse,
        nrmse=as_predicted.nrmse,
        mae=as_predicted.mae,
        vaf=as_predicted.vaf,
        scaled_rmse=scaled.rmse,
        scaled_mae=scaled.mae,
        scaled_vaf=scaled.vaf,
        coverage=covered.share if covered else None,
        interval_width=covered.width if covered else None,
    )


@dataclass(frozen=True)
class Summary:
    """Mean and standard deviation of a score over seeds; the deviation of one seed is NaN."""

    trial: str
    role: str
    kind: str
    quantity: str
    estimator: str
    seeds: int
    mean: dict[str, float]
    deviation: dict[str, float]


def summarise(scores: Sequence[Score]) -> list[Summary]:
    """Scores over seeds, in the order of first appearance."""
    groups: dict[tuple[str, str, str, str, str], list[Score]] = {}
    for score in scores:
        key = (score.trial, score.role, score.kind, score.quantity, score.estimator)
        groups.setdefault(key, []).append(score)
    summaries = []
    for key, members in groups.items():
        found = [member.metrics for member in members]
        metrics = {name: np.array([each[name] for each in found]) for name in METRICS}
        summaries.append(
            Summary(
                *key,
                seeds=len(members),
                mean={name: float(values.mean()) for name, values in metrics.items()},
                deviation={
                    name: float(values.std(ddof=1)) if len(values) > 1 else math.nan
                    for name, values in metrics.items()
                },
            )
        )
    return summaries
