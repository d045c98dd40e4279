"""How wide a 90 % interval of a hidden muscle is, for less and for more that is known of it.

States of knowledge: nothing (the same constant interval at every frame), other subjects alone,
neighbours alone, both (the estimator's prior) and the whole posterior. Each is calibrated by the
person's own masked muscles, as the posterior's interval was until it was learnt from many people
(docs/trust.md), and scored on the test trials as in a benchmark:
the hidden recording is read only to score. All but ``nothing`` are left out where a hidden muscle
has no such witness, and a mean over fewer muscles says so.

    python benchmarks/interval_widths.py setups/treadmill_benchmark.xml
    python benchmarks/interval_widths.py setups/overground_benchmark.xml --folds 2
"""

from __future__ import annotations

import argparse
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable

from nmm_opensim.arrays import Array
from nmm_opensim.benchmarking.benchmark_setup import BenchmarkSetup, read_benchmark_setup
from nmm_opensim.estimators.agreement import find_relative_errors
from nmm_opensim.estimators.interface import FittedEstimator, Task, split
from nmm_opensim.estimators.posterior.drives import Drives
from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.estimators.posterior.masking import find_floor, find_margin
from nmm_opensim.estimators.prior.combination import Asked, MusclePrior
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.estimate import Estimate, Interval
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.scoring import EMG, Score, score_estimators


class Knowledge(ABC):
    """What is said of any muscle, as a share of its peak."""

    @abstractmethod
    def knows(self, asked: Asked) -> bool: ...

    @abstractmethod
    def predict(self, asked: Asked, trial: PreparedTrial, masked: str | None = None) -> Array: ...


class Nothing(Knowledge):
    """A muscle is as active in one frame as in any other."""

    def knows(self, asked: Asked) -> bool:
        return True

    def predict(self, asked: Asked, trial: PreparedTrial, masked: str | None = None) -> Array:
        return np.ones(len(trial.time))


class Witnesses(Knowledge):
    """What the prior's witnesses say, or some of them."""

    def __init__(self, prior: MusclePrior, neighbours: bool = True) -> None:
        self._prior = prior
        self._neighbours = neighbours

    def _restrict(self, asked: Asked) -> Asked:
        return asked if self._neighbours else replace(asked, synergists=())

    def knows(self, asked: Asked) -> bool:
        # Neighbours alone do not fall back on all channels here.
        return bool(self._prior.find_evidence(self._restrict(asked)))

    def predict(self, asked: Asked, trial: PreparedTrial, masked: str | None = None) -> Array:
        return self._prior.predict(self._restrict(asked), trial, masked)


class Calibrated(FittedEstimator):
    """A state of knowledge with the margin that masked muscles give it."""

    def __init__(self, name: str, task: Task, prior: MusclePrior, knowledge: Knowledge) -> None:
        self.name = name
        self._knowledge = knowledge
        self._deep = [asked for asked in prior.deep if knowledge.knows(asked)]
        judged = split(task)[1]
        errors = []
        for channel, asked in prior.masked.items():
            # The muscles that calibrate the posterior, as far as this state knows them.
            if not (prior.find_evidence(asked) and knowledge.knows(asked)):
                continue
            recording = np.concatenate([prior.read(channel, trial) for trial in judged])
            said = np.concatenate([knowledge.predict(asked, trial, channel) for trial in judged])
            if recording.std() > 0:
                errors.append(find_relative_errors(said, recording, find_floor))
        self.margin = find_margin(errors)
        self._floors = {
            asked.muscle: find_floor(
                np.concatenate([knowledge.predict(asked, trial) for trial in task.training])
            )
            for asked in self._deep
        }

    def estimate(self, trial: PreparedTrial) -> Estimate:
        excitations, intervals = {}, {}
        for asked in self._deep:
            said = self._knowledge.predict(asked, trial)
            excitations[asked.muscle] = said
            if self.margin is not None:
                h = self.margin * (self._floors[asked.muscle] + said)
                intervals[asked.muscle] = Interval(np.maximum(said - h, 0.0), said + h)
        return Estimate(excitations, None, intervals)


def list_estimators(task: Task) -> Iterator[FittedEstimator]:
    """From nothing to the posterior."""
    prior = Drives(task).prior
    yield Calibrated("nothing", task, prior, Nothing())
    if prior.population is not None:
        yield Calibrated("other subjects", task, prior, Witnesses(prior, neighbours=False))
    neighbours = MusclePrior(task.declaration.sources, task.training, None)
    yield Calibrated("neighbours", task, prior, Witnesses(neighbours))
    yield Calibrated("both: the prior", task, prior, Witnesses(prior))
    yield Posterior().fit(task, seed=0)


def score(setup: BenchmarkSetup, folds: int) -> list[tuple[str, Score]]:
    """The scores of hidden EMG with the hidden group's name."""
    scores = []
    for person in setup.people:
        for fold in person.folds[:folds]:
            for hidden in person.hidden_groups:
                training = prepare_training(person.training_for(hidden, fold))
                fitted = list(list_estimators(training.task))
                for each in score_estimators(training, fitted, ["test"]):
                    if each.kind == EMG:
                        scores.append((hidden.name, each))
    return scores


def make_table(scores: list[tuple[str, Score]]) -> RichTable:
    """Means over trials and folds for each muscle, then over muscles."""
    table = RichTable("known", "muscles", "inside (%)", "width (% of maximum)", "r", box=None)
    for name in dict.fromkeys(each.estimator for _, each in scores):
        by_muscle: dict[tuple[str, str], list[list[float]]] = {}
        for hidden, each in scores:
            if each.estimator == name and each.coverage is not None:
                assert each.interval_width is not None
                by_muscle.setdefault((hidden, each.quantity), []).append(
                    [100 * each.coverage, 100 * each.interval_width, each.r]
                )
        if by_muscle:
            inside, width, r = np.mean([np.mean(v, axis=0) for v in by_muscle.values()], axis=0)
            table.add_row(name, str(len(by_muscle)), f"{inside:.0f}", f"{width:.1f}", f"{r:.2f}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("setup", type=Path)
    parser.add_argument("--folds", type=int, default=None, help="only the first so many")
    arguments = parser.parse_args()
    setup = read_benchmark_setup(arguments.setup)
    folds = len(setup.folds) if arguments.folds is None else arguments.folds
    Console().print(make_table(score(setup, folds)))


if __name__ == "__main__":
    main()
