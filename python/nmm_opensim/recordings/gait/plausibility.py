"""Whether markers and forces can be of one walk, before anything is concluded from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ..axes import LEVEL, UP
from .contacts import Found
from .feet import FootTrack
from .gait_setup import GaitTrialFiles

STRANGE = 0.5
"""m: a centre of pressure that is never nearer to a foot is not in the markers' axes and unit."""
RESTING = (-0.15, 0.3)
"""m above the floor of forces, where the lowest marker of a foot can rest."""
SHORTEST, LONGEST = 0.05, 0.4
"""m from the marker on the heel to that on the toes."""
CROSSED = 0.05
"""m by which the right foot is left of the other on average: more is no way to walk."""


def require_one_walk(
    trial: GaitTrialFiles, feet: Sequence[FootTrack], found: Sequence[Found]
) -> None:
    """Refuse markers and forces in other axes or units, and feet that are none.

    Raises:
        NMMError: naming the trial, what is wrong and both files.

    """
    where = f"trial '{trial.name}'"
    for foot in feet:
        length = float(np.nanmedian(np.linalg.norm(foot.toe - foot.heel, axis=1)))
        heel, toe = foot.foot.heel_marker, foot.foot.toe_marker
        if not SHORTEST <= length <= LONGEST:
            raise NMMError(
                f"{where}: expected {SHORTEST:g} to {LONGEST:g} m from '{heel}' to '{toe}', but "
                f"found {length:.3g} m; look at the names and the unit of '{trial.marker_file}'."
            )
    distances = [one.standing.distance for one in found if np.isfinite(one.standing.distance)]
    if not distances:
        return
    if min(distances) > STRANGE:
        raise NMMError(
            f"{where}: expected a foot near each centre of pressure, but the nearest is "
            f"{min(distances):.2f} m away; look at the axes and the units of '{trial.marker_file}' "
            f"and '{trial.force_file}'."
        )
    for foot in feet:
        lowest = min(float(np.nanpercentile(part[:, UP], 5)) for part in (foot.heel, foot.toe))
        if not RESTING[0] <= lowest <= RESTING[1]:
            raise NMMError(
                f"{where}: expected the {foot.foot.side} foot's markers near the floor, y = 0, but "
                f"found them {lowest:.2f} m above it; look at the axes and the unit of "
                f"'{trial.marker_file}'."
            )


def find_oddities(trial: GaitTrialFiles, feet: Sequence[FootTrack]) -> list[str]:
    """What a user should know of the feet: sides that are crossed, gaps."""
    oddities = []
    right, left = feet
    apart = _find_width(right, left)
    if apart < -CROSSED:
        oddities.append(
            f"trial '{trial.name}': the right foot is {-apart:.2f} m to the left of the left one; "
            "look at the names of the markers, and whether the axes are right-handed."
        )
    for foot in feet:
        lost = foot.time[~foot.known]
        if len(lost):
            oddities.append(
                f"trial '{trial.name}': the {foot.foot.side} foot lacks markers in {len(lost)} "
                f"frames between {lost[0]:.2f} and {lost[-1]:.2f} s; no events are found there."
            )
    return oddities


def _find_width(right: FootTrack, left: FootTrack) -> float:
    """How far (m) the right foot is to the right of the left one, as both point."""
    forward = _unit((right.toe - right.heel + left.toe - left.heel)[:, LEVEL])
    # With y up, right of forward (x, z) is (-z, x).
    to_right = np.column_stack([-forward[:, 1], forward[:, 0]])
    between = ((right.heel + right.toe - left.heel - left.toe) / 2)[:, LEVEL]
    across = np.sum(between * to_right, axis=1)
    return float(np.nanmedian(across)) if np.isfinite(across).any() else 0.0


def _unit(vectors: Array) -> Array:
    unit: Array = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return unit
