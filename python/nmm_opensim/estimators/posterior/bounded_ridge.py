"""Ridge regression within bounds, of many frames at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import lsq_linear

from ...arrays import Array

# Most frames need two or three; one that goes round in circles is solved by itself.
ROUNDS = 20
TOLERANCE = 1e-9


def solve_bounded_ridge(slopes: Array, targets: Array, lower: Array, upper: Array) -> Array:
    """In every frame: min |slopes x - targets|^2 + |x|^2 with lower <= x <= upper.

    ``slopes`` are (frames, targets, unknowns), ``targets`` (frames, targets), the bounds and what
    is found (frames, unknowns). Block principal pivoting (Portugal, Judice and Vicente, 1994): all
    unknowns that break a bound are held there, all that are held against their slope are let go,
    until there are none of either; then the solution is exact.
    """
    problem = _Problem(
        np.swapaxes(slopes, 1, 2) @ slopes + np.eye(slopes.shape[2]),
        np.einsum("tcd,tc->td", slopes, targets),
        lower,
        upper,
    )
    solution = np.zeros_like(lower)
    left, sides = np.arange(len(targets)), np.zeros(lower.shape, dtype=int)
    for _ in range(ROUNDS):
        asked = problem.pick(left)
        found = asked.solve(sides)
        solution[left] = np.clip(found, asked.lower, asked.upper)
        moved = asked.find_sides(found, sides)
        going = (moved != sides).any(axis=1)
        left, sides = left[going], moved[going]
        if not len(left):
            return solution
    for k in left:
        rows = np.vstack([slopes[k], np.eye(slopes.shape[2])])
        wanted = np.concatenate([targets[k], np.zeros(slopes.shape[2])])
        solution[k] = lsq_linear(rows, wanted, (lower[k], upper[k]), method="bvls").x
    return solution


@dataclass(frozen=True)
class _Problem:
    """Normal equations ``matrix`` x = ``vector`` of every frame, and its bounds.

    ``sides`` (frames, unknowns) say which unknowns are held: -1 at the lower bound, 1 at the upper.
    """

    matrix: Array
    vector: Array
    lower: Array
    upper: Array

    def pick(self, frames: np.ndarray[Any, Any]) -> _Problem:
        return _Problem(
            self.matrix[frames], self.vector[frames], self.lower[frames], self.upper[frames]
        )

    def solve(self, sides: Array) -> Array:
        """The minimum over the unknowns that are not held, (frames, unknowns)."""
        held = sides != 0
        bounds = np.where(sides < 0, self.lower, self.upper)
        matrix = np.where(held[:, :, None], np.eye(sides.shape[1]), self.matrix)
        found: Array = np.linalg.solve(matrix, np.where(held, bounds, self.vector)[:, :, None])
        return found[:, :, 0]

    def find_sides(self, found: Array, sides: Array) -> Array:
        """Where each unknown is to be held next."""
        gradient = (self.matrix @ found[:, :, None])[:, :, 0] - self.vector
        breaking = np.where(
            found < self.lower - TOLERANCE, -1, np.where(found > self.upper + TOLERANCE, 1, 0)
        )
        # What is held stays so as long as the minimum lies beyond its bound.
        kept: Array = np.where(sides * gradient <= TOLERANCE, sides, 0)
        moved: Array = np.where(sides == 0, breaking, kept)
        return moved
