"""What decided each parameter, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...arrays import Array
from ...nmm.calibration import Bounds
from ...nmm.trained import ParameterJudgement
from ...physics.muscles.parameters import MuscleParameters
from ..emg_driven.fit import Uncertainty
from ..emg_driven.layout import Parameters
from ..emg_driven.residuals import SPREADS, STRENGTH
from .masking import NINETY_PERCENT

# Moments decide what they leave less than half as uncertain as it was before.
DECIDED = 0.5


def judge_parameters(
    muscles: list[str],
    generic: MuscleParameters[Array],
    parameters: Parameters,
    uncertainty: Uncertainty,
    bounds: Bounds,
) -> dict[str, Mapping[str, ParameterJudgement]]:
    """Of every muscle's strength, optimal fibre length and tendon slack length.

    ``generic`` are the model's own parameters.
    """
    judged = {
        "max_isometric_force": _judge(
            generic.max_isometric_force,
            (parameters.force, uncertainty.force, STRENGTH),
            bounds.find_limits("max_isometric_force", muscles),
        ),
        "optimal_fiber_length": _judge(
            generic.optimal_fiber_length,
            (parameters.fiber, uncertainty.fiber, SPREADS["fiber"]),
            bounds.find_limits("optimal_fiber_length", muscles),
        ),
        "tendon_slack_length": _judge(
            generic.tendon_slack_length,
            (parameters.slack, uncertainty.slack, SPREADS["slack"]),
            bounds.find_limits("tendon_slack_length", muscles),
        ),
    }
    return {
        muscle: {name: column[i] for name, column in judged.items()}
        for i, muscle in enumerate(muscles)
    }


def _judge(
    generic: Array, found: tuple[Array, Array, float], limits: tuple[Array, Array]
) -> list[ParameterJudgement]:
    """Of each muscle; ``found`` are logarithms of factors, their deviations, and those before."""
    logarithms, deviations, prior = found
    low, high = limits
    reach = NINETY_PERCENT * deviations
    lower = generic * np.maximum(np.exp(logarithms - reach), low)
    upper = generic * np.minimum(np.exp(logarithms + reach), high)
    return [
        ParameterJudgement(
            "determined by torque" if deviation < DECIDED * prior else "determined by the prior",
            (float(a), float(b)),
        )
        for a, b, deviation in zip(lower, upper, deviations, strict=True)
    ]
