"""Properties of OpenSim's objects by name."""

from __future__ import annotations

import opensim
import pytest

from nmm_opensim.formats.opensim_log import log_level
from nmm_opensim.formats.properties import (
    get_number,
    get_text,
    set_flag,
    set_number,
    set_object,
    set_text,
)


def test_a_muscle_gets_what_its_own_setters_would_give() -> None:
    muscle = opensim.Millard2012EquilibriumMuscle()
    set_number(muscle, "max_isometric_force", 321.5)
    assert get_number(muscle, "max_isometric_force") == muscle.get_max_isometric_force() == 321.5
    set_flag(muscle, "ignore_tendon_compliance", True)
    assert muscle.get_ignore_tendon_compliance()
    curve = opensim.FiberForceLengthCurve(2.0, 3.0, 0.2, 2.0, 0.75)
    set_object(muscle, "FiberForceLengthCurve", curve)
    assert muscle.get_FiberForceLengthCurve().get_strain_at_one_norm_force() == 3.0


def test_an_optional_text_is_empty_until_it_is_given() -> None:
    load = opensim.ExternalForce()
    assert get_text(load, "torque_identifier") == ""
    for identifier in ("ground_torque_", "plate_torque_"):
        set_text(load, "torque_identifier", identifier)
        assert get_text(load, "torque_identifier") == load.get_torque_identifier() == identifier


def test_the_log_is_as_before_when_it_is_over() -> None:
    before = opensim.Logger.getLevelString()
    with log_level("off"):
        assert opensim.Logger.getLevelString() == "Off"
    assert opensim.Logger.getLevelString() == before


def test_the_log_is_as_before_when_something_fails() -> None:
    before = opensim.Logger.getLevelString()
    with pytest.raises(RuntimeError), log_level("off"):
        opensim.Model("absent.osim")
    assert opensim.Logger.getLevelString() == before
