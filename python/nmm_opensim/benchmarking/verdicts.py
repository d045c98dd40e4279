"""What a hidden muscle's EMG by an NMM is worth, beside the baselines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..estimators.interface import Standing
from ..training.scoring import EMG
from .rows import Row, pool_people

COPY = "neighbour_copy"
# Of r: less tells nobody apart.
ALIKE = 0.02


@dataclass(frozen=True)
class Verdict:
    """What a hidden muscle's EMG by an NMM is worth: by itself, and beside a plain copy.

    ``r`` and ``best_r`` are over the trials that NMM and best baseline both answered, ``own_r`` and
    ``copy_r`` those that NMM and neighbour copy did; None where there is no copy. ``error``, after
    the best scale, and ``coverage`` are shares, NaN where there are none. ``expected_r`` and
    ``verdict`` are what the NMM said of itself before. ``group`` is that of the people, empty where
    nobody has one.
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
    group: str = ""

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
    """One verdict per group, hidden muscle and NMM; ``standings`` are those of the estimators.

    NMM and baseline are compared on the trials that both answered, of several people by the means.
    """
    emg = [row for row in pool_people(rows) if row.kind == EMG]
    verdicts = []
    for row in emg:
        if standings[row.estimator] != "NMM":
            continue
        fair = [
            other
            for other in emg
            if (other.group, other.hidden, other.quantity) == (row.group, row.hidden, row.quantity)
            and standings[other.estimator] == "baseline"
        ]
        if fair:
            verdicts.append(_judge_one(row, fair))
    return verdicts


def _judge_one(row: Row, fair: Sequence[Row]) -> Verdict:
    """What an NMM's row is worth beside those of fair baselines."""
    compared = [(other, *compare_r(row, other)) for other in fair]
    best, own_r, best_r = max(compared, key=lambda each: each[2] - each[1])
    copies = [each for each in compared if each[0].estimator == COPY]
    return Verdict(
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
        row.group,
    )


def compare_r(row: Row, other: Row) -> tuple[float, float]:
    """Mean r of both rows over the trials that both answered."""
    common = [trial for trial in row.r_by_trial if trial in other.r_by_trial]
    if len(common) == len(row.r_by_trial) == len(other.r_by_trial):
        return row.mean["r"], other.mean["r"]
    own, others = ([each.r_by_trial[trial] for trial in common] for each in (row, other))
    return float(np.mean(own)), float(np.mean(others))
