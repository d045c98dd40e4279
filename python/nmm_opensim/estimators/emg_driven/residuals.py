"""What a fit of EMG-driven muscles makes small: errors of moments, and what was known before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from .driven import Driven
from .layout import Layout
from .model import EmgDrivenModel

# Standard deviations of the logarithms: what the field lets a calibration do (strength 0.5-2.5,
# lengths 0.85-1.15), well within which most subjects are. Strength is a subject's and a muscle's.
SPREADS = {"shape": 1.0, "gain": 0.7, "fiber": 0.06, "slack": 0.02}
COMMON_STRENGTH, OWN_STRENGTH = 0.3, 0.2
STRENGTH = float(np.hypot(COMMON_STRENGTH, OWN_STRENGTH))
# What even a right lag leaves unexplained, relative to the moment's deviation, and for how long
# such errors keep their sign, s.
UNEXPLAINED, ERROR_TIME = 0.25, 0.2


@dataclass(frozen=True)
class Part:
    """Frames of a trial of a ``recording``, and what the moments (N m) are there."""

    recording: int
    trial: PreparedTrial
    frames: slice
    reference: Array


class Residuals:
    """Independent unit normals of a vector of parameters, if it is right.

    First the errors of all parts' moments, then the parameters themselves.
    """

    def __init__(
        self,
        model: EmgDrivenModel,
        recordings: Sequence[Sequence[PreparedTrial]],
        coordinates: list[int],
        most_frames: int,
    ) -> None:
        """``most_frames`` of a recording are looked at."""
        self.model, self.coordinates = model, coordinates
        self.layout = Layout(len(recordings), len(model.drives), len(model.muscles))
        self.parts = []
        for recording, trials in enumerate(recordings):
            for trial in trials:
                frames = _choose_frames(trial, most_frames // len(trials))
                reference = trial.known_moments[frames][:, coordinates]
                self.parts.append(Part(recording, trial, frames, reference))
        # A recording's own: light loads tell of timing as much as heavy ones.
        self._deviations = [
            np.concatenate([part.reference for part in self.parts if part.recording == r]).std(
                axis=0
            )
            for r in range(len(recordings))
        ]
        if not (np.array(self._deviations) > 0).all():
            raise NMMError(
                "EMG-driven muscles: expected moments that change over the trials, but one is "
                "constant; check the inverse dynamics."
            )
        self.spreads = _make_spreads(self.layout)
        self._whitening = _whiten(self.spreads, self.layout.forces)

    def compute(self, vector: Array) -> Array:
        """(residuals,)."""
        weighted = [
            (error * self.weigh(part)).ravel()
            for error, part in zip(self.compute_errors(vector), self.parts, strict=True)
        ]
        return np.concatenate([*weighted, self._whitening @ vector])

    def compute_jacobian(self, vector: Array) -> Array:
        """(residuals, parameters)."""
        rows = []
        for part in self.parts:
            derivatives = self._drive(vector, part).compute_jacobian(
                part.trial, part.frames, self.coordinates
            )
            weighted = derivatives * self.weigh(part)[None, :, None]
            flat = weighted.reshape(-1, derivatives.shape[2])
            lags = np.zeros((len(flat), self.layout.recordings))
            lags[:, part.recording] = flat[:, 0]
            rows.append(np.hstack([lags, flat[:, 1:]]))
        return np.concatenate([*rows, self._whitening])

    def compute_errors(self, vector: Array) -> list[Array]:
        """Errors of the moments (N m) of each part, (frames, coordinates)."""
        return [
            self._drive(vector, part).compute_moments(
                part.trial, None, part.frames, self.coordinates
            )
            - part.reference
            for part in self.parts
        ]

    def weigh(self, part: Part) -> Array:
        """What makes unit normals of a part's errors, 1/(N m), (coordinates,)."""
        step = float(np.median(np.diff(part.trial.time)))
        deviations = self._deviations[part.recording]
        weights: Array = np.sqrt(step / ERROR_TIME) / (UNEXPLAINED * deviations)
        return weights

    def _drive(self, vector: Array, part: Part) -> Driven:
        return Driven(self.model, self.layout.read(vector, part.recording))


def _choose_frames(trial: PreparedTrial, most: int) -> slice:
    """The first frames, up to ``most``; EMG must be there at every lag searched."""
    time, emg = trial.time, trial.emg.time
    # Where recordings are no longer than the motion, the usual lags have to do.
    first = int(np.searchsorted(time, emg[0] + min(0.2, 0.2 * (time[-1] - time[0])) - 1e-9))
    last = min(len(time), first + max(2, most))
    return slice(first, last)


def _make_spreads(layout: Layout) -> Array:
    """Standard deviations of all parameters; of lags nothing is known."""
    spreads: Array = np.empty(layout.size)
    spreads[layout.lags] = np.inf
    spreads[layout.shape] = SPREADS["shape"]
    spreads[layout.gains] = SPREADS["gain"]
    spreads[layout.forces] = STRENGTH
    spreads[layout.fibers] = SPREADS["fiber"]
    spreads[layout.slacks] = SPREADS["slack"]
    return spreads


def _whiten(spreads: Array, forces: slice) -> Array:
    """What makes independent unit normals of the parameters; lags have no prior.

    Forces share a factor: a strong subject is strong in all muscles.
    """
    whitening = np.diag(1.0 / spreads)
    count = forces.stop - forces.start
    covariance = COMMON_STRENGTH**2 + OWN_STRENGTH**2 * np.eye(count)
    whitening[forces, forces] = np.linalg.inv(np.linalg.cholesky(covariance))
    return whitening
