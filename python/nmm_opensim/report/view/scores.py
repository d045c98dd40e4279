"""The NMM beside its baselines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ...estimators.catalogue import ESTIMATORS
from ...estimators.optimization import Optimization
from ...training.scoring import EMG, Summary
from .numbers import format_score


@dataclass(frozen=True)
class Highlight:
    """A score of the NMM with what it must be seen beside: the baselines' (name and r)."""

    subject: str
    r: str
    baselines: list[tuple[str, str]]


def list_highlights(scores: Sequence[Summary], options: Optimization) -> list[Highlight]:
    """R on test trials, or on all where there is none; EMG first."""
    ours = _list_nmms(options)
    tested = [s for s in scores if s.role == "test"] or scores
    groups: dict[tuple[str, str, str], list[Summary]] = {}
    for score in sorted(tested, key=lambda s: s.kind != EMG):
        groups.setdefault((score.quantity, score.kind, score.trial), []).append(score)
    return [
        Highlight(
            f"{quantity} {kind}, {trial}",
            format_score(score, "r", 1.0, 2),
            [
                (s.estimator, format_score(s, "r", 1.0, 2))
                for s in members
                if s.estimator not in ours
            ],
        )
        for (quantity, kind, trial), members in groups.items()
        for score in members
        if score.estimator in ours
    ]


def _list_nmms(options: Optimization) -> set[str]:
    """The estimators that stand for the NMM, under the names that scores have."""
    estimators = [make(options) for make in ESTIMATORS.values()]
    return {estimator.name for estimator in estimators if estimator.standing == "NMM"}


def list_scores(scores: Sequence[Summary]) -> list[dict[str, Any]]:
    """A table of EMG and one of moments; of each quantity test trials first."""
    ordered = sorted(scores, key=lambda s: (s.kind, s.quantity, s.role != "test", s.trial))
    tables = []
    for kind, group in groupby(ordered, key=lambda s: s.kind):
        members = list(group)
        scale, unit, of = (100.0, "%", "muscle") if kind == EMG else (1.0, "N m", "coordinate")
        columns = [
            ("r", "r", 1.0, 2),
            (f"RMSE ({unit})", "rmse", scale, 1),
            ("NRMSE (%)", "nrmse", 100.0, 1),
            (f"scaled RMSE ({unit})", "scaled_rmse", scale, 1),
            ("in 90 % (%)", "coverage", 100.0, 0),
        ]
        # Only some estimators state intervals.
        columns = [c for c in columns if any(not math.isnan(s.mean[c[1]]) for s in members)]
        tables.append(
            {
                "title": "EMG of deep muscles" if kind == EMG else "Joint moments",
                "head": [of, "trial", "estimator", *(c[0] for c in columns), "seeds"],
                "rows": [
                    [s.quantity, f"{s.trial} ({s.role})", s.estimator]
                    + [
                        format_score(s, metric, factor, digits)
                        for _, metric, factor, digits in columns
                    ]
                    + [str(s.seeds)]
                    for s in members
                ],
            }
        )
    return tables
