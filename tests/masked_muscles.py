"""Muscles that were masked, made by hand: findings, and evidence of data sets that differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.trust.findings import Findings, MaskedMuscle
from nmm_opensim.estimators.trust.kinds import KINDS
from nmm_opensim.estimators.trust.learning import Evidence
from nmm_opensim.estimators.trust.regression import FEATURES, Regression, Usual, describe, to_z
from nmm_opensim.estimators.trust.trust_model import Bound, TrustModel

MASKED = tuple(MaskedMuscle(kind, 0.85, 0.4) for kind in ("calf", "vasti", "hamstrings"))
FINDINGS = Findings("calf", 3, True, 0.9, 0.9, MASKED, 0.25)
"""As good as findings commonly are."""
MUSCLE_OF = {
    "calf": "soleus_r",
    "vasti": "vasmed_r",
    "rectus femoris": "recfem_r",
    "hamstrings": "semiten_r",
    "tibialis anterior": "tibant_r",
    "peronei": "perlong_r",
    "hip": "glmax1_r",
    "other": "grac_r",
}
EMPTY: Array = np.empty(0)


def simulate_group(
    group: str, muscles: int, frames: int, random: np.random.Generator, noise: float = 0.25
) -> list[Evidence]:
    """Masked muscles of a data set whose accuracy follows from agreement, explained r and kind.

    z of r has the standard deviation ``noise`` about that. A recording is the estimate and an error
    that is larger where the estimate is, where r is less, and on the upper side.
    """
    evidence = []
    for k in range(muscles):
        kind = KINDS[int(random.integers(len(KINDS)))]
        own = float(random.normal())
        findings = Findings(
            kind,
            int(random.integers(1, 4)),
            bool(random.integers(2)),
            float(np.tanh(random.normal(1.3, 0.3))),
            float(np.tanh(random.normal(1.3, 0.3))),
            tuple(
                MaskedMuscle(masked, float(np.tanh(1.2 + 0.2 * own + 0.2 * random.normal())), 0.4)
                for masked in random.choice(KINDS, 4)
            ),
            float(random.uniform(0.15, 0.35)),
        )
        expected = expect_z(findings) + 0.2 * own
        r = float(np.tanh(expected + noise * random.normal()))
        estimate = random.uniform(0.02, 1.0, frames)
        lack = np.sqrt(1.0 - np.tanh(expected) ** 2)
        size = (0.05 + 0.15 * estimate) * (0.5 + lack)
        deviations = random.normal(size=frames)
        recording = estimate + size * np.where(deviations > 0, 2.0 * deviations, deviations)
        error = float(np.exp(-1.5 - 0.5 * expected + noise * random.normal()))
        name = f"{group} {k}"
        evidence.append(
            Evidence(group, MUSCLE_OF[kind], name, findings, r, error, 1.0, estimate, recording)
        )
    return evidence


def expect_z(findings: Findings) -> float:
    """What the simulated muscles are met by, but for chance and the person."""
    assert findings.explained is not None
    assert findings.agreement is not None
    told = float(to_z(findings.explained) + to_z(findings.agreement)) - 2.6
    return 1.1 + 0.4 * told + (0.3 if findings.kind == "calf" else 0.0)


def without_frames(evidence: Sequence[Evidence], kept: int) -> list[Evidence]:
    """The same, but only the first ``kept`` muscles have frames."""
    return [
        each if k < kept else replace(each, estimate=EMPTY, recording=EMPTY)
        for k, each in enumerate(evidence)
    ]


def make_model(factors: Mapping[str, float], z: float = 1.0) -> TrustModel:
    """A model of which all is known: usual findings are FINDINGS, and expected at ``z``.

    ``factors`` are those of z by the features' names, the error's are their opposites; the others
    are 0. Halves of the interval are a tenth of the peak and of the share, and as much again with
    the lack of r.
    """
    usual = Usual({"calf": float(to_z(0.85))}, float(to_z(0.85)), float(np.log(0.4)))
    means = describe(FINDINGS, usual)
    known = np.array([factors.get(name, 0.0) for name in FEATURES])
    bound = Bound(0.1, 0.1, 0.1, 0.1)
    return TrustModel(
        usual,
        Regression(means, known, z),
        Regression(means, -known, float(np.log(0.2))),
        (-0.4, 0.3),
        (-0.5, 0.6),
        bound,
        bound,
        ("by hand",),
    )
