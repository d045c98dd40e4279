"""OpenSim's own muscle curves as tables for the runtime's kernels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import opensim

from ... import _core
from ...errors import NMMError
from ..osim_model import OsimModel

# The kernels' names of the curves, and OpenSim's.
OPENSIM_CURVES = {
    "active_force_length": "ActiveForceLengthCurve",
    "passive_force_length": "FiberForceLengthCurve",
    "force_velocity": "ForceVelocityCurve",
    "tendon_force_length": "TendonForceLengthCurve",
}


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
        curve = getattr(model.muscle(muscle), f"get_{OPENSIM_CURVES[name]}")()
        text = _describe(curve)
        if text not in known:
            try:
                known[text] = _core.Curve.sample(_evaluator(curve), *_core.CURVE_RANGES[name])
            except _core.CoreError as error:
                raise NMMError(
                    f"model file '{model.path}': muscle '{muscle}', {OPENSIM_CURVES[name]}: {error}"
                ) from None
        return known[text]

    return [
        MuscleCurves(**{name: sample(muscle, name) for name in OPENSIM_CURVES})
        for muscle in muscles
    ]


def _describe(curve: opensim.Function) -> str:
    """A curve as text but for its name: nearly all muscles have OpenSim's default curves."""
    unnamed = curve.clone()
    unnamed.setName("")
    return str(unnamed.dump())


def _evaluator(curve: opensim.Function):  # type: ignore[no-untyped-def]
    return lambda x: (curve.calcValue(x), curve.calcDerivative(x, 1))
