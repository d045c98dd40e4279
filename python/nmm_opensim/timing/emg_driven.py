"""A muscle model driven by measured EMG alone, and how its moments change with its parameters.

Deep muscles follow the declared synergists' channels, tied muscles theirs: no hidden recording and
no network, so nothing can put EMG where the torque is but the lag itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import _core
from ..errors import NMMError
from ..muscles.millard import make_kernel, read_properties
from ..nmm import PreparedTrial
from ..osim_model import SMALLEST_MOMENT_ARM, OsimModel
from ..sources import Deep, Measured, MuscleSources, Tied
from ..tables import Array

# Before anything is known of a channel: a maximum of the recording is no maximal contraction.
USUAL_GAIN = 0.4
# Of the shape factor A = -3 / (1 + exp(1 - x)), about -0.8 at x = 0.
LARGEST_SHAPE_FACTOR, SHAPE_OFFSET = -3.0, 1.0
STEP = 1e-4  # of finite differences; parameters are logarithms or seconds


@dataclass(frozen=True)
class Parameters:
    """Of the fit: ``lag`` in s, all others logarithms of factors but ``shape``.

    ``gain`` has shape (drives,); ``force``, ``fiber`` and ``slack`` (muscles,).
    """

    lag: float
    strength: float
    shape: float
    gain: Array
    force: Array
    fiber: Array
    slack: Array


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
        maxima = np.max([trial.trial.emg.values.max(axis=0) for trial in trials], axis=0)
        for name, maximum in zip(self._channels, maxima, strict=True):
            if not maximum > 0:
                raise NMMError(
                    f"Timing: expected a recording in channel '{name}', but its maximum is "
                    f"{maximum:g}; leave the channel out."
                )
        self._maxima = maxima
        self.drives, self._mixing = _mix(sources)
        self._undriven = [i for i, m in enumerate(self.muscles) if not self._mixing[:, :, i].any()]

    def find_driven(self, trials: Sequence[PreparedTrial], coordinates: Sequence[str]) -> list[int]:
        """Those of ``coordinates``, by index, that no undriven muscle moves."""
        arms = np.concatenate([trial.moment_arms.numpy() for trial in trials])
        reach = np.abs(arms[:, self._undriven]).max(axis=(0, 1), initial=0.0)
        driven = [j for j in range(len(coordinates)) if reach[j] <= SMALLEST_MOMENT_ARM]
        if not driven:
            names = ", ".join(self.muscles[i] for i in self._undriven)
            raise NMMError(
                "Timing: expected a moment coordinate that only muscles with EMG move, but every "
                f"one is moved by muscles without ({names}); declare <synergist_channels> of deep "
                "muscles, or tie unscored ones."
            )
        return driven

    def compute_moments(
        self, parameters: Parameters, trial: PreparedTrial, frames: slice, coordinates: list[int]
    ) -> Array:
        """Moments (N m), (frames, coordinates)."""
        arms = trial.moment_arms.numpy()[frames][:, :, coordinates]
        moments: Array = np.einsum("tm,tmc->tc", self._forces(parameters, trial, frames), arms)
        return moments

    def compute_jacobian(
        self, parameters: Parameters, trial: PreparedTrial, frames: slice, coordinates: list[int]
    ) -> Array:
        """Derivatives of the moments, (frames, coordinates, parameters), by differences."""
        arms = trial.moment_arms.numpy()[frames][:, :, coordinates]
        forces = self._forces(parameters, trial, frames)

        def difference(name: str, step: float | Array) -> Array:
            changed = {**vars(parameters), name: getattr(parameters, name) + step}
            return (self._forces(Parameters(**changed), trial, frames) - forces) / STEP

        columns = [
            np.einsum("tm,tmc->tc", difference(name, STEP), arms)
            for name in ("lag", "strength", "shape")
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

    def _forces(self, parameters: Parameters, trial: PreparedTrial, frames: slice) -> Array:
        properties, count = self._properties, len(self.muscles)
        emg, time = trial.trial.emg, np.ascontiguousarray(trial.trial.time[frames])
        gains = USUAL_GAIN * np.exp(parameters.gain)
        mixing = np.tensordot(gains, self._mixing, axes=1)
        excitations = np.clip(emg.values / self._maxima @ mixing, 0.0, 1.0)
        shape = LARGEST_SHAPE_FACTOR / (1.0 + np.exp(SHAPE_OFFSET - parameters.shape))
        activations = _core.compute_activations(
            time,
            emg.time + parameters.lag,
            excitations,
            np.full(count, shape),
            properties.activation_time_constant,
            properties.deactivation_time_constant,
            properties.minimum_activation,
            np.zeros(count),
        )
        strength = np.exp(parameters.strength + parameters.force)
        forces, _ = self._set.compute_forces(
            time,
            activations,
            trial.lengths.numpy()[frames],
            trial.speeds.numpy()[frames],
            properties.max_isometric_force * strength,
            properties.optimal_fiber_length * np.exp(parameters.fiber),
            properties.tendon_slack_length * np.exp(parameters.slack),
            properties.pennation_angle_at_optimal,
        )
        return np.asarray(forces)


def _mix(sources: MuscleSources) -> tuple[list[str], Array]:
    """The drives, and what each passes from channels to muscles: (drives, channels, muscles)."""
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
    for source in sources.sources:
        if isinstance(source, Tied):
            own, to = muscles.index(source.muscle), muscles.index(source.to)
            for matrix in drives.values():
                matrix[:, own] = source.ratio * matrix[:, to]
    names = [f"{channel} on {group}" if group else channel for channel, group in drives]
    return names, np.stack(list(drives.values()))
