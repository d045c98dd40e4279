"""OpenSim's own muscle curves as tables for the runtime's kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import opensim

from ... import _core
from ...errors import NMMError
from ..osim_model import OsimModel


@dataclass(frozen=True)
class OpenSimCurve:
    """A curve of OpenSim's muscle: its property's name, and how to get it."""

    name: str
    get: Callable[[opensim.Millard2012EquilibriumMuscle], opensim.Function]


OPENSIM_CURVES = {
    "active_force_length": OpenSimCurve(
        "ActiveForceLengthCurve", lambda muscle: muscle.get_ActiveForceLengthCurve()
    ),
    "passive_force_length": OpenSimCurve(
        "FiberForceLengthCurve", lambda muscle: muscle.get_FiberForceLengthCurve()
    ),
    "force_velocity": OpenSimCurve(
        "ForceVelocityCurve", lambda muscle: muscle.get_ForceVelocityCurve()
    ),
    "tendon_force_length": OpenSimCurve(
        "TendonForceLengthCurve", lambda muscle: muscle.get_TendonForceLengthCurve()
    ),
}
"""By the kernels' names."""


@dataclass(frozen=True)
class MuscleCurves:
    """The curves of one Millard2012EquilibriumMuscle; muscles with equal curves share them."""

    active_force_length: _core.Curve
    passive_force_length: _core.Curve
    force_velocity: _core.Curve
    tendon_force_length: _core.Curve


def sample_curves(model: OsimModel, muscles: Sequence[str]) -> list[MuscleCurves]:
    """Sample the curves of the named muscles, default or set by the user."""
    known: dict[str, _core.Curve] = {}

    def sample(muscle: str, name: str) -> _core.Curve:
        curve = OPENSIM_CURVES[name].get(model.muscle(muscle))
        text = _describe(curve)
        if text not in known:
            try:
                known[text] = _core.Curve.sample(_evaluator(curve), *_core.CURVE_RANGES[name])
            except _core.CoreError as error:
                raise NMMError(
                    f"model file '{model.path}': muscle '{muscle}', "
                    f"{OPENSIM_CURVES[name].name}: {error}"
                ) from None
        return known[text]

    return [
        MuscleCurves(
            sample(muscle, "active_force_length"),
            sample(muscle, "passive_force_length"),
            sample(muscle, "force_velocity"),
            sample(muscle, "tendon_force_length"),
        )
        for muscle in muscles
    ]


def _describe(curve: opensim.Function) -> str:
    """A curve as text but for its name: nearly all muscles have OpenSim's default curves."""
    unnamed = curve.clone()
    unnamed.setName("")
    return str(unnamed.dump())


def _evaluator(curve: opensim.Function):  # type: ignore[no-untyped-def]
    return lambda x: (curve.calcValue(x), curve.calcDerivative(x, 1))
