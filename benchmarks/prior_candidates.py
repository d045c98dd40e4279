"""Could the prior be learned? A muscle-conditioned regressor beside the geometric mean.

Every recorded muscle is hidden in turn, on training data only: test trials are left out, and the
validation trials (without any, the last training trial) judge. The regressor is shared by all
muscles: it gets what the prior's witnesses say of the asked muscle, what all other channels do, the
muscle's length and speed, and the pose, and is trained to give each measured muscle from the
others. The hidden muscle is never among those, and its recording is read only to score.

    python benchmarks/prior_candidates.py setups/treadmill_benchmark.xml
    python benchmarks/prior_candidates.py setups/overground_benchmark.xml
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable
from sklearn.base import RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nmm_opensim.arrays import Array
from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.benchmarking.cells import name_question
from nmm_opensim.estimators.interface import FittedEstimator, Task
from nmm_opensim.estimators.posterior.drives import Drives
from nmm_opensim.estimators.prior.combination import Asked
from nmm_opensim.estimators.prior.shares import REST
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.estimate import Estimate
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.scoring import EMG, score_estimators
from nmm_opensim.training.training_setup import TrainingSetup

CANDIDATES: dict[str, tuple[bool, Callable[[], RegressorMixin]]] = {
    "weights": (False, lambda: Ridge(1.0)),
    "ridge": (True, lambda: make_pipeline(StandardScaler(), Ridge(10.0))),
    "boosting": (
        True,
        lambda: HistGradientBoostingRegressor(
            max_iter=150, learning_rate=0.05, max_leaf_nodes=8, random_state=0
        ),
    ),
    "network": (
        True,
        lambda: make_pipeline(
            StandardScaler(),
            MLPRegressor(hidden_layer_sizes=(16,), alpha=1.0, max_iter=500, random_state=0),
        ),
    ),
}
"""Regressors of logarithms of shares; the first sees what is said of the muscle and no more."""


class Witnesses:
    """What is known of a muscle at a trial's frames."""

    def __init__(self, task: Task) -> None:
        self.prior = Drives(task).prior
        sources = task.declaration.sources
        self._channels = sources.channels
        self._muscles = sources.muscles
        self._coordinates = task.declaration.architecture.coordinates
        self._training = task.training

    def describe(
        self, asked: Asked, trial: PreparedTrial, masked: str | None, everything: bool
    ) -> Array:
        """Logarithms of shares, and with ``everything`` muscle and pose, (frames, features)."""
        witnesses = self.prior.find_evidence(asked)
        said = [_log(self.prior.read(c, trial)) for c in witnesses.synergists if c != masked][:2]
        heard = [c for c in self._channels if c != masked]
        rest = np.mean([_log(self.prior.read(c, trial)) for c in heard], axis=0)
        others = None
        if witnesses.others or witnesses.population:
            others = _log(self.prior.predict(replace(asked, synergists=()), trial, masked))
            said = [*said, others]
        mean = np.mean(said, axis=0) if said else rest
        first, second = (said[k] if k < len(said) else mean for k in (0, 1))
        features = [first, second, mean if others is None else others, rest]
        if everything:
            muscle = self._muscles.index(asked.muscle)
            lengths = np.concatenate([t.lengths[:, muscle] for t in self._training])
            speeds = np.concatenate([t.speeds[:, muscle] for t in self._training])
            features += [
                (trial.lengths[:, muscle] - lengths.mean()) / lengths.std(),
                trial.speeds[:, muscle] / speeds.std(),
                *np.hstack(trial.motion.select(self._coordinates)).T,
            ]
        return np.column_stack(features)


class Conditioned(FittedEstimator):
    """A regressor that was trained on the measured muscles and is asked for the hidden one."""

    def __init__(self, name: str, task: Task, witnesses: Witnesses) -> None:
        self.name = name
        self._witnesses = witnesses
        self._everything, make = CANDIDATES[name]
        features, labels = [], []
        for channel, asked in witnesses.prior.masked.items():
            for trial in task.training:
                features.append(witnesses.describe(asked, trial, channel, self._everything))
                labels.append(_log(witnesses.prior.read(channel, trial)))
        self._regressor = make().fit(np.vstack(features), np.concatenate(labels))

    def estimate(self, trial: PreparedTrial) -> Estimate:
        said = {
            asked.muscle: np.exp(
                self._regressor.predict(
                    self._witnesses.describe(asked, trial, None, self._everything)
                )
            )
            for asked in self._witnesses.prior.deep
        }
        return Estimate(said, None, {})


class GeometricMean(FittedEstimator):
    """The prior as it is."""

    name = "geometric mean"

    def __init__(self, witnesses: Witnesses) -> None:
        self._prior = witnesses.prior

    def estimate(self, trial: PreparedTrial) -> Estimate:
        said = {asked.muscle: self._prior.predict(asked, trial) for asked in self._prior.deep}
        return Estimate(said, None, {})


def _log(shares: Array) -> Array:
    logarithms: Array = np.log(np.clip(shares, REST, 1.0))
    return logarithms


def without_test(setup: TrainingSetup) -> TrainingSetup:
    """Training and validation trials only; without validation the last training trial is that."""
    trials = [trial for trial in setup.trials if trial.role != "test"]
    if not any(trial.role == "validation" for trial in trials):
        trials[-1] = replace(trials[-1], role="validation")
    return replace(setup, trials=tuple(trials))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("setup", type=Path)
    setup = read_benchmark_setup(parser.parse_args().setup)
    console = Console()
    names = [GeometricMean.name, *CANDIDATES]
    table = RichTable("hidden", *names, box=None)
    rows = []
    for person, hidden in ((p, hidden) for p in setup.people for hidden in p.hidden_groups):
        title = name_question(person.name, hidden, person.folds[0])
        console.print(f"hiding {title}")
        training = prepare_training(without_test(person.training_for(hidden, person.folds[0])))
        task = training.task
        witnesses = Witnesses(task)
        fitted = [GeometricMean(witnesses), *(Conditioned(n, task, witnesses) for n in CANDIDATES)]
        scores = [s for s in score_estimators(training, fitted, ["validation"]) if s.kind == EMG]
        r = [np.mean([s.r for s in scores if s.estimator == name]) for name in names]
        rows.append(r)
        table.add_row(title, *(f"{value:.2f}" for value in r))
    table.add_row("mean", *(f"{value:.3f}" for value in np.mean(rows, axis=0)))
    console.print(table)


if __name__ == "__main__":
    main()
