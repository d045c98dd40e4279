"""Scores of a benchmark's cells brought together: per hidden group, estimator and quantity."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..estimators.interface import Standing
from ..training.scoring import EMG, METRICS, MOMENT
from .cells import CellScores


@dataclass(frozen=True)
class Row:
    """Mean over test trials and folds of each seed's scores, then over seeds.

    ``quantity`` is the hidden muscle's EMG or a coordinate's moment; ``deviation`` is over seeds,
    NaN where there is one or none. ``r_by_trial`` is the mean over seeds by fold and trial: who
    needs a trial's own moments has fewer trials where some have none.
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


def summarise_cells(cells: Sequence[CellScores]) -> list[Row]:
    """One row per hidden group, estimator and quantity, in the order of first appearance."""
    groups: dict[tuple[str, str, str, str], dict[int | None, list[list[float]]]] = {}
    by_trial: dict[tuple[str, str, str, str], dict[str, list[float]]] = {}
    for scored in cells:
        for score in scored.scores:
            key = (scored.cell.hidden.name, scored.cell.estimator, score.kind, score.quantity)
            values = [score.metrics[metric] for metric in METRICS]
            groups.setdefault(key, {}).setdefault(scored.cell.seed, []).append(values)
            trial = f"{scored.cell.fold.name}/{score.trial}"
            by_trial.setdefault(key, {}).setdefault(trial, []).append(score.r)
    rows = []
    for key, by_seed in groups.items():
        per_seed = np.array([np.mean(trials, axis=0) for trials in by_seed.values()])
        several = len(per_seed) > 1
        spread = per_seed.std(axis=0, ddof=1) if several else np.full(len(METRICS), math.nan)
        rows.append(
            Row(
                *key,
                trials=max(len(trials) for trials in by_seed.values()),
                seeds=0 if None in by_seed else len(per_seed),
                mean=dict(zip(METRICS, per_seed.mean(axis=0).tolist(), strict=True)),
                deviation=dict(zip(METRICS, spread.tolist(), strict=True)),
                r_by_trial={
                    trial: float(np.mean(values)) for trial, values in by_trial[key].items()
                },
            )
        )
    return rows


@dataclass(frozen=True)
class Verdict:
    """Whether a hidden muscle's EMG by an NMM is worth more than that of the best baseline."""

    hidden: str
    muscle: str
    estimator: str
    r: float
    deviation: float
    best_baseline: str
    baseline_r: float

    @property
    def text(self) -> str:
        """In words, for a user who cannot measure the muscle."""
        better = self.r - self.baseline_r
        margin = 0.0 if math.isnan(self.deviation) else self.deviation
        if better > max(margin, 0.02):
            return "better than every fair baseline"
        if better > -0.05:
            return f"no better than {self.best_baseline}: use that"
        return f"worse than {self.best_baseline}: do not trust it here"


def judge(rows: Sequence[Row], standings: Mapping[str, Standing]) -> list[Verdict]:
    """One verdict per hidden muscle and NMM; ``standings`` are those of the estimators.

    NMM and baseline are compared on the trials that both answered.
    """
    emg = [row for row in rows if row.kind == EMG]
    verdicts = []
    for row in emg:
        if standings[row.estimator] != "NMM":
            continue
        fair = [
            other
            for other in emg
            if (other.hidden, other.quantity) == (row.hidden, row.quantity)
            and standings[other.estimator] == "baseline"
        ]
        if fair:
            compared = [(other, *compare_r(row, other)) for other in fair]
            best, own_r, best_r = max(compared, key=lambda each: each[2] - each[1])
            verdicts.append(
                Verdict(
                    row.hidden,
                    row.quantity,
                    row.estimator,
                    own_r,
                    row.deviation["r"],
                    best.estimator,
                    best_r,
                )
            )
    return verdicts


def compare_r(row: Row, other: Row) -> tuple[float, float]:
    """Mean r of both rows over the trials that both answered."""
    common = [trial for trial in row.r_by_trial if trial in other.r_by_trial]
    if len(common) == len(row.r_by_trial) == len(other.r_by_trial):
        return row.mean["r"], other.mean["r"]
    own, others = ([each.r_by_trial[trial] for trial in common] for each in (row, other))
    return float(np.mean(own)), float(np.mean(others))


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
