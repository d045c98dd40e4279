"""Joint moments against the mass of the body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...nmm.chain import PreparedTrial
from ...physics.joint_moments import UsualMoments, find_usual_moments
from ...physics.osim_model import ROTATIONAL, OsimModel
from ...physics.root import find_root
from .finding import Finding, is_more_than_spikes

# kg: of the person whose limb a model is, where it has no whole body; heavier than most.
ASSUMED_MASS = 100.0
# Times what is usual: this far off is a unit.
MILLI = 50.0


@dataclass(frozen=True)
class Body:
    """Whose moments these are: ``mass`` in kg, and how a message names it."""

    mass: float
    described: str


def find_body(model: OsimModel) -> Body:
    """The model's mass where it moves freely in ground; else it may be a limb of anybody."""
    if find_root(model) is None:
        return Body(ASSUMED_MASS, f"a person of {ASSUMED_MASS:g} kg")
    mass = float(model.model.getTotalMass(model.state))
    return Body(mass, f"the model's {mass:.3g} kg")


def check_sizes(
    trial: PreparedTrial, model: OsimModel, coordinates: tuple[str, ...], body: Body
) -> list[Finding]:
    """Moments beyond what is usual are doubtful, those beyond what is possible nonsense."""
    findings = []
    for j, name in enumerate(coordinates):
        if model.coordinate(name).getMotionType() != ROTATIONAL:
            continue
        limits = find_usual_moments(name)
        size = np.abs(trial.known_moments[:, j]) / body.mass
        frame = int(np.argmax(size))
        if size[frame] <= limits.usual:
            continue
        found = (
            f"{trial.known_moments[frame, j]:.4g} N m at {trial.time[frame]:.4g} s, "
            f"{size[frame]:.3g} N m/kg of {body.described}"
        )
        beyond = size > limits.possible
        if is_more_than_spikes(beyond):
            count = f"{int(beyond.sum())} of {len(size)} frames are beyond"
            text = (
                f"expected at most {limits.possible:g} N m/kg, which no {limits.joint} exceeds, "
                f"but found {found}, and {count}; {_find_cause(float(size[frame]), limits)}"
            )
        else:
            text = (
                f"{found}, where {limits.usual:g} N m/kg is much for the {limits.joint} even in "
                "running and jumping; look for spikes, and at forces, feet and the model's mass"
            )
        text = f"Trial '{trial.name}', moment of '{name}': {text}."
        findings.append(Finding(trial.name, f"size of {name}", text, is_more_than_spikes(beyond)))
    return findings


def _find_cause(size: float, limits: UsualMoments) -> str:
    if size > MILLI * limits.usual:
        return "is the inverse dynamics file in N mm? Write it in N m"
    return (
        "is a force plate's load on the wrong foot, are its axes or origin not the markers', or is "
        "the model's mass not the subject's? Look at the external loads and make the inverse "
        "dynamics again"
    )
