"""What an artefact must find again in a model: what it does, in numbers (docs/artefact.md)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .osim_model import OsimModel

CURVE_SAMPLES = {
    "ActiveForceLengthCurve": (0.5, 0.7, 0.9, 1.0, 1.2, 1.5),
    "ForceVelocityCurve": (-0.9, -0.5, -0.1, 0.0, 0.2, 0.7),
    "FiberForceLengthCurve": (1.0, 1.2, 1.4, 1.6),
    "TendonForceLengthCurve": (1.0, 1.01, 1.03, 1.05),
}


def compute_fingerprint(
    model: OsimModel, muscles: Sequence[str], coordinates: Sequence[str]
) -> dict[str, Any]:
    """The fingerprint of ``muscles`` as ``coordinates`` move them."""
    poses = [{}, *model.make_poses(coordinates)]
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
                    "y": [getattr(muscle, f"get_{curve}")().calcValue(x) for x in samples],
                }
                for curve, samples in CURVE_SAMPLES.items()
            },
        }
    for pose in poses:
        for name, length in zip(muscles, model.muscle_lengths(pose, muscles).tolist(), strict=True):
            entries[name]["lengths"].append(length)
    return {"poses": poses, "muscles": entries}
