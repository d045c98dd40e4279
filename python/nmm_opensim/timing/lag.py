"""The lag at which EMG-driven muscles explain the joint moments best, with its spread.

All parameters of the muscles are fitted beside the lag, held near the model's own as far as the
moments do not say otherwise: a wrong strength or tendon must not pass for a lag. Time constants of
activation stay the model's, because they and a lag delay a force alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from ..errors import NMMError
from ..nmm import PreparedTrial
from ..osim_model import OsimModel
from ..sources import MuscleSources
from ..tables import Array
from .emg_driven import EmgDrivenModel, Parameters

# s: what is searched; positive where EMG leads. Far beyond what any muscle needs.
SEARCHED = (-0.2, 0.4)
STARTS = (0.0, 0.15)
# Frames of a recording that are looked at: more add time, not knowledge.
MOST_FRAMES = 1200
BLOCK = 0.25  # s; the spread is over what blocks of this length say
# Standard deviations of the logarithms: what the field lets a calibration do (method: strength
# 0.5-2.5, lengths 0.85-1.15), well within which most subjects are.
SPREADS = {"strength": 0.3, "shape": 1.0, "gain": 0.7, "force": 0.2, "fiber": 0.06, "slack": 0.02}
# What even a right lag leaves unexplained, relative to the moment's deviation, and for how long
# such errors keep their sign, s.
UNEXPLAINED, ERROR_TIME = 0.25, 0.2


@dataclass(frozen=True)
class Lag:
    """How much EMG leads (s): electromechanical delay and lag of the streams together.

    ``spread`` is one standard deviation over blocks of time; ``by_coordinate`` what each moment
    alone says; ``explained`` the share of each moment's variance.
    """

    seconds: float
    spread: float
    by_coordinate: dict[str, float]
    explained: dict[str, float]


def estimate_lag(
    trials: Sequence[PreparedTrial],
    model: OsimModel,
    sources: MuscleSources,
    moment_coordinates: Sequence[str],
) -> Lag:
    """The lag that ``trials`` share; their moments and EMG channels are as declared."""
    driven = EmgDrivenModel(model, sources, trials)
    coordinates = driven.find_driven(trials, moment_coordinates)
    whole = _Fit(driven, trials, coordinates)
    lag, explained = whole.run(STARTS)
    alone = {
        moment_coordinates[j]: (
            _Fit(driven, trials, [j]).run([lag])[0] if len(coordinates) > 1 else lag
        )
        for j in coordinates
    }
    names = [moment_coordinates[j] for j in coordinates]
    return Lag(lag, whole.find_spread(), alone, dict(zip(names, explained, strict=True)))


class _Fit:
    """Maximum a posteriori by Gauss-Newton, and a jackknife over blocks of time."""

    def __init__(
        self, model: EmgDrivenModel, trials: Sequence[PreparedTrial], coordinates: list[int]
    ) -> None:
        self._model, self._coordinates = model, coordinates
        self._parts = [(trial, _choose_frames(trial, len(trials))) for trial in trials]
        self._references = [p.moments.numpy()[f][:, coordinates] for p, f in self._parts]
        self._deviation = np.concatenate(self._references).std(axis=0)
        if not (self._deviation > 0).all():
            raise NMMError(
                "Timing: expected moments that change over the trials, but one is constant; "
                "check the inverse dynamics."
            )
        muscles = len(model.muscles)
        self._sizes = [1, 1, 1, len(model.drives), muscles, muscles, muscles]
        names = ["strength", "shape", "gain", "force", "fiber", "slack"]
        self._prior = np.concatenate(
            [[np.inf]]
            + [np.full(n, SPREADS[x]) for n, x in zip(self._sizes[1:], names, strict=True)]
        )

    def run(self, starts: Sequence[float]) -> tuple[float, Array]:
        """The lag (s), and the explained share of each moment's variance, (coordinates,).

        The search goes from each of ``starts`` (s); the best fit counts.
        """
        size = len(self._prior)
        low, high = np.full(size, -np.inf), np.full(size, np.inf)
        low[0], high[0] = SEARCHED
        fits = []
        for start in starts:
            first = np.zeros(size)
            first[0] = start
            fits.append(
                least_squares(
                    self._residuals,
                    first,
                    jac=self._jacobian,
                    bounds=(low, high),
                    x_scale=np.minimum(self._prior, 0.1),
                    xtol=1e-4,
                    ftol=1e-4,
                    max_nfev=20,
                )
            )
        self._best = min(fits, key=lambda fit: float(fit.cost)).x
        errors = np.concatenate(self._errors(self._best))
        explained: Array = 1.0 - errors.var(axis=0) / self._deviation**2
        return float(self._best[0]), explained

    def find_spread(self) -> float:
        """Deviation of the lag over blocks of time: each left out in turn, one step each."""
        residuals, jacobian = self._residuals(self._best), self._jacobian(self._best)
        curvature = jacobian.T @ jacobian
        changes = []
        row = 0
        for (trial, frames), reference in zip(self._parts, self._references, strict=True):
            time = trial.trial.time[frames]
            count = max(1, round((time[-1] - time[0]) / BLOCK))
            for block in np.array_split(np.arange(len(time)), count):
                rows = row + np.arange(block[0], block[-1] + 1)[:, None] * reference.shape[1]
                rows = (rows + np.arange(reference.shape[1])).ravel()
                part = jacobian[rows]
                step = np.linalg.solve(curvature - part.T @ part, part.T @ residuals[rows])
                changes.append(float(step[0]))
            row += reference.size
        n = len(changes)
        if n < 2:
            return float("nan")
        return float(np.sqrt((n - 1) * np.var(changes)))

    def _unpack(self, x: Array) -> Parameters:
        lag, strength, shape, *rest = np.split(x, np.cumsum(self._sizes)[:-1])
        return Parameters(float(lag[0]), float(strength[0]), float(shape[0]), *rest)

    def _weights(self, trial: PreparedTrial) -> Array:
        step = float(np.median(np.diff(trial.trial.time)))
        weights: Array = np.sqrt(step / ERROR_TIME) / (UNEXPLAINED * self._deviation)
        return weights

    def _errors(self, x: Array) -> list[Array]:
        parameters = self._unpack(x)
        return [
            self._model.compute_moments(parameters, trial, frames, self._coordinates) - reference
            for (trial, frames), reference in zip(self._parts, self._references, strict=True)
        ]

    def _residuals(self, x: Array) -> Array:
        errors = zip(self._errors(x), self._parts, strict=True)
        weighted = [(error * self._weights(trial)).ravel() for error, (trial, _) in errors]
        return np.concatenate([*weighted, x / self._prior])

    def _jacobian(self, x: Array) -> Array:
        parameters = self._unpack(x)
        parts = []
        for trial, frames in self._parts:
            jacobian = self._model.compute_jacobian(parameters, trial, frames, self._coordinates)
            weighted = jacobian * self._weights(trial)[None, :, None]
            parts.append(weighted.reshape(-1, len(x)))
        return np.concatenate([*parts, np.diag(1.0 / self._prior)])


def _choose_frames(trial: PreparedTrial, trials: int) -> slice:
    """The first frames, up to a share of the most; EMG must be there at every lag searched."""
    time, emg = trial.trial.time, trial.trial.emg.time
    # Where recordings are no longer than the motion, the usual lags have to do.
    first = int(np.searchsorted(time, emg[0] + min(0.2, 0.2 * (time[-1] - time[0])) - 1e-9))
    last = min(len(time), first + max(2, MOST_FRAMES // trials))
    return slice(first, last)
