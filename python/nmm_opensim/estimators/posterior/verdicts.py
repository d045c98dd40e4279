"""What decided each deep excitation and each parameter, in plain words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...arrays import Array
from ...nmm.calibration import Bounds
from ...nmm.trained import (
    ExcitationInterval,
    ExcitationJudgement,
    ParameterJudgement,
    Witness,
)
from ...physics.muscles.parameters import MuscleParameters
from ..emg_driven.fit import Uncertainty
from ..emg_driven.layout import Parameters
from ..emg_driven.residuals import SPREADS, STRENGTH
from .masking import NINETY_PERCENT, Masking

# Moments decide what they leave less than half as uncertain as it was before.
DECIDED = 0.5
# Masked muscles that are met worse than this on average say that the prior knows nothing here.
LEAST_AGREEMENT = 0.5


def judge_excitation(
    witnesses: tuple[Witness, ...], knows: bool, masking: Masking, left: float, floor: float
) -> ExcitationJudgement:
    """``knows``: whether any of the ``witnesses`` knows the muscle.

    ``left`` is the share of the deviation from the prior that moments leave undecided.
    """
    if masking.margin is None:
        return ExcitationJudgement(
            "not determined",
            "No measured muscle with synergists or another subject's recording could be masked, so "
            "nothing is known of the error.",
            None,
            witnesses,
        )
    interval = ExcitationInterval(masking.margin, floor)
    r = max(masking.agreement)
    met = f"measured muscles that were masked in turn were met at a mean r of {r:.2f}"
    if masking.doubt > 0 and left < DECIDED:
        return ExcitationJudgement(
            "determined by torque",
            f"Joint moments leave {100 * left:.0f} % of the deviation from its prior undecided; "
            f"{met}.",
            interval,
            witnesses,
        )
    if not knows:
        return ExcitationJudgement(
            "not determined",
            "Neither a measured synergist nor another person says anything of it, and joint "
            f"moments leave {100 * left:.0f} % of the deviation undecided.",
            interval,
            witnesses,
        )
    names = " and ".join(_name(each) for each in witnesses)
    if r < LEAST_AGREEMENT:
        return ExcitationJudgement(
            "not determined",
            f"Its prior ({names}) is not to be trusted: {met}.",
            interval,
            witnesses,
        )
    return ExcitationJudgement(
        "determined by the prior",
        f"It follows {names}; joint moments move it little or not at all; {met}.",
        interval,
        witnesses,
    )


def _name(witness: Witness) -> str:
    share = f" by {100 * witness.weight:.0f} %" if witness.weight < 1.0 else ""
    return f"{witness.who}{share}"


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
