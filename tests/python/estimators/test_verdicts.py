"""What decided a parameter: verdicts with answers known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nmm_opensim.estimators.emg_driven.fit import Uncertainty
from nmm_opensim.estimators.emg_driven.layout import Parameters
from nmm_opensim.estimators.emg_driven.residuals import SPREADS, STRENGTH
from nmm_opensim.estimators.posterior.verdicts import judge_parameters
from nmm_opensim.nmm.calibration import Bounds, MuscleBounds
from nmm_opensim.physics.muscles.parameters import MuscleParameters


def test_what_decided_a_parameter() -> None:
    ones = np.ones(2)
    generic = MuscleParameters(1000 * ones, 0.1 * ones, 0.2 * ones, 0 * ones)
    fixed = MuscleBounds((1.0, 1.0), (0.85, 1.15), (0.95, 1.05))
    free = MuscleBounds((0.5, 2.5), (0.85, 1.15), (0.95, 1.05))
    parameters = Parameters(0.0, 0.0, np.zeros(1), np.log([1.5, 1.0]), np.zeros(2), np.zeros(2))
    uncertainty = Uncertainty(
        np.array([0.1, STRENGTH]), SPREADS["fiber"] * ones, 0.4 * SPREADS["slack"] * ones
    )
    bounds = Bounds(free, (-3, 0), (0, 1), (("b", fixed),))
    judged = judge_parameters(["a", "b"], generic, parameters, uncertainty, bounds)
    force = judged["a"]["max_isometric_force"]
    assert force.verdict == "determined by torque"
    assert force.interval == pytest.approx(
        (1500 * np.exp(-1.645 * 0.1), 1500 * np.exp(1.645 * 0.1))
    )
    assert judged["b"]["max_isometric_force"].verdict == "determined by the prior"
    # What is fixed has no room.
    assert judged["b"]["max_isometric_force"].interval == pytest.approx((1000, 1000))
    assert judged["a"]["optimal_fiber_length"].verdict == "determined by the prior"
    assert judged["a"]["tendon_slack_length"].verdict == "determined by torque"
