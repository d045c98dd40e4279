"""Findings as numbers, and the ridge regression that makes an expectation of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import lsq_linear

from ...arrays import Array
from .findings import Findings
from .kinds import KINDS

FEATURES = (
    *KINDS,
    "nobody",
    "witnesses",
    "own",
    "explained",
    "agreement",
    "masked",
    "masked kind",
    "spread",
)
# r of 1 is never expected, and below -0.5 all are alike.
LEAST_R, MOST_R = -0.5, 0.99
# A person of whom few muscles were masked is taken to be as others are.
USUAL_PERSON, USUAL_KIND = 2.0, 1.0
# How much freer than a standardised feature kinds and masked muscles are.
KIND_SCALE, MASKED_SCALE = 3.0, 2.0
RIDGE = 10.0
SIGNS = np.array([*(0.0 for _ in KINDS), -1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0])
"""Of FEATURES: 1 where more can only be better news, -1 where worse, 0 where nobody knows."""
# How far intervals go with the own masked muscles, as logarithms.
OWN_WIDTH = 0.5


def to_z(r: Array | float) -> Array:
    """Fisher's transform of correlations, in which their errors are alike (Fisher, 1921)."""
    z: Array = np.arctanh(np.clip(r, LEAST_R, MOST_R))
    return z


@dataclass(frozen=True)
class Usual:
    """How masked muscles are usually met: z by kind, and of ``all``; the logarithm of the miss."""

    kinds: Mapping[str, float]
    all: float
    miss: float

    @classmethod
    def of(cls, findings: Sequence[Findings]) -> Usual:
        """The means over all masked muscles of ``findings``."""
        by_kind: dict[str, list[float]] = {}
        for each in findings:
            for muscle in each.masked:
                by_kind.setdefault(muscle.kind, []).append(float(to_z(muscle.r)))
        every = [z for values in by_kind.values() for z in values]
        kinds = {kind: float(np.mean(values)) for kind, values in by_kind.items()}
        misses = [found for each in findings for found in _list_misses(each)]
        return cls(kinds, float(np.mean(every)), float(np.mean(misses)))

    def find_width(self, findings: Findings) -> float:
        """How wide this person's intervals are to be, 1 as usual: by how masked muscles missed."""
        deviations = [miss - self.miss for miss in _list_misses(findings)]
        return float(np.exp(OWN_WIDTH * sum(deviations) / (len(deviations) + USUAL_PERSON)))

    def find_deviations(self, findings: Findings) -> tuple[float, float]:
        """How much better than usual this person's masked muscles were met: all, of the kind."""
        every = [
            (each.kind, float(to_z(each.r)) - self.kinds.get(each.kind, self.all))
            for each in findings.masked
        ]
        same = [deviation for kind, deviation in every if kind == findings.kind]
        together = sum(deviation for _, deviation in every)
        return together / (len(every) + USUAL_PERSON), sum(same) / (len(same) + USUAL_KIND)


def _list_misses(findings: Findings) -> list[float]:
    """Logarithms, of muscles that any scale helps."""
    return [float(np.log(each.miss)) for each in findings.masked if each.miss > 0]


def describe(findings: Findings, usual: Usual) -> Array:
    """The numbers of FEATURES, NaN where nothing is known."""
    nan = float("nan")
    return np.array(
        [
            *(float(findings.kind == kind) for kind in KINDS),
            float(findings.witnesses == 0),
            float(findings.witnesses),
            float(findings.own),
            nan if findings.explained is None else float(to_z(findings.explained)),
            nan if findings.agreement is None else float(to_z(findings.agreement)),
            *usual.find_deviations(findings),
            findings.spread,
        ]
    )


@dataclass(frozen=True)
class Regression:
    """``offset`` plus what every feature adds: ``factors`` of its deviation from ``means``."""

    means: Array
    factors: Array
    offset: float

    def predict(self, features: Array) -> Array:
        """Of features (muscles, FEATURES), (muscles,)."""
        predicted: Array = self.offset + self.find_parts(features).sum(axis=-1)
        return predicted

    def find_parts(self, features: Array) -> Array:
        """What each feature adds; nothing where it is not known."""
        parts: Array = np.nan_to_num(features - self.means) * self.factors
        return parts


def fit(features: Array, values: Array, weights: Array, signs: Array) -> Regression:
    """Weighted ridge regression of ``values`` (muscles,) on features (muscles, FEATURES).

    ``signs`` (FEATURES,) are those that factors may have; 0 leaves them free.
    """
    known = np.isfinite(features)
    counts = (known * weights[:, None]).sum(axis=0)
    means = (np.nan_to_num(features) * weights[:, None]).sum(axis=0) / np.maximum(counts, 1e-12)
    deviations = np.where(known, features - means, 0.0)
    scales = np.sqrt((np.square(deviations) * weights[:, None]).sum(axis=0) / weights.sum())
    # What is the same in all muscles tells nothing.
    scales = np.where(scales > 1e-9, scales, np.inf)
    scales[: len(KINDS)] = 1.0 / KIND_SCALE
    masked = [FEATURES.index("masked"), FEATURES.index("masked kind")]
    scales[masked] = 1.0 / MASKED_SCALE
    standard = deviations / scales
    offset = float(np.average(values, weights=weights))
    # The ridge is a row for each factor.
    root = np.sqrt(weights)
    design = np.vstack([root[:, None] * standard, np.sqrt(RIDGE) * np.eye(len(FEATURES))])
    target = np.concatenate([root * (values - offset), np.zeros(len(FEATURES))])
    low = np.where(signs > 0, 0.0, -np.inf)
    high = np.where(signs < 0, 0.0, np.inf)
    factors = lsq_linear(design, target, (low, high), method="bvls").x
    return Regression(means, factors / scales, offset)
