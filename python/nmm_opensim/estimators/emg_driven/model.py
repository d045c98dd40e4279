"""A muscle model driven by measured EMG alone, and how its moments change with its parameters.

Deep muscles follow the declared synergists' channels, tied muscles theirs: no hidden recording and
no network, so nothing can put EMG where the torque is but the lag itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ... import _core
from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from ...nmm.sources import Deep, Measured, MuscleSources
from ...physics.muscles.millard import make_kernel, read_properties
from ...physics.muscles.parameters import MuscleParameters
from ...physics.osim_model import SMALLEST_MOMENT_ARM, OsimModel

# Before anything is known of a channel: a maximum of the recording is no maximal contraction.
USUAL_GAIN = 0.4
# Of the shape factor A = -3 / (1 + exp(1 - x)), about -0.8 at x = 0.
LARGEST_SHAPE_FACTOR, SHAPE_OFFSET = -3.0, 1.0
# Beyond this a shape factor is 0 or the largest.
MOST_SHAPE = 20.0
WHOLE = slice(None)  # all frames of a trial
STEP = 1e-4  # of finite differences; parameters are logarithms or seconds


@dataclass(frozen=True)
class Parameters:
    """Of the fit: ``lag`` in s, all others logarithms of factors but ``shape``.

    ``gain`` has shape (drives,); ``force``, ``fiber`` and ``slack`` (muscles,).
    """

    lag: float
    shape: float
    gain: Array
    force: Array
    fiber: Array
    slack: Array

    def scale(self, generic: MuscleParameters[Array]) -> MuscleParameters[Array]:
        """The model's own parameters times the factors."""
        return MuscleParameters(
            generic.max_isometric_force * np.exp(self.force),
            generic.optimal_fiber_length * np.exp(self.fiber),
            generic.tendon_slack_length * np.exp(self.slack),
            generic.pennation_angle_at_optimal,
        )

    @property
    def shape_factor(self) -> float:
        """A of the shape function."""
        return LARGEST_SHAPE_FACTOR / (1.0 + float(np.exp(SHAPE_OFFSET - self.shape)))


