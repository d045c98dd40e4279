"""What an artefact must find again in a model: what it does, in numbers (docs/artefact.md)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import opensim

from ..errors import NMMError
from ..physics.osim_model import OsimModel

LENGTH_TOLERANCE = 1e-7  # m
RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-9, 1e-12

MILLARD = opensim.Millard2012EquilibriumMuscle
CURVES: dict[str, tuple[Callable[[opensim.Muscle], opensim.Function], tuple[float, ...]]] = {
    "ActiveForceLengthCurve": (
        MILLARD.get_ActiveForceLengthCurve,
        (0.5, 0.7, 0.9, 1.0, 1.2, 1.5),
    ),
    "ForceVelocityCurve": (MILLARD.get_ForceVelocityCurve, (-0.9, -0.5, -0.1, 0.0, 0.2, 0.7)),
    "FiberForceLengthCurve": (MILLARD.get_FiberForceLengthCurve, (1.0, 1.2, 1.4, 1.6)),
    "TendonForceLengthCurve": (MILLARD.get_TendonForceLengthCurve, (1.0, 1.01, 1.03, 1.05)),
}
"""How a muscle tells its curves, and where they are looked at."""


def compute_fingerprint(
    model: OsimModel, muscles: Sequence[str], coordinates: Sequence[str]
) -> dict[str, Any]:
    """The fingerprint of ``muscles`` as ``coordinates`` move them."""
    return _measure([{}, *model.make_poses(coordinates)], model, muscles)


def check_fingerprint(
    fingerprint: Mapping[str, Any], model: OsimModel, artefact: str, model_file: str
) -> None:
    """Refuse a model that is not the one of a ``fingerprint``; names are for the message."""
    expected = fingerprint["muscles"]
    found = _measure(fingerprint["poses"], model, list(expected))["muscles"]
    difference = _find_difference(expected, found, "")
    if difference is not None:
        raise NMMError(
            f"{model_file}: expected the model that {artefact} was trained with, but they differ "
            f"in {difference}; use that model, or train with this one."
        )


def _find_difference(expected: Any, found: Any, where: str) -> str | None:
    """The first place where two values differ, and how."""
    if isinstance(expected, dict):
        pairs = [(f"{where} {key}".strip(), value, found[key]) for key, value in expected.items()]
    elif isinstance(expected, list):
        pairs = [
            (f"{where} {i + 1}", a, b) for i, (a, b) in enumerate(zip(expected, found, strict=True))
        ]
    else:
        if isinstance(expected, str):
            same = expected == found
        elif " lengths " in where:
            same = math.isclose(expected, found, rel_tol=0.0, abs_tol=LENGTH_TOLERANCE)
        else:
            same = math.isclose(
                expected, found, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE
            )
        return None if same else f"{where}: expected {expected}, but found {found}"
    differences = (_find_difference(a, b, name) for name, a, b in pairs)
    return next((d for d in differences if d is not None), None)


def _measure(
    poses: list[dict[str, float]], model: OsimModel, muscles: Sequence[str]
) -> dict[str, Any]:
    entries: dict[str, Any] = {}
    for name in muscles:
        muscle = model.muscle(name)
        entries[name] = {
            "class": muscle.getConcreteClassName(),
            "lengths": [],
            "max_contraction_velocity": muscle.get_max_contraction_velocity(),
            "fiber_damping": muscle.get_fiber_damping(),
            "maximum_pennation_angle": muscle.get_maximum_pennation_angle(),
            "curves": {
                curve: {
                    "x": list(samples),
                    "y": [get_curve(muscle).calcValue(x) for x in samples],
                }
                for curve, (get_curve, samples) in CURVES.items()
            },
        }
    for pose in poses:
        for name, length in zip(muscles, model.muscle_lengths(pose, muscles).tolist(), strict=True):
            entries[name]["lengths"].append(length)
    return {"poses": poses, "muscles": entries}
