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
from ...errors import NMMError
from ...nmm.calibration import PARAMETERS, Bounds
from ...nmm.chain import PreparedTrial
from .model import EmgDrivenModel, Parameters, find_shape

# s: what is searched; positive where EMG leads. Far beyond what any muscle needs.
SEARCHED = (-0.2, 0.4)
# Frames of a recording that tell a lag: more add time, not knowledge.
MOST_FRAMES = 1200
# s: the spread is over what blocks of this length say; a short trial has a few all the same.
BLOCK, FEWEST_BLOCKS = 1.0, 4
# Standard deviations of the logarithms: what the field lets a calibration do (strength 0.5-2.5,
# lengths 0.85-1.15), well within which most subjects are. Strength is a subject's and a muscle's.
SPREADS = {"shape": 1.0, "gain": 0.7, "fiber": 0.06, "slack": 0.02}
COMMON_STRENGTH, OWN_STRENGTH = 0.3, 0.2
STRENGTH = float(np.hypot(COMMON_STRENGTH, OWN_STRENGTH))
# Of a parameter that is fixed: an optimiser wants room on both sides.
NO_ROOM = 1e-9
# What even a right lag leaves unexplained, relative to the moment's deviation, and for how long
# such errors keep their sign, s.
UNEXPLAINED, ERROR_TIME = 0.25, 0.2


@dataclass(frozen=True)
class Uncertainty:
    """Standard deviations of the logarithms of the muscles' own parameters, each (muscles,)."""

    force: Array
    fiber: Array
    slack: Array


