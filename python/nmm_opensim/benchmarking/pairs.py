"""Estimators compared person by person: whether those who were asked differ in the same direction.

A person counts once, by the mean over their trials, folds and seeds: these are not independent.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from ..arrays import Array
from ..estimators.interface import Standing
from ..training.scoring import EMG, MOMENT
from .rows import Row

COMPARED: Mapping[str, tuple[str, str]] = {EMG: ("r", "rmse"), MOMENT: ("r", "nrmse")}
"""By kind of score the metrics that are compared; of all but r less is better."""
EXACT = 25
"""Up to so many differences their signed ranks are counted out, without an approximation."""


@dataclass(frozen=True)
class Difference:
    """An NMM's metric minus a fair baseline's, over the people of a group.

    ``people`` are those in whom both answered the same trials; ``better`` counts those in whom the
    NMM is. ``deviation`` is over people. ``wilcoxon_p`` is of the signed-rank test (Wilcoxon 1945),
    two-sided, exact up to :data:`EXACT` differences that are not 0; ``t_p`` of the paired t test
    (Student 1908). ``effect`` is Cohen's d_z: mean over deviation of the differences (Cohen 1988;
    Lakens 2013). NaN where it takes more people, or differences that differ. ``group`` is empty
    where nobody has one.
    """

    hidden: str
    kind: str
    quantity: str
    estimator: str
    baseline: str
    metric: str
    people: int
    better: int
    mean: float
    deviation: float
    wilcoxon_p: float
    t_p: float
    effect: float
    group: str = ""


def compare_people(
    rows: Sequence[Row], standings: Mapping[str, Standing], given_moments: Collection[str]
) -> list[Difference]:
    """Each NMM against each fair baseline, group by group; none of a group of one person.

    ``given_moments`` are the estimators that see the moments of the very trial. Theirs are fitted
    and those of others predicted, so that moments of the two are not compared.
    """
    asked: dict[tuple[str, str, str, str], dict[str, dict[str, Row]]] = {}
    for row in rows:
        own = asked.setdefault((row.group, row.hidden, row.kind, row.quantity), {})
        own.setdefault(row.estimator, {})[row.person] = row
    differences = []
    for (group, hidden, kind, quantity), by_estimator in asked.items():
        nmms = [name for name in by_estimator if standings[name] == "NMM"]
        baselines = [name for name in by_estimator if standings[name] == "baseline"]
        for nmm, baseline in ((nmm, baseline) for nmm in nmms for baseline in baselines):
            if kind == MOMENT and (nmm in given_moments) != (baseline in given_moments):
                continue
            pairs = _pair(by_estimator[nmm], by_estimator[baseline])
            if len(pairs) > 1:
                what = (hidden, kind, quantity, nmm, baseline)
                found = [_compare(what, metric, pairs) for metric in COMPARED[kind]]
                differences += [replace(each, group=group) for each in found]
    return differences


def _pair(rows: Mapping[str, Row], others: Mapping[str, Row]) -> list[tuple[Row, Row]]:
    """Rows of the same person; a mean over other trials would be another question."""
    return [
        (row, others[person])
        for person, row in rows.items()
        if person in others and row.r_by_trial.keys() == others[person].r_by_trial.keys()
    ]


def _compare(
    what: tuple[str, str, str, str, str], metric: str, pairs: Sequence[tuple[Row, Row]]
) -> Difference:
    values = np.array([row.mean[metric] - other.mean[metric] for row, other in pairs])
    gains = values if metric == "r" else -values
    deviation = float(values.std(ddof=1)) if np.ptp(values) > 0.0 else 0.0
    wilcoxon_p, t_p = _test(values)
    return Difference(
        *what,
        metric,
        people=len(values),
        better=int(np.count_nonzero(gains > 0.0)),
        mean=float(values.mean()),
        deviation=deviation,
        wilcoxon_p=wilcoxon_p,
        t_p=t_p,
        effect=float(values.mean()) / deviation if deviation > 0.0 else math.nan,
    )


def _test(values: Array) -> tuple[float, float]:
    """Two-sided p of the signed ranks, and of the paired t test."""
    if not np.isfinite(values).all():
        return math.nan, math.nan
    moved = values[values != 0.0]
    if not len(moved):
        return 1.0, math.nan
    method = "exact" if len(moved) <= EXACT else "asymptotic"
    wilcoxon_p = float(stats.wilcoxon(moved, method=method).pvalue)
    if np.ptp(values) == 0.0:
        return wilcoxon_p, math.nan
    return wilcoxon_p, float(stats.ttest_1samp(values, 0.0).pvalue)
