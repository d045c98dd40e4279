"""How good an NMM is beside its baselines; the only reader of hidden recordings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from .. import _core
from ..errors import NMMError
from ..nmm import PreparedTrial
from ..tables import Array
from ..trial import TrialFiles, read_hidden_channel
from .baselines import choose_neighbour
from .training import TrainedSeed, Training

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

    ``rmse``, ``mae`` and ``scaled_rmse`` are in N m (moments) or a share of the channel's maximum
    (EMG); ``nrmse`` is relative to the reference's range; ``scaled_rmse`` is after the best
    non-negative scale, because the scale of an unrecorded channel cannot be known.
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


@dataclass(frozen=True)
class Hidden:
    """A deep muscle's hidden recording over one trial's frames, and the channel's maximum."""

    subject: Subject
    values: Array
    maximum: float


def score_training(training: Training, seeds: Sequence[TrainedSeed]) -> list[Score]:
    """Scores of every seed and baseline on every trial."""
    networks = [(trained.seed, training.restore(trained)) for trained in seeds]
    scores = []
    for files in training.setup.trials:
        prepared = training.trials[files.name]
        hidden = _read_hidden(training, files)
        for seed, nmm in networks:
            with torch.no_grad():
                result = nmm(prepared)
            for j, coordinate in enumerate(training.setup.moment_coordinates):
                subject = Subject(files.name, files.role, MOMENT, coordinate)
                estimate, reference = result.moments[:, j], prepared.moments[:, j]
                scores.append(compare(subject, "NMM", seed, estimate.numpy(), reference.numpy()))
            for muscle, recording in hidden.items():
                column = training.declaration.sources.muscles.index(muscle)
                estimate = result.excitations[:, column]
                scores.append(_compare_hidden(recording, "NMM", seed, estimate.numpy()))
        scores += _score_neighbours(training, prepared, hidden)
    return scores


def _score_neighbours(
    training: Training, prepared: PreparedTrial, hidden: dict[str, Hidden]
) -> list[Score]:
    sources = training.declaration.sources
    emg = [trial.trial.emg for trial in training.training_trials]
    scores = []
    for source in sources.deep:
        if source.muscle in hidden and source.synergists:
            neighbour = choose_neighbour(emg, source.synergists)
            copy = prepared.envelopes[:, sources.channels.index(neighbour)].numpy()
            estimator = f"copy of {neighbour}"
            scores.append(_compare_hidden(hidden[source.muscle], estimator, None, copy))
    return scores


def _read_hidden(training: Training, files: TrialFiles) -> dict[str, Hidden]:
    delay = training.declaration.electromechanical_delay
    times = training.trials[files.name].trial.time - delay
    hidden = {}
    for source in training.declaration.sources.deep:
        if source.recorded_channel is not None:
            values, maximum = read_hidden_channel(files, source.recorded_channel, times, delay)
            subject = Subject(files.name, files.role, EMG, source.muscle)
            hidden[source.muscle] = Hidden(subject, values, maximum)
    return hidden


def _compare_hidden(hidden: Hidden, estimator: str, seed: int | None, estimate: Array) -> Score:
    share = 1.0 / hidden.maximum
    return compare(hidden.subject, estimator, seed, estimate * share, hidden.values * share)


def compare(
    subject: Subject, estimator: str, seed: int | None, estimate: Array, reference: Array
) -> Score:
    """Agreement of two series of the same length."""
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
        metrics = {
            name: np.array([getattr(m, name) for m in members])
            for name in ("r", "rmse", "nrmse", "mae", "vaf", "scaled_rmse")
        }
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


def best_seed(seeds: Sequence[TrainedSeed]) -> TrainedSeed:
    """The seed with the least training loss: chosen without any look at a hidden recording."""
    if not seeds:
        raise NMMError("Training: expected at least one finished seed.")
    return min(seeds, key=lambda trained: trained.loss)
