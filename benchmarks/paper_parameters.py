"""Whether calibrated parameters stay physiological, and whether they come nearer to the truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from elbow_truth import ComparedParameter
from paper_fits import WITH_PARAMETERS, Fit
from paper_scores import Scores, label
from paper_tables import make_table

NAMES = {
    "max_isometric_force": "strength",
    "optimal_fiber_length": "optimal fibre length",
    "tendon_slack_length": "tendon slack length",
}
PHYSIOLOGICAL = {
    "max_isometric_force": (0.5, 2.5),
    "optimal_fiber_length": (0.85, 1.15),
    "tendon_slack_length": (0.85, 1.15),
}
"""Relative to the model's value, as the field has them."""
ON_A_BOUND = 0.01
"""As a share of the way from one limit to the other."""


def make_parameter_table(scores: Scores, fits: Sequence[Fit]) -> str:
    """A row for a regime, NMM and parameter."""
    body = []
    for regime, people in scores.regimes.items():
        for estimator in WITH_PARAMETERS:
            own = [fit for fit in fits if fit.person in people and fit.estimator == estimator]
            for name, title in NAMES.items():
                found = [each for fit in own for each in fit.parameters if each.name == name]
                if found:
                    body.append([regime, label(estimator), title, *_sum_up(found)])
    header = ["regime", "estimator", "parameter", "nearer to the truth than the model's value"]
    header += ["median error (%)", "the model's own (%)", "inside physiological bounds"]
    return make_table([*header, "on a bound of the calibration"], body)


def _sum_up(found: Sequence[ComparedParameter]) -> list[str]:
    nearer = sum(each.nearer for each in found)
    errors = np.array([abs(each.calibrated / each.true - 1.0) for each in found])
    generic = np.array([abs(each.generic / each.true - 1.0) for each in found])
    return [
        f"{nearer} of {len(found)} ({100 * nearer / len(found):.0f} %)",
        f"{100 * np.median(errors):.1f}",
        f"{100 * np.median(generic):.1f}",
        f"{sum(map(is_physiological, found))} of {len(found)}",
        f"{sum(map(is_on_a_bound, found))} of {len(found)}",
    ]


def is_physiological(parameter: ComparedParameter) -> bool:
    """Whether the calibrated value lies within what the field takes for possible."""
    low, high = PHYSIOLOGICAL[parameter.name]
    return low <= parameter.calibrated / parameter.generic <= high


def is_on_a_bound(parameter: ComparedParameter) -> bool:
    """Whether a limit, and not the data, decided the calibrated value."""
    margin = ON_A_BOUND * (parameter.high - parameter.low)
    low, high = parameter.low + margin, parameter.high - margin
    return parameter.low < parameter.high and not low < parameter.calibrated < high


def make_cost_table(fits: Sequence[Fit]) -> str:
    """How long a person's fit took."""
    body = []
    for estimator in WITH_PARAMETERS:
        seconds = [fit.seconds for fit in fits if fit.estimator == estimator]
        if seconds:
            times = f"{np.median(seconds):.0f} ({min(seconds):.0f}–{max(seconds):.0f})"
            body.append([label(estimator), times])
    return make_table(["estimator", "one person, fold and seed (s)"], body)
