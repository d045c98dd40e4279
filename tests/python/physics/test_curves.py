"""The sampled muscle curves against OpenSim's own classes."""

from __future__ import annotations

from typing import cast

import numpy as np
import opensim
import pytest
import torch
from reference_muscle import Curves

from nmm_opensim import _core
from nmm_opensim.physics.muscles.curves import OPENSIM_CURVES, sample_curves
from nmm_opensim.physics.osim_model import OsimModel

# Softer, stiffer and more sharply bent than the defaults.
USER_CURVES = {
    "default": {},
    "set by the user": {
        "ActiveForceLengthCurve": {"min_norm_active_fiber_length": 0.35},
        "FiberForceLengthCurve": {
            "strain_at_zero_force": -0.1,
            "strain_at_one_norm_force": 0.5,
            "stiffness_at_low_force": 0.3,
            "stiffness_at_one_norm_force": 5.0,
            "curviness": 0.9,
        },
        "ForceVelocityCurve": {"max_eccentric_velocity_force_multiplier": 1.7},
        "TendonForceLengthCurve": {
            "strain_at_one_norm_force": 0.1,
            "stiffness_at_one_norm_force": 20.0,
            "norm_force_at_toe_end": 0.5,
            "curviness": 0.2,
        },
    },
}


@pytest.fixture(params=USER_CURVES)
def muscle(
    request: pytest.FixtureRequest, model: OsimModel
) -> opensim.Millard2012EquilibriumMuscle:
    """A muscle with default or user-set curves; the shared model stays as it is."""
    muscle = model.muscle("bflh_r").clone()
    for curve, properties in USER_CURVES[request.param].items():
        for name, value in properties.items():
            getattr(getattr(muscle, f"upd_{curve}")(), f"set_{name}")(value)
    muscle.finalizeFromProperties()
    return muscle


class _Model:
    """As much of an OsimModel as sampling asks for."""

    path = "a model"

    def __init__(self, muscle: opensim.Millard2012EquilibriumMuscle) -> None:
        self._muscle = muscle

    def muscle(self, name: str) -> opensim.Millard2012EquilibriumMuscle:
        return self._muscle


@pytest.mark.parametrize("name", OPENSIM_CURVES)
def test_values_and_slopes(muscle: opensim.Millard2012EquilibriumMuscle, name: str) -> None:
    reference = OPENSIM_CURVES[name].get(muscle)
    (curves,) = sample_curves(cast(OsimModel, _Model(muscle)), ["m"])
    curve = {
        "active_force_length": curves.active_force_length,
        "passive_force_length": curves.passive_force_length,
        "force_velocity": curves.force_velocity,
        "tendon_force_length": curves.tendon_force_length,
    }[name]
    low, high = _core.CURVE_RANGES[name]
    points = np.linspace(low - 0.2, high + 0.2, 20011)
    found = np.array([curve.evaluate(x) for x in points])
    expected = np.array([(reference.calcValue(x), reference.calcDerivative(x, 1)) for x in points])
    assert np.abs(found[:, 0] - expected[:, 0]).max() < 1e-6
    assert np.abs(found[:, 1] - expected[:, 1]).max() < 1e-4


def test_the_reference_reads_the_same_tables(model: OsimModel) -> None:
    tables = [c.active_force_length for c in sample_curves(model, ["soleus_r", "bflh_r"])]
    x = torch.linspace(-0.5, 3.0, 701, dtype=torch.float64)[:, None].repeat(1, 2)
    expected = [[table.evaluate(float(point))[0] for table in tables] for point in x[:, 0]]
    np.testing.assert_allclose(Curves(tables)(x), expected, rtol=0, atol=1e-14)


def test_equal_curves_are_sampled_once(model: OsimModel) -> None:
    first, second = sample_curves(model, ["soleus_r", "bflh_r"])
    assert first.force_velocity is second.force_velocity


def test_a_curve_with_a_corner_is_refused() -> None:
    with pytest.raises(_core.CoreError, match="sharper corners"):
        _core.Curve.sample(lambda x: (abs(x - 0.3), float(np.sign(x - 0.3))), 0.0, 1.0)


def test_a_curve_that_is_not_finite_is_refused() -> None:
    with pytest.raises(_core.CoreError, match="Expected a curve that is finite"):
        _core.Curve.sample(lambda x: (float("nan"), 0.0), 0.0, 1.0)
