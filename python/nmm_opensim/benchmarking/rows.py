"""Scores of a benchmark's cells brought together: by person and quantity, and over people."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np

from ..arrays import Array
from ..nmm.estimate import Trust
from ..training.scoring import EMG, METRICS, MOMENT, Score
from .cells import CellScores


@dataclass(frozen=True)
class Row:
    """Mean over test trials and folds of each seed's scores, then over seeds.

    ``quantity`` is the hidden muscle's EMG or a coordinate's moment; ``deviation`` is over seeds,
    NaN where there is one or none. ``r_by_trial`` is the mean over seeds by fold and trial: who
    needs a trial's own moments has fewer trials where some have none. ``verdict`` is the most
    cautious that the estimator gave itself in any trial, empty where it gave none. ``person`` is
    empty where there is but one, and in a row over several (:func:`pool_people`); ``group`` is that
    of the person or people, empty where nobody has one.
    """

    hidden: str
    estimator: str
    kind: str
    quantity: str
    trials: int
    seeds: int
    mean: dict[str, float]
    deviation: dict[str, float]
    r_by_trial: dict[str, float] = field(default_factory=dict)
    verdict: str = ""
    person: str = ""
    group: str = ""


Key = tuple[str, str, str, str]
"""Hidden group, estimator, kind and quantity."""


@dataclass
class _Gathered:
    """A row's scores: by seed the metrics of each trial, and what else is kept of them."""

    by_seed: dict[int | None, list[list[float]]] = field(default_factory=dict)
    r_by_trial: dict[str, list[float]] = field(default_factory=dict)
    verdicts: set[str] = field(default_factory=set)

    def add(self, scored: CellScores, score: Score) -> None:
        values = [score.metrics[metric] for metric in METRICS]
        self.by_seed.setdefault(scored.cell.seed, []).append(values)
        trial = f"{scored.cell.fold.name}/{score.trial}"
        self.r_by_trial.setdefault(trial, []).append(score.r)
        self.verdicts.add(score.verdict or "")

    def make_row(self, group: str, person: str, key: Key) -> Row:
        per_seed = np.array([np.mean(trials, axis=0) for trials in self.by_seed.values()])
        return Row(
            *key,
            trials=max(len(trials) for trials in self.by_seed.values()),
            seeds=0 if None in self.by_seed else len(per_seed),
            mean=dict(zip(METRICS, per_seed.mean(axis=0).tolist(), strict=True)),
            deviation=dict(zip(METRICS, _find_spread(per_seed).tolist(), strict=True)),
            r_by_trial={t: float(np.mean(values)) for t, values in self.r_by_trial.items()},
            verdict=_find_most_cautious(self.verdicts),
            person=person,
            group=group,
        )


def summarise_cells(cells: Sequence[CellScores]) -> list[Row]:
    """One row per person, hidden group, estimator and quantity, in the order of appearance."""
    gathered: dict[tuple[str, str, Key], _Gathered] = {}
    for scored in cells:
        cell = scored.cell
        for score in scored.scores:
            key = (cell.hidden.name, cell.estimator, score.kind, score.quantity)
            of = (cell.group, cell.person, key)
            gathered.setdefault(of, _Gathered()).add(scored, score)
    return [found.make_row(*of) for of, found in gathered.items()]


def pool_people(rows: Sequence[Row]) -> list[Row]:
    """One row for all people of a group: the mean of their means, and its deviation over people.

    Trials are those of everyone together. One person's rows stay as they are, but for the name.
    """
    together: dict[tuple[str, Key], list[Row]] = {}
    for row in rows:
        key = (row.hidden, row.estimator, row.kind, row.quantity)
        together.setdefault((row.group, key), []).append(row)
    return [_pool(own) for own in together.values()]


def _pool(rows: Sequence[Row]) -> Row:
    first = rows[0]
    if len(rows) == 1:
        return replace(first, person="")
    means = np.array([[row.mean.get(metric, math.nan) for metric in METRICS] for row in rows])
    return replace(
        first,
        trials=sum(row.trials for row in rows),
        seeds=max(row.seeds for row in rows),
        mean=dict(zip(METRICS, means.mean(axis=0).tolist(), strict=True)),
        deviation=dict(zip(METRICS, _find_spread(means).tolist(), strict=True)),
        r_by_trial={f"{row.person}/{t}": r for row in rows for t, r in row.r_by_trial.items()},
        verdict=_find_most_cautious({row.verdict for row in rows}),
        person="",
    )


def _find_spread(values: Array) -> Array:
    """Standard deviation over the rows of (n, metrics), NaN of one."""
    if len(values) == 1:
        return np.full(values.shape[1], math.nan)
    spread: Array = values.std(axis=0, ddof=1)
    return spread


def _find_most_cautious(verdicts: Collection[str]) -> str:
    given = [verdict for verdict in get_args(Trust) if verdict in verdicts]
    return given[-1] if given else ""


def count_trials(rows: Sequence[Row]) -> dict[tuple[str, str], int]:
    """How many test trials there were of each hidden group and quantity."""
    counts: dict[tuple[str, str], int] = {}
    for row in rows:
        key = (row.hidden, row.quantity)
        counts[key] = max(counts.get(key, 0), row.trials)
    return counts


def select(rows: Sequence[Row], kind: str) -> list[Row]:
    """The rows about EMG or about moments."""
    assert kind in (EMG, MOMENT)
    return [row for row in rows if row.kind == kind]
