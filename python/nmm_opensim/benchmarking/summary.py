"""Scores of a benchmark's cells brought together: per hidden group, estimator and quantity."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np

from ..estimators.interface import Standing
from ..nmm.estimate import Trust
from ..training.scoring import EMG, METRICS, MOMENT
from .cells import CellScores

COPY = "neighbour_copy"
# Of r: less tells nobody apart.
ALIKE = 0.02


@dataclass(frozen=True)
class Row:
    """Mean over test trials and folds of each seed's scores, then over seeds.

    ``quantity`` is the hidden muscle's EMG or a coordinate's moment; ``deviation`` is over seeds,
    NaN where there is one or none. ``r_by_trial`` is the mean over seeds by fold and trial: who
    needs a trial's own moments has fewer trials where some have none. ``verdict`` is the most
    cautious that the estimator gave itself in any trial, empty where it gave none.
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


def summarise_cells(cells: Sequence[CellScores]) -> list[Row]:
    """One row per hidden group, estimator and quantity, in the order of first appearance."""
    groups: dict[tuple[str, str, str, str], dict[int | None, list[list[float]]]] = {}
    by_trial: dict[tuple[str, str, str, str], dict[str, list[float]]] = {}
    verdicts: dict[tuple[str, str, str, str], set[str | None]] = {}
    for scored in cells:
        for score in scored.scores:
            key = (scored.cell.hidden.name, scored.cell.estimator, score.kind, score.quantity)
            values = [score.metrics[metric] for metric in METRICS]
            groups.setdefault(key, {}).setdefault(scored.cell.seed, []).append(values)
            trial = f"{scored.cell.fold.name}/{score.trial}"
            by_trial.setdefault(key, {}).setdefault(trial, []).append(score.r)
            verdicts.setdefault(key, set()).add(score.verdict)
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
                verdict=_find_most_cautious(verdicts[key]),
            )
        )
    return rows


def _find_most_cautious(verdicts: Collection[str | None]) -> str:
    given = [verdict for verdict in get_args(Trust) if verdict in verdicts]
    return given[-1] if given else ""


@dataclass(frozen=True)
class Verdict:
    """What a hidden muscle's EMG by an NMM is worth: by itself, and beside a plain copy.

    ``r`` and ``best_r`` are over the trials that NMM and best baseline both answered, ``own_r`` and
    ``copy_r`` those that NMM and neighbour copy did; None where there is no copy. ``error``, after
    the best scale, and ``coverage`` are shares, NaN where there are none. ``expected_r`` and
    ``verdict`` are what the NMM said of itself before.
    """

    hidden: str
    muscle: str
    estimator: str
    r: float
    best_baseline: str
    best_r: float
    error: float
    coverage: float
    expected_r: float
    verdict: str
    own_r: float
    copy_r: float | None

    @property
    def text(self) -> str:
        """In a sentence, for a user who cannot measure the muscle."""
        parts = [f"r {self.r:.2f}, error {100 * self.error:.0f} % of maximum"]
        if not math.isnan(self.coverage):
            parts.append(f"{100 * self.coverage:.0f} % inside its 90 % interval")
        if self.verdict and not math.isnan(self.expected_r):
            parts.append(f"expected r {self.expected_r:.2f} ({self.verdict})")
        return ", ".join(parts) + "; " + self._describe_copy()

    def _describe_copy(self) -> str:
        if self.copy_r is None:
            return "there is no copy to compare with"
        gained = self.own_r - self.copy_r
        if gained > ALIKE:
            return f"a plain copy is worse (r {self.copy_r:.2f})"
        if gained >= -ALIKE:
            return f"a plain copy does as well (r {self.copy_r:.2f})"
        return f"a plain copy is better (r {self.copy_r:.2f})"


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
            copies = [each for each in compared if each[0].estimator == COPY]
            verdicts.append(
                Verdict(
                    row.hidden,
                    row.quantity,
                    row.estimator,
                    own_r,
                    best.estimator,
                    best_r,
                    row.mean["scaled_rmse"],
                    row.mean["coverage"],
                    row.mean.get("expected_r", math.nan),
                    row.verdict,
                    copies[0][1] if copies else own_r,
                    copies[0][2] if copies else None,
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
