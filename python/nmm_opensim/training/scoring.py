"""How good estimators are: all of them, the NMM and its baselines, by the same path."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import _core
from ..arrays import Array
from ..estimators.baselines.neighbour import NeighbourCopy
from ..estimators.interface import FittedEstimator, Interval
from .intervals import compute_coverage
from .labels import read_hidden
from .preparation import Outcome, Training
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
)


def score_training(training: Training, outcomes: Sequence[Outcome]) -> list[Score]:
    """Scores of every outcome and of the neighbour copy on every trial."""
    neighbour = NeighbourCopy().fit(training.task, seed=0)
    return score_estimators(training, [*(outcome.nmm for outcome in outcomes), neighbour])


def score_estimators(
    training: Training, fitted: Sequence[FittedEstimator], roles: Sequence[str] = ROLES
) -> list[Score]:
    """Scores of fitted estimators on trials: moments, and EMG where a recording exists."""
    scores = []
    for files in training.setup.with_role(*roles):
        prepared = training.trials[files.name]
        recordings = read_hidden(training, files)
        for estimator in fitted:
            estimate = estimator.estimate(prepared)
            if estimate.moments is not None:
                for j, coordinate in enumerate(training.setup.moment_coordinates):
                    subject = Subject(files.name, files.role, MOMENT, coordinate)
                    moment, reference = estimate.moments[:, j], prepared.moments[:, j].numpy()
                    scores.append(
                        compare(subject, estimator.name, estimator.seed, moment, reference)
                    )
            for muscle, recording in recordings.items():
                if muscle not in estimate.excitations:
                    continue
                subject = Subject(files.name, files.role, EMG, muscle)
                share = 1.0 / recording.maximum
                scores.append(
                    compare(
                        subject,
                        estimator.describe(muscle),
                        estimator.seed,
                        estimate.excitations[muscle] * share,
                        recording.values * share,
                        _scale(estimate.intervals.get(muscle), share),
                    )
                )
    return scores


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


def get_metric(score: Score, name: str) -> float:
    """A metric of a score, NaN where it has none."""
    value = getattr(score, name)
    return math.nan if value is None else float(value)


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
        metrics = {name: np.array([get_metric(m, name) for m in members]) for name in METRICS}
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
