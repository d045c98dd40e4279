"""What inverse dynamics excludes: muscles and actuators, so that muscles must give the moment.

All other forces of a model (limits, ligaments, springs, bushings) stay in. Contact stays in too,
unless external loads hold it already.
"""

from __future__ import annotations

from collections.abc import Sequence

import opensim

from ...errors import NMMError, nearest_names
from ...physics.motion import Motion
from ...physics.osim_model import OsimModel
from .model_forces import ModelForces

KEYWORDS = ("ALL", "ACTUATORS", "MUSCLES")


def check_exclusion(
    names: Sequence[str],
    external_loads: bool | None,
    model: OsimModel,
    motion: Motion,
    coordinates: Sequence[str],
) -> None:
    """Refuse to exclude ``names``, unless what is wrong about it does nothing during the motion.

    ``external_loads`` says whether there are any, None that it is not known. Only the moments of
    ``coordinates`` are looked at. The message leaves the place to the caller.
    """
    _require_known(names, model)
    forces = ModelForces(model)
    found = forces.exclude(names)
    left = sorted(found & forces.muscles)
    if left:
        more = f" and {len(left) - 1} more stay" if len(left) > 1 else " stays"
        raise NMMError(
            "expected all muscles to be excluded, because the moment is what they must give, but "
            f"{forces.describe(left[0])}{more} in; exclude Muscles and actuators"
        )
    right = forces.acting - forces.actuators
    if external_loads:
        right -= forces.contacts
    elif external_loads is None:
        right = (right - forces.contacts) | (found & forces.contacts)
    effect = forces.find_effect(found, right, motion, coordinates)
    if effect is None:
        return
    force = forces.describe(effect.path)
    if effect.path in right:
        raise NMMError(
            "expected only muscles and actuators to be excluded, because the moment is what the "
            f"muscles must give, but {force} is excluded, which {effect}; exclude no more than "
            "Muscles and actuators"
        )
    if effect.path in forces.contacts:
        raise NMMError(
            f"expected contact to be excluded, because external loads hold it already, but {force} "
            f"stays in, which {effect}; exclude it too"
        )
    raise NMMError(
        "expected all actuators to be excluded, because the moment is what the muscles must give, "
        f"but {force} stays in, which {effect}; exclude Muscles and actuators"
    )


def _require_known(names: Sequence[str], model: OsimModel) -> None:
    """Refuse a name that OpenSim would pass over with no more than a warning."""
    force_set = model.model.getForceSet()
    groups = opensim.ArrayStr()
    force_set.getGroupNames(groups)
    # OpenSim looks for a force's own name only in a model without groups of forces.
    kind = "a group of forces" if groups.size() else "a force"
    known = (
        [groups.get(i) for i in range(groups.size())]
        if groups.size()
        else [force_set.get(i).getName() for i in range(force_set.getSize())]
    )
    for name in names:
        if name.upper() not in KEYWORDS and name not in known:
            raise NMMError(
                f"expected Muscles, actuators or {kind} of model file '{model.path}', but found "
                f"'{name}', which OpenSim would ignore; "
                f"{nearest_names(name, ['Muscles', 'actuators', *known])}"
            )
