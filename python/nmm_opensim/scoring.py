"""How good an NMM is, trial by trial, beside its baselines; the only reader of hidden recordings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from . import _core
from .baselines import choose_neighbour
from .errors import NMMError
from .tables import Array
from .training import TrainedSeed, Training
from .trial import read_hidden_channel


@dataclass(frozen=True)
class Score:
    """Agreement of one estimate with its reference over one trial.

    ``rmse`` is in N m (moments) or a share of the channel's maximum (EMG); ``nrmse`` is relative
    to the reference's range; ``scaled_rmse`` is after the best non-negative scale.
    """

    trial: str
    role: str
    quantity: str
    estimator: str
    seed: int | None
    r: float
    rmse: float
    nrmse: float
    mae: float
    vaf: float
    scaled_rmse: float


def score_training(training: Training, seeds: Sequence[TrainedSeed]) -> list[Score]:
    """Scores of every seed and baseline on every trial."""
    scores = []
    for trained in seeds:
        nmm = training.restore(trained)
        for files in training.setup.trials:
            prepared = training.trials[files.name]
            with torch.no_grad():
                result = nmm(prepared)
            for j, coordinate in enumerate(training.setup.moment_coordinates):
                scores.append(
                    compare(
                        (files.name, files.role, f"{coordinate} moment", "NMM", trained.seed),
                        result.moments[:, j].numpy(),
                        prepared.moments[:, j].numpy(),
                    )
                )
            scores += _score_deep(training, files.name, result.excitations.numpy(), trained.seed)
    for files in training.setup.trials:
        scores += _score_neighbours(training, files.name)
    return scores


def _score_deep(training: Training, trial: str, excitations: Array, seed: int) -> list[Score]:
    sources = training.declaration.sources
    scores = []
    for source in sources.deep:
        if source.recorded_channel is None:
            continue
        hidden, role = _hidden(training, trial, source.recorded_channel)
        estimate = excitations[:, sources.muscles.index(source.muscle)]
        scores.append(compare((trial, role, f"{source.muscle} EMG", "NMM", seed), estimate, hidden))
    return scores


def _score_neighbours(training: Training, trial: str) -> list[Score]:
    scores = []
    for source in training.declaration.sources.deep:
        if source.recorded_channel is None or not source.synergists:
            continue
        emg = [prepared.trial.emg for prepared in training.training_trials]
        neighbour = choose_neighbour(emg, source.synergists)
        hidden, role = _hidden(training, trial, source.recorded_channel)
        channel = training.declaration.sources.channels.index(neighbour)
        copy = training.trials[trial].envelopes[:, channel].numpy()
        scores.append(
            compare((trial, role, f"{source.muscle} EMG", f"copy of {neighbour}", None), copy, hidden)
        )
    return scores


def _hidden(training: Training, trial: str, channel: str) -> tuple[Array, str]:
    files = next(f for f in training.setup.trials if f.name == trial)
    times = training.trials[trial].trial.time - training.declaration.electromechanical_delay
    delay = training.declaration.electromechanical_delay
    return read_hidden_channel(files, channel, times, lead_in=delay), files.role


def compare(
    label: tuple[str, str, str, str, int | None], estimate: Array, reference: Array
) -> Score:
    """One row of the table; ``label`` is trial, role, quantity, estimator and seed."""
    as_predicted = _core.agreement(estimate, reference)
    scaled = _core.agreement(estimate * as_predicted.best_scale, reference)
    return Score(
        *label,
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
    quantity: str
    estimator: str
    seeds: int
    mean: dict[str, float]
    deviation: dict[str, float]


def summarise(scores: Sequence[Score]) -> list[Summary]:
    """Scores over seeds, in the order of first appearance."""
    groups: dict[tuple[str, str, str, str], list[Score]] = {}
    for score in scores:
        key = (score.trial, score.role, score.quantity, score.estimator)
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
