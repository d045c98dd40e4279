"""EMG-driven muscles fitted to joint moments: lags of the recordings, and what muscles share.

All parameters of the muscles are held near the model's own as far as the moments do not say
otherwise. Time constants of activation stay the model's, because they and a lag delay a force
alike.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from ...arrays import Array
from ...nmm.calibration import PARAMETERS, Bounds
from ...nmm.chain import PreparedTrial
from .driven import Driven
from .layout import find_shape
from .model import EmgDrivenModel
from .residuals import Residuals

# s: what is searched; positive where EMG leads. Far beyond what any muscle needs.
SEARCHED = (-0.2, 0.4)
# Frames of a recording that tell a lag: more add time, not knowledge.
MOST_FRAMES = 1200
# s: the spread is over what blocks of this length say; a short trial has a few all the same.
BLOCK, FEWEST_BLOCKS = 1.0, 4
# Of a parameter that is fixed: an optimiser wants room on both sides.
NO_ROOM = 1e-9


class EmgDrivenFit:
    """Maximum a posteriori by Gauss-Newton.

    The parameters are a lag of each recording, then what all share.
    """

    def __init__(
        self,
        model: EmgDrivenModel,
        recordings: Sequence[Sequence[PreparedTrial]],
        coordinates: list[int],
        most_frames: int = MOST_FRAMES,
        bounds: Bounds | None = None,
    ) -> None:
        """``bounds`` limit the muscles' own parameters and the shape factor, if given."""
        self._residuals = Residuals(model, recordings, coordinates, most_frames)
        self._limits = self._find_limits(bounds)

    def _find_limits(self, bounds: Bounds | None) -> tuple[Array, Array]:
        layout = self._residuals.layout
        low, high = np.full(layout.size, -np.inf), np.full(layout.size, np.inf)
        if bounds is not None:
            # A larger parameter bends more.
            high[layout.shape], low[layout.shape] = (find_shape(a) for a in bounds.shape_factor)
            muscles = self._residuals.model.muscles
            own = [bounds.find_limits(name, muscles) for name in PARAMETERS]
            low[layout.own] = np.log(np.concatenate([lower for lower, _ in own]))
            high[layout.own] = np.log(np.concatenate([upper for _, upper in own]))
        room = np.maximum(NO_ROOM - (high - low), 0.0)
        return low - room, high + room

    def run(
        self, starts: Sequence[float], searched: tuple[float, float] = SEARCHED
    ) -> FittedMuscles:
        """The best fit of those whose lags begin at ``starts`` (s)."""
        residuals, lags = self._residuals, self._residuals.layout.lags
        low, high = (limits.copy() for limits in self._limits)
        low[lags], high[lags] = searched
        fits = []
        for start in starts:
            first = np.zeros(residuals.layout.size)
            first[lags] = start
            fits.append(
                least_squares(
                    residuals.compute,
                    np.clip(first, low, high),
                    jac=residuals.compute_jacobian,
                    bounds=(low, high),
                    x_scale=np.minimum(residuals.spreads, 0.1),
                    xtol=1e-4,
                    ftol=1e-4,
                    max_nfev=20,
                )
            )
        return self.take(min(fits, key=lambda fit: float(fit.cost)).x)

    def take(self, vector: Array) -> FittedMuscles:
        """A fit that was found before, from its vector."""
        return FittedMuscles(self._residuals, vector)


@dataclass(frozen=True)
class Uncertainty:
    """Standard deviations of the logarithms of the muscles' own parameters, each (muscles,)."""

    force: Array
    fiber: Array
    slack: Array


class FittedMuscles:
    """The parameters that fit best, in one vector, and how sure they are."""

    def __init__(self, residuals: Residuals, vector: Array) -> None:
        self._residuals = residuals
        self.vector = vector
        """As :class:`Layout` lays it out: all that a fit finds."""

    @property
    def lags(self) -> Array:
        """How much EMG leads (s), (recordings,)."""
        lags: Array = self.vector[self._residuals.layout.lags]
        return lags

    def get_driven(self, recording: int) -> Driven:
        """The muscles with the parameters of a recording."""
        parameters = self._residuals.layout.read(self.vector, recording)
        return Driven(self._residuals.model, parameters)

    def find_explained(self) -> Array:
        """The explained share of each moment's variance, (recordings, coordinates)."""
        residuals = self._residuals
        errors = residuals.compute_errors(self.vector)
        explained = np.empty((residuals.layout.recordings, len(residuals.coordinates)))
        for r in range(len(explained)):
            of = [i for i, part in enumerate(residuals.parts) if part.recording == r]
            left = np.concatenate([errors[i] for i in of]).var(axis=0)
            whole = np.concatenate([residuals.parts[i].reference for i in of]).var(axis=0)
            explained[r] = 1.0 - left / whole
        return explained

    def find_explained_by_trial(self) -> Array:
        """The share of each moment explained in each trial, (trials, coordinates).

        Relative to the variance over all trials: light loads are not asked for more than heavy
        ones.
        """
        parts = self._residuals.parts
        whole = np.concatenate([part.reference for part in parts]).var(axis=0)
        errors = self._residuals.compute_errors(self.vector)
        explained: Array = 1.0 - np.array([np.square(e).mean(axis=0) for e in errors]) / whole
        return explained

    def find_spreads(self) -> Array:
        """Deviation of each lag over blocks of time, (recordings,).

        A jackknife: each block is left out in turn, and one step of Gauss-Newton says what that
        changes.
        """
        residuals = self._residuals.compute(self.vector)
        jacobian = self._residuals.compute_jacobian(self.vector)
        curvature = jacobian.T @ jacobian
        changes = []
        row = 0
        for part in self._residuals.parts:
            time, columns = part.trial.time[part.frames], part.reference.shape[1]
            count = max(FEWEST_BLOCKS, round((time[-1] - time[0]) / BLOCK))
            for block in np.array_split(np.arange(len(time)), count):
                rows = slice(row + block[0] * columns, row + (block[-1] + 1) * columns)
                left_out = jacobian[rows]
                step = np.linalg.solve(
                    curvature - left_out.T @ left_out, left_out.T @ residuals[rows]
                )
                changes.append(step[self._residuals.layout.lags])
            row += part.reference.size
        n = len(changes)
        deviations: Array = np.sqrt((n - 1) * np.var(changes, axis=0))
        return deviations

    def find_uncertainty(self, doubted: Callable[[PreparedTrial], Array]) -> Uncertainty:
        """What the moments leave of the muscles' own parameters' deviations.

        ``doubted`` says how the moments (N m) of a trial would change if its drives were wrong: for
        each of some independent standard normal errors, (frames, coordinates, errors). What an
        error of a drive explains as well does not speak for a parameter.
        """
        residuals = self._residuals
        jacobian = residuals.compute_jacobian(self.vector)
        rows = []
        for part in residuals.parts:
            changes = doubted(part.trial)[part.frames][:, residuals.coordinates]
            changes = changes * residuals.weigh(part)[None, :, None]
            rows.append(changes.reshape(-1, changes.shape[2]))
        errors = np.concatenate(rows)
        shared = errors.T @ jacobian[: len(errors)]
        precision = jacobian.T @ jacobian - shared.T @ np.linalg.solve(
            np.eye(errors.shape[1]) + errors.T @ errors, shared
        )
        variances, layout = np.diag(np.linalg.inv(precision)), residuals.layout
        return Uncertainty(
            np.sqrt(variances[layout.forces]),
            np.sqrt(variances[layout.fibers]),
            np.sqrt(variances[layout.slacks]),
        )
