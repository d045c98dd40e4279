"""From a laboratory's axes to OpenSim's."""

from __future__ import annotations

import numpy as np

from ..arrays import Array
from ..errors import NMMError

UP, LEVEL = 1, [0, 2]
"""Of vectors in OpenSim's axes: y, and x and z."""

SIGNED_AXES = {
    f"{sign}{axis}": (i, -1.0 if sign else 1.0)
    for i, axis in enumerate("xyz")
    for sign in ("", "-")
}


def read_axes(axes: str) -> Array:
    """The rotation (3, 3) that ``axes`` names; it takes a laboratory's vectors to OpenSim's.

    ``axes`` says which of the laboratory's become OpenSim's x (forward), y (up) and z (right), such
    as ``x z -y`` for a laboratory whose z points up.
    """
    chosen = axes.split()
    if (
        len(chosen) != 3
        or not set(chosen) <= set(SIGNED_AXES)
        or {axis[-1] for axis in chosen} != set("xyz")
    ):
        raise NMMError(f"axes '{axes}': expected three different axes, such as 'x z -y'.")
    index, sign = zip(*(SIGNED_AXES[axis] for axis in chosen), strict=True)
    rotation = np.zeros((3, 3))
    rotation[range(3), index] = sign
    if np.linalg.det(rotation) < 0:
        raise NMMError(
            f"axes '{axes}': expected a right-handed system, but it mirrors; try 'x z -y'."
        )
    return rotation