class EmgDrivenModel:
    """From channels to joint moments (N m), with a rigid tendon and the model's own dynamics.

    A drive is a channel on its measured muscles or on one deep muscle; each has a gain.
    """

    def __init__(
        self, model: OsimModel, sources: MuscleSources, trials: Sequence[PreparedTrial]
    ) -> None:
        self.muscles = sources.muscles
        self._properties = read_properties(model, self.muscles)
        self._set = make_kernel(model, self.muscles, "rigid")
        self._channels = sources.channels
        maxima = np.max([trial.emg.values.max(axis=0) for trial in trials], axis=0)
        for name, maximum in zip(self._channels, maxima, strict=True):
            if not maximum > 0:
                raise NMMError(
                    f"EMG-driven muscles: expected a recording in channel '{name}', but its "
                    f"maximum is {maximum:g}; leave the channel out."
                )
        self._maxima = maxima
        mixing = _mix(sources)
        self.drives = [f"{channel} on {group}" if group else channel for channel, group in mixing]
        self._drive_channels = [self._channels.index(channel) for channel, _ in mixing]
        self._mixing = np.stack(list(mixing.values()))
        self._ties = sources.find_ties()
        # What a unit of a drive's excitation is to each muscle, (drives, muscles).
        self._own_shares = self._mixing.sum(axis=1)
        self._shares = self._own_shares @ self._ties
        self._undriven = [i for i, shares in enumerate(self._shares.T) if not shares.any()]

    def find_driven(self, trials: Sequence[PreparedTrial], coordinates: Sequence[str]) -> list[int]:
        """Those of ``coordinates``, by index, that no undriven muscle moves."""
        arms = np.concatenate([trial.moment_arms for trial in trials])
        reach = np.abs(arms[:, self._undriven]).max(axis=(0, 1), initial=0.0)
        driven = [j for j in range(len(coordinates)) if reach[j] <= SMALLEST_MOMENT_ARM]
        if not driven:
            names = ", ".join(self.muscles[i] for i in self._undriven)
            raise NMMError(
                "EMG-driven muscles: expected a moment coordinate that only muscles with EMG move, "
                f"but every one is moved by muscles without ({names}); declare "
                "<synergist_channels> of deep muscles, or tie unscored ones."
            )
        return driven

    def compute_moments(
        self,
        parameters: Parameters,
        trial: PreparedTrial,
        frames: slice,
        coordinates: list[int],
        corrections: Array | None = None,
    ) -> Array:
        """Moments (N m), (frames, coordinates).

        ``corrections`` are added to the drives' excitations, (samples of the EMG, drives).
        """
        arms = trial.moment_arms[frames][:, :, coordinates]
        forces = self._forces(parameters, trial, frames, corrections)
        moments: Array = np.einsum("tm,tmc->tc", forces, arms)
        return moments

    def compute_excitations(
        self, parameters: Parameters, trial: PreparedTrial, corrections: Array | None = None
    ) -> Array:
        """Excitations in [0, 1] at the samples of the EMG, (samples, muscles)."""
        mixing = np.tensordot(USUAL_GAIN * np.exp(parameters.gain), self._mixing, axes=1)
        raw = trial.emg.values / self._maxima @ mixing
        if corrections is not None:
            raw = raw + corrections @ self._own_shares
        # As at run time: a tied muscle follows what the other one receives.
        excitations: Array = np.clip(np.clip(raw, 0.0, 1.0) @ self._ties, 0.0, 1.0)
        return excitations

    def compute_gains(self, parameters: Parameters) -> Array:
        """What makes excitations of each drive's channel in its own unit, (drives,)."""
        gains: Array = USUAL_GAIN * np.exp(parameters.gain) / self._maxima[self._drive_channels]
        return gains

    def compute_amplitudes(self, parameters: Parameters, trials: Sequence[PreparedTrial]) -> Array:
        """Standard deviation of each drive's excitation over ``trials``, (drives,)."""
        values = np.concatenate([trial.emg.values for trial in trials]) / self._maxima
        shares = self._mixing.max(axis=2)
        amplitudes: Array = (values @ shares.T).std(axis=0) / shares.sum(axis=1)
        return USUAL_GAIN * np.exp(parameters.gain) * amplitudes

    def compute_sensitivity(
        self, parameters: Parameters, trial: PreparedTrial, corrections: Array | None = None
    ) -> Array:
        """Moments per unit of each drive's excitation once muscles have followed, N m.

        (frames, drives, coordinates); zero where an excitation is held at 0 or 1.
        """
        excitations = self.compute_excitations(parameters, trial, corrections)
        shape = parameters.shape_factor
        slope = shape * np.exp(shape * excitations) / np.expm1(shape)
        slope[(excitations <= 0.0) | (excitations >= 1.0)] = 0.0
        activations = self._activate(parameters, trial, WHOLE, excitations)
        low, high = (
            self._contract(parameters, trial, WHOLE, activations + step) for step in (-STEP, STEP)
        )
        gains = (high - low) / (2.0 * STEP) * slope
        sensitivity: Array = np.einsum("tm,tmc,dm->tdc", gains, trial.moment_arms, self._shares)
        return sensitivity

    def compute_jacobian(
        self, parameters: Parameters, trial: PreparedTrial, frames: slice, coordinates: list[int]
    ) -> Array:
        """Derivatives of the moments, (frames, coordinates, parameters), by differences."""
        arms = trial.moment_arms[frames][:, :, coordinates]
        forces = self._forces(parameters, trial, frames)

        def difference(name: str, step: float | Array) -> Array:
            changed = {**vars(parameters), name: getattr(parameters, name) + step}
            return (self._forces(Parameters(**changed), trial, frames) - forces) / STEP

        columns = [
            np.einsum("tm,tmc->tc", difference(name, STEP), arms) for name in ("lag", "shape")
        ]
        for step in STEP * np.eye(len(self.drives)):
            columns.append(np.einsum("tm,tmc->tc", difference("gain", step), arms))
        shared = np.stack(columns, axis=2)
        # A muscle's own parameters change its force alone: one evaluation serves all muscles.
        own = [
            np.einsum("tm,tmc->tcm", difference(name, STEP), arms)
            for name in ("force", "fiber", "slack")
        ]
        return np.concatenate([shared, *own], axis=2)

    def _forces(
        self,
        parameters: Parameters,
        trial: PreparedTrial,
        frames: slice,
        corrections: Array | None = None,
    ) -> Array:
        excitations = self.compute_excitations(parameters, trial, corrections)
        activations = self._activate(parameters, trial, frames, excitations)
        return self._contract(parameters, trial, frames, activations)

    def _activate(
        self, parameters: Parameters, trial: PreparedTrial, frames: slice, excitations: Array
    ) -> Array:
        properties, count = self._properties, len(self.muscles)
        activations: Array = _core.compute_activations(
            np.ascontiguousarray(trial.time[frames]),
            trial.emg.time + parameters.lag,
            excitations,
            np.full(count, parameters.shape_factor),
            properties.activation_time_constant,
            properties.deactivation_time_constant,
            properties.minimum_activation,
            np.zeros(count),
        )
        return activations

    def _contract(
        self, parameters: Parameters, trial: PreparedTrial, frames: slice, activations: Array
    ) -> Array:
        muscles = parameters.scale(self._properties.parameters)
        time = np.ascontiguousarray(trial.time[frames])
        forces, _ = self._set.compute_forces(
            time,
            activations,
            trial.lengths[frames],
            trial.speeds[frames],
            muscles.max_isometric_force,
            muscles.optimal_fiber_length,
            muscles.tendon_slack_length,
            muscles.pennation_angle_at_optimal,
        )
        return np.asarray(forces)


def _mix(sources: MuscleSources) -> dict[tuple[str, str], Array]:
    """What each drive passes from channels to muscles, (channels, muscles).

    A drive is known by its channel, and by its muscle where that is deep. Tied muscles are not in
    it.
    """
    muscles, channels = sources.muscles, sources.channels
    drives: dict[tuple[str, str], Array] = {}

    def add(channel: str, group: str, muscle: str, weight: float) -> None:
        matrix = drives.setdefault((channel, group), np.zeros((len(channels), len(muscles))))
        matrix[channels.index(channel), muscles.index(muscle)] += weight

    for source in sources.sources:
        match source:
            case Measured():
                for channel, weight in zip(source.channels, source.weights, strict=True):
                    add(channel, "", source.muscle, weight)
            case Deep():
                for channel in source.synergists:
                    add(channel, source.muscle, source.muscle, 1.0 / len(source.synergists))
    return drives


def find_shape(shape_factor: float) -> float:
    """The parameter of a shape factor A; one that no parameter gives gets the nearest."""
    odds = LARGEST_SHAPE_FACTOR / min(shape_factor, -np.finfo(float).tiny) - 1.0
    return SHAPE_OFFSET - float(np.log(np.clip(odds, np.exp(-MOST_SHAPE), np.exp(MOST_SHAPE))))