class EmgDrivenFit:
    """Maximum a posteriori by Gauss-Newton, and a jackknife over blocks of time.

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
        self._model, self._coordinates = model, coordinates
        self._count = len(recordings)
        self._parts = [
            (r, trial, _choose_frames(trial, most_frames // len(trials)))
            for r, trials in enumerate(recordings)
            for trial in trials
        ]
        self._references = [p.moments[f][:, coordinates] for _, p, f in self._parts]
        # A recording's own: light loads tell of timing as much as heavy ones.
        self._deviations = [
            np.concatenate(
                [m for m, part in zip(self._references, self._parts, strict=True) if part[0] == r]
            ).std(axis=0)
            for r in range(self._count)
        ]
        if not (np.array(self._deviations) > 0).all():
            raise NMMError(
                "EMG-driven muscles: expected moments that change over the trials, but one is "
                "constant; check the inverse dynamics."
            )
        muscles = len(model.muscles)
        # Of the vector of parameters behind the lags: shape, gains, forces, fibres, tendons.
        self._sizes = [1, len(model.drives), muscles, muscles, muscles]
        self._spreads = np.concatenate(
            [
                np.full(self._count, np.inf),
                np.full(1, SPREADS["shape"]),
                np.full(len(model.drives), SPREADS["gain"]),
                np.full(muscles, STRENGTH),
                np.full(muscles, SPREADS["fiber"]),
                np.full(muscles, SPREADS["slack"]),
            ]
        )
        self._whitening = _whiten(self._spreads, self._find_forces())
        self._limits = self._find_limits(bounds)

    def _find_forces(self) -> slice:
        """Where the forces' parameters are."""
        first = self._count + 1 + len(self._model.drives)
        return slice(first, first + len(self._model.muscles))

    def _find_limits(self, bounds: Bounds | None) -> tuple[Array, Array]:
        size = len(self._spreads)
        low, high = np.full(size, -np.inf), np.full(size, np.inf)
        if bounds is not None:
            # A larger parameter bends more.
            high[self._count], low[self._count] = (find_shape(a) for a in bounds.shape_factor)
            own = [bounds.find_limits(name, self._model.muscles) for name in PARAMETERS]
            first = self._find_forces().start
            low[first:] = np.log(np.concatenate([lower for lower, _ in own]))
            high[first:] = np.log(np.concatenate([upper for _, upper in own]))
        room = np.maximum(NO_ROOM - (high - low), 0.0)
        return low - room, high + room

    def run(self, starts: Sequence[float], searched: tuple[float, float] = SEARCHED) -> Array:
        """The lags (s), (recordings,): the best fit of those that begin at ``starts`` (s)."""
        size = len(self._spreads)
        low, high = (limits.copy() for limits in self._limits)
        low[: self._count], high[: self._count] = searched
        fits = []
        for start in starts:
            first = np.zeros(size)
            first[: self._count] = start
            first = np.clip(first, low, high)
            fits.append(
                least_squares(
                    self._residuals,
                    first,
                    jac=self._jacobian,
                    bounds=(low, high),
                    x_scale=np.minimum(self._spreads, 0.1),
                    xtol=1e-4,
                    ftol=1e-4,
                    max_nfev=20,
                )
            )
        return self.take(min(fits, key=lambda fit: float(fit.cost)).x)

    def take(self, best: Array) -> Array:
        """The lags (s) of a ``best`` fit that was found before."""
        self._best = best
        lags: Array = best[: self._count]
        return lags

    @property
    def best(self) -> Array:
        """The best fit, once run: a lag for each recording, then what they share."""
        return self._best

    def get_parameters(self, recording: int) -> Parameters:
        """The best fit of a recording, once run."""
        return self._unpack(self._best, recording)

    def find_explained(self) -> Array:
        """The explained share of each moment's variance, (recordings, coordinates)."""
        errors = self._errors(self._best)
        explained = np.empty((self._count, len(self._coordinates)))
        for r in range(self._count):
            of = [i for i, part in enumerate(self._parts) if part[0] == r]
            left = np.concatenate([errors[i] for i in of]).var(axis=0)
            explained[r] = 1.0 - left / np.concatenate([self._references[i] for i in of]).var(
                axis=0
            )
        return explained

    def find_spreads(self) -> Array:
        """Deviation of each lag over blocks of time, (recordings,).

        Each block is left out in turn, and one step of Gauss-Newton says what that changes.
        """
        residuals, jacobian = self._residuals(self._best), self._jacobian(self._best)
        curvature = jacobian.T @ jacobian
        changes = []
        row = 0
        for (_, trial, frames), reference in zip(self._parts, self._references, strict=True):
            time = trial.time[frames]
            count = max(FEWEST_BLOCKS, round((time[-1] - time[0]) / BLOCK))
            for block in np.array_split(np.arange(len(time)), count):
                rows = slice(
                    row + block[0] * reference.shape[1], row + (block[-1] + 1) * reference.shape[1]
                )
                part = jacobian[rows]
                step = np.linalg.solve(curvature - part.T @ part, part.T @ residuals[rows])
                changes.append(step[: self._count])
            row += reference.size
        n = len(changes)
        deviations: Array = np.sqrt((n - 1) * np.var(changes, axis=0))
        return deviations

    def find_uncertainty(self, doubted: Callable[[PreparedTrial], Array]) -> Uncertainty:
        """What the moments leave of the muscles' own parameters' deviations, once run.

        ``doubted`` says how the moments (N m) of a trial would change if its drives were wrong: for
        each of some independent standard normal errors, (frames, coordinates, errors). What an
        error of a drive explains as well does not speak for a parameter.
        """
        jacobian = self._jacobian(self._best)
        rows = []
        for r, trial, frames in self._parts:
            changes = doubted(trial)[frames][:, self._coordinates]
            changes = changes * self._weights(trial, r)[None, :, None]
            rows.append(changes.reshape(-1, changes.shape[2]))
        errors = np.concatenate(rows)
        shared = errors.T @ jacobian[: len(errors)]
        precision = jacobian.T @ jacobian - shared.T @ np.linalg.solve(
            np.eye(errors.shape[1]) + errors.T @ errors, shared
        )
        variances = np.diag(np.linalg.inv(precision))
        first = self._find_forces().start
        force, fiber, slack = np.split(np.sqrt(variances[first:]), 3)
        return Uncertainty(force, fiber, slack)

    def _unpack(self, x: Array, recording: int) -> Parameters:
        shape, *rest = np.split(x[self._count :], np.cumsum(self._sizes)[:-1])
        return Parameters(float(x[recording]), float(shape[0]), *rest)

    def _weights(self, trial: PreparedTrial, recording: int) -> Array:
        step = float(np.median(np.diff(trial.time)))
        weights: Array = np.sqrt(step / ERROR_TIME) / (UNEXPLAINED * self._deviations[recording])
        return weights

    def _errors(self, x: Array) -> list[Array]:
        return [
            self._model.compute_moments(self._unpack(x, r), trial, frames, self._coordinates)
            - reference
            for (r, trial, frames), reference in zip(self._parts, self._references, strict=True)
        ]

    def _residuals(self, x: Array) -> Array:
        errors = zip(self._errors(x), self._parts, strict=True)
        weighted = [(error * self._weights(trial, r)).ravel() for error, (r, trial, _) in errors]
        return np.concatenate([*weighted, self._whitening @ x])

    def _jacobian(self, x: Array) -> Array:
        rows = []
        for r, trial, frames in self._parts:
            derivatives = self._model.compute_jacobian(
                self._unpack(x, r), trial, frames, self._coordinates
            )
            weighted = derivatives * self._weights(trial, r)[None, :, None]
            flat = weighted.reshape(-1, derivatives.shape[2])
            lags = np.zeros((len(flat), self._count))
            lags[:, r] = flat[:, 0]
            rows.append(np.hstack([lags, flat[:, 1:]]))
        return np.concatenate([*rows, self._whitening])


def _choose_frames(trial: PreparedTrial, most: int) -> slice:
    """The first frames, up to ``most``; EMG must be there at every lag searched."""
    time, emg = trial.time, trial.emg.time
    # Where recordings are no longer than the motion, the usual lags have to do.
    first = int(np.searchsorted(time, emg[0] + min(0.2, 0.2 * (time[-1] - time[0])) - 1e-9))
    last = min(len(time), first + max(2, most))
    return slice(first, last)


def _whiten(spreads: Array, forces: slice) -> Array:
    """What makes independent unit normals of the parameters; lags have no prior.

    Forces share a factor: a strong subject is strong in all muscles.
    """
    whitening = np.diag(1.0 / spreads)
    count = forces.stop - forces.start
    covariance = COMMON_STRENGTH**2 + OWN_STRENGTH**2 * np.eye(count)
    whitening[forces, forces] = np.linalg.inv(np.linalg.cholesky(covariance))
    return whitening
