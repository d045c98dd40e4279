"""OpenSim's own muscle curves, sampled once and evaluated in torch.

The curves are quintic Bezier splines with linear ends (Millard et al., 2013). Values and slopes
are taken from OpenSim's classes on a fine grid and joined by cubic Hermite pieces, which agree
with OpenSim within 1e-8 and are differentiable for training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import opensim
import torch

from .tables import Array

GRID_STEP = 1e-3


@dataclass(frozen=True)
class SampledCurve:
    """Values and slopes on the grid ``start + k * GRID_STEP``; linear beyond both ends."""

    start: float
    values: Array
    slopes: Array


def sample_curve(curve: opensim.Function, start: float, stop: float) -> SampledCurve:
    """Sample an OpenSim muscle curve over [start, stop]."""
    grid = start + GRID_STEP * np.arange(round((stop - start) / GRID_STEP) + 1)
    return SampledCurve(
        start,
        np.array([curve.calcValue(x) for x in grid]),
        np.array([curve.calcDerivative(x, 1) for x in grid]),
    )


class Curves(torch.nn.Module):
    """One curve per muscle, evaluated for all frames at once.

    ``forward`` maps (frames, muscles) to (frames, muscles).
    """

    values: torch.Tensor
    slopes: torch.Tensor

    def __init__(self, curves: list[SampledCurve]) -> None:
        super().__init__()
        # Muscles mostly share one curve: equal ones are stored once.
        unique: list[SampledCurve] = []
        index = []
        for curve in curves:
            same = [
                k for k, other in enumerate(unique) if np.array_equal(curve.values, other.values)
            ]
            if not same:
                unique.append(curve)
            index.append(same[0] if same else len(unique) - 1)
        self._start = curves[0].start
        self._size = len(curves[0].values)
        self.register_buffer("values", torch.tensor(np.concatenate([c.values for c in unique])))
        self.register_buffer("slopes", torch.tensor(np.concatenate([c.slopes for c in unique])))
        self.register_buffer("_offset", torch.tensor(index) * self._size)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        position = (x - self._start) / GRID_STEP
        cell = position.detach().floor().clamp(0, self._size - 2)
        # Beyond the grid t is held at an end and the rest of the way is linear.
        t = (position - cell).clamp(0.0, 1.0)
        beyond = (position - cell - t) * GRID_STEP
        k = cell.long() + self._offset  # type: ignore[operator]
        y0, y1 = self.values[k], self.values[k + 1]
        m0, m1 = self.slopes[k] * GRID_STEP, self.slopes[k + 1] * GRID_STEP
        change = y1 - y0
        inside = y0 + t * (m0 + t * (3 * change - 2 * m0 - m1 + t * (m0 + m1 - 2 * change)))
        end_slope = torch.where(beyond < 0, self.slopes[k], self.slopes[k + 1])
        return inside + beyond * end_slope
