"""A trust model learnt from masked muscles, and judged by data sets that it did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import eye_array, hstack

from ...arrays import Array
from .findings import Findings
from .regression import SIGNS, Regression, Usual, describe, fit, to_z
from .trust_model import COVERAGE, RANGE, Bound, TrustModel, find_lack

FRAMES = 6000
"""That the widths of intervals are learnt from, drawn by their muscles' weights."""


@dataclass(frozen=True)
class Evidence:
    """A muscle that was asked for without its recording, and how it was met.

    ``group`` is the data set that is left out as a whole, ``weight`` how much the muscle counts.
    ``estimate`` and ``recording`` (frames,) are shares of the estimate's peak, the recording after
    its best scale; empty where no interval is to learn from it.
    """

    group: str
    muscle: str
    trial: str
    findings: Findings
    r: float
    error: float
    weight: float
    estimate: Array
    recording: Array


def learn(evidence: Sequence[Evidence], sources: Sequence[str] = ()) -> TrustModel:
    """The model of all ``evidence``.

    What expectations leave open is found by leaving each data set out in turn.
    """
    usual, r, error = _fit(evidence)
    left: list[tuple[float, float, float]] = []
    widths = np.zeros((len(evidence), 2))
    for group in sorted({each.group for each in evidence}):
        seen = [each for each in evidence if each.group != group]
        its_usual, its_r, its_error = _fit(seen)
        for k, each in enumerate(evidence):
            if each.group != group:
                continue
            features = describe(each.findings, its_usual)
            z, logarithm = float(its_r.predict(features)), float(its_error.predict(features))
            widths[k] = find_lack(np.tanh(z)), its_usual.find_width(each.findings)
            left.append((float(to_z(each.r)) - z, np.log(each.error) - logarithm, each.weight))
    r_left, error_left, weights = np.array(left).T
    return TrustModel(
        usual,
        r,
        error,
        _find_range(r_left, weights),
        _find_range(error_left, weights),
        _fit_bound(evidence, widths, -1.0),
        _fit_bound(evidence, widths, 1.0),
        tuple(sources),
    )


def _fit(evidence: Sequence[Evidence]) -> tuple[Usual, Regression, Regression]:
    usual = Usual.of([each.findings for each in evidence])
    features = np.array([describe(each.findings, usual) for each in evidence])
    weights = np.array([each.weight for each in evidence])
    r = fit(features, to_z(np.array([each.r for each in evidence])), weights, SIGNS)
    error = fit(features, np.log([each.error for each in evidence]), weights, -SIGNS)
    return usual, r, error


def _find_range(left: Array, weights: Array) -> tuple[float, float]:
    """Weighted quantiles that hold RANGE."""
    order = np.argsort(left)
    share = np.cumsum(weights[order]) / weights.sum()
    tails = (1.0 - RANGE) / 2
    low, high = (float(left[order][np.searchsorted(share, q)]) for q in (tails, 1.0 - tails))
    return low, high


def _fit_bound(evidence: Sequence[Evidence], widths: Array, side: float) -> Bound:
    """What holds half of COVERAGE on one side: quantile regression (Koenker and Bassett, 1978).

    ``widths`` (evidence, 2) are the lack of r and how wide the person's own masked muscles want it.
    The interval goes with the excitation and with the lack of r that was expected by a model that
    had not seen the data set: conformal in data sets, not only in frames.
    """
    rows, errors, weights = [], [], []
    for each, (lack, width) in zip(evidence, widths, strict=True):
        share = each.estimate
        if not len(share):
            continue
        one = np.ones(len(share))
        # Lines of no lack and of all, between which others lie.
        ends = [(1.0 - lack) * one, (1.0 - lack) * share, lack * one, lack * share]
        rows.append(width * np.column_stack(ends))
        errors.append(side * (each.recording - share))
        weights.append(each.weight / len(share) * one)
    quantile = (1.0 + COVERAGE) / 2
    design, error, weight = np.vstack(rows), np.concatenate(errors), np.concatenate(weights)
    # More frames of one muscle tell little more.
    chosen = np.random.default_rng(0).choice(
        len(error), min(FRAMES, len(error)), p=weight / weight.sum()
    )
    floor, slope, most_floor, most_slope = _regress(design[chosen], error[chosen], quantile)
    return Bound(floor, slope, most_floor - floor, most_slope - slope)


def _regress(design: Array, values: Array, quantile: float) -> list[float]:
    """Factors of the design whose sums exceed a ``quantile`` of the values.

    None is negative: an interval holds its estimate, whatever this and r are.
    """
    count, size = design.shape
    one = eye_array(count)
    costs = np.concatenate(
        [np.zeros(size), np.full(count, quantile), np.full(count, 1.0 - quantile)]
    )
    found = linprog(costs, A_eq=hstack([design, one, -one]), b_eq=values, method="highs")
    return [float(factor) for factor in found.x[:size]]
