"""A model's markers: where they are, on what, and which coordinates they tell of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import opensim

from ...arrays import Array
from ...physics.osim_model import OsimModel

STEP = 1e-3
"""rad or m, by which coordinates are moved to see what follows."""

# Relative to the largest singular value: what moves markers less than this is not seen by them.
UNSEEN = 1e-4
# Of a direction in which the pose is open: what takes less part in it is seen well enough.
LEAST_SHARE = 0.05


class ModelMarkers:
    """Markers of a model by name; the model's own state stays as it is."""

    def __init__(self, model: OsimModel) -> None:
        self._model = model.model
        self._state = opensim.State(model.state)
        found = self._model.getMarkerSet()
        self._markers = {found.get(i).getName(): found.get(i) for i in range(found.getSize())}

    @property
    def names(self) -> list[str]:
        """All markers, in the model's order."""
        return list(self._markers)

    def find_bodies(self, names: Sequence[str]) -> list[str]:
        """The body that each marker is on."""
        return [
            str(self._markers[name].getParentFrame().findBaseFrame().getName()) for name in names
        ]

    def locate(self, names: Sequence[str], state: opensim.State | None = None) -> Array:
        """Positions (markers, 3) in ground, m; in the model's default pose without a state."""
        state = state or self._state
        self._model.realizePosition(state)
        return np.array([self._markers[n].getLocationInGround(state).to_numpy() for n in names])

    @property
    def up(self) -> Array | None:
        """Unit vector against gravity, (3,); None where there is none."""
        return find_up(self._model)

    def find_unseen(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """Coordinates that could change and no marker would move.

        First those of joints with ground, then the others. Small changes of the default pose are
        looked at: what is left free by all markers together, such as a hip's rotation by markers in
        one line with it, counts too.
        """
        free = [c for c in self._model.getCoordinateSet() if self._is_free(c)]
        if not free:
            return [], []
        moved = np.stack([self._move(c, names).ravel() for c in free], axis=1)
        _, sizes, directions = np.linalg.svd(moved, full_matrices=True)
        sizes = np.concatenate([sizes, np.zeros(len(free) - len(sizes))])
        unseen = directions[sizes <= UNSEEN * max(float(sizes.max()), 1e-12)]
        shares = np.square(unseen).sum(axis=0)
        loose = [c for c, share in zip(free, shares, strict=True) if share > LEAST_SHARE]
        grounded = [c.getName() for c in loose if self._is_grounded(c)]
        return grounded, [c.getName() for c in loose if c.getName() not in grounded]

    def _is_free(self, coordinate: opensim.Coordinate) -> bool:
        return not (
            coordinate.getLocked(self._state)
            or coordinate.isPrescribed(self._state)
            or coordinate.isDependent(self._state)
        )

    def _is_grounded(self, coordinate: opensim.Coordinate) -> bool:
        parent = coordinate.getJoint().getParentFrame().findBaseFrame()
        return str(parent.getName()) == "ground"

    def _move(self, coordinate: opensim.Coordinate, names: Sequence[str]) -> Array:
        """How markers move per unit of a coordinate, those that depend on it with it."""
        ends = []
        for step in (-STEP, STEP):
            state = opensim.State(self._state)
            value = coordinate.getValue(state) + step
            try:
                coordinate.setValue(state, value, True)
            except RuntimeError:
                coordinate.setValue(state, value, False)
            ends.append(self.locate(names, state))
        return (ends[1] - ends[0]) / (2 * STEP)


def find_up(model: opensim.Model) -> Array | None:
    """Unit vector against gravity, (3,); None where there is none."""
    gravity: Array = model.getGravity().to_numpy()
    size = float(np.linalg.norm(gravity))
    return -gravity / size if size > 0 else None
