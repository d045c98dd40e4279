"""EMG-driven muscles at work: from channels to joint moments, and how these change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ... import _core
from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.trained import CalibratedMuscles
from .layout import Parameters
from .model import EmgDrivenModel

# Before anything is known of a channel: a maximum of the recording is no maximal contraction.
USUAL_GAIN = 0.4
WHOLE = slice(None)  # all frames of a trial
STEP = 1e-4  # of finite differences; parameters are logarithms or seconds


@dataclass(frozen=True)
class Driven:
    """A model with its parameters.

    ``corrections`` are added to the drives' excitations, (samples of the EMG, drives).
    """

    model: EmgDrivenModel
    parameters: Parameters

    def without_lag(self) -> Driven:
        """The same muscles for EMG that is in step with the motion."""
        return replace(self, parameters=replace(self.parameters, lag=0.0))

    @property
    def calibrated_muscles(self) -> CalibratedMuscles:
        """Absolute values of the muscles' parameters."""
        properties = self.model.properties
        return CalibratedMuscles(
            self.parameters.scale(properties.parameters),
            properties.activation_time_constant,
            properties.deactivation_time_constant,
            properties.minimum_activation,
            np.full(len(self.model.muscles), self.parameters.shape_factor),
        )

    def compute_moments(
        self,
        trial: PreparedTrial,
        corrections: Array | None = None,
        frames: slice = WHOLE,
        coordinates: list[int] | None = None,
    ) -> Array:
        """Moments (N m), (frames, coordinates), about all coordinates where none are given."""
        forces = self._compute_forces(trial, frames, corrections)
        moments: Array = np.einsum("tm,tmc->tc", forces, _select_arms(trial, frames, coordinates))
        return moments

    def compute_excitations(self, trial: PreparedTrial, corrections: Array | None = None) -> Array:
        """Excitations in [0, 1] at the samples of the EMG, (samples, muscles)."""
        model = self.model
        mixing = np.tensordot(USUAL_GAIN * np.exp(self.parameters.gain), model.mixing, axes=1)
        raw = trial.emg.values / model.maxima @ mixing
        if corrections is not None:
            raw = raw + corrections @ model.own_shares
        # As at run time: a tied muscle follows what the other one receives.
        excitations: Array = np.clip(np.clip(raw, 0.0, 1.0) @ model.ties, 0.0, 1.0)
        return excitations

    def compute_activations(self, trial: PreparedTrial) -> Array:
        """Activations at the trial's frames, (frames, muscles)."""
        return self._activate(trial, WHOLE, self.compute_excitations(trial))

    def compute_gains(self) -> Array:
        """What makes excitations of each drive's channel in its own unit, (drives,)."""
        gains: Array = USUAL_GAIN * np.exp(self.parameters.gain) / self.model.drive_maxima
        return gains

    def compute_amplitudes(self, trials: Sequence[PreparedTrial]) -> Array:
        """Standard deviation of each drive's excitation over ``trials``, (drives,)."""
        values = np.concatenate([trial.emg.values for trial in trials]) / self.model.maxima
        shares = self.model.mixing.max(axis=2)
        amplitudes: Array = (values @ shares.T).std(axis=0) / shares.sum(axis=1)
        return USUAL_GAIN * np.exp(self.parameters.gain) * amplitudes

    def compute_sensitivity(self, trial: PreparedTrial, corrections: Array | None = None) -> Array:
        """Moments per unit of each drive's excitation once muscles have followed, N m.

        (frames, drives, coordinates); zero where an excitation is held at 0 or 1.
        """
        excitations = self.compute_excitations(trial, corrections)
        shape = self.parameters.shape_factor
        slope = shape * np.exp(shape * excitations) / np.expm1(shape)
        slope[(excitations <= 0.0) | (excitations >= 1.0)] = 0.0
        activations = self._activate(trial, WHOLE, excitations)
        low, high = (self._contract(trial, WHOLE, activations + step) for step in (-STEP, STEP))
        gains = (high - low) / (2.0 * STEP) * slope
        sensitivity: Array = np.einsum(
            "tm,tmc,dm->tdc", gains, trial.moment_arms, self.model.shares
        )
        return sensitivity

    def compute_jacobian(
        self, trial: PreparedTrial, frames: slice, coordinates: list[int]
    ) -> Array:
        """Derivatives of the moments, (frames, coordinates, parameters), by differences."""
        arms = _select_arms(trial, frames, coordinates)
        forces = self._compute_forces(trial, frames)
        p = self.parameters

        def difference(changed: Parameters) -> Array:
            moved = replace(self, parameters=changed)
            return (moved._compute_forces(trial, frames) - forces) / STEP

        of_all = [
            replace(p, lag=p.lag + STEP),
            replace(p, shape=p.shape + STEP),
            *(replace(p, gain=p.gain + step) for step in STEP * np.eye(len(self.model.drives))),
        ]
        shared = [np.einsum("tm,tmc->tc", difference(changed), arms) for changed in of_all]
        # A muscle's own parameters change its force alone: one evaluation serves all muscles.
        of_each = [
            replace(p, force=p.force + STEP),
            replace(p, fiber=p.fiber + STEP),
            replace(p, slack=p.slack + STEP),
        ]
        own = [np.einsum("tm,tmc->tcm", difference(changed), arms) for changed in of_each]
        return np.concatenate([np.stack(shared, axis=2), *own], axis=2)

    def _compute_forces(
        self, trial: PreparedTrial, frames: slice, corrections: Array | None = None
    ) -> Array:
        excitations = self.compute_excitations(trial, corrections)
        return self._contract(trial, frames, self._activate(trial, frames, excitations))

    def _activate(self, trial: PreparedTrial, frames: slice, excitations: Array) -> Array:
        properties, count = self.model.properties, len(self.model.muscles)
        activations: Array = _core.compute_activations(
            np.ascontiguousarray(trial.time[frames]),
            trial.emg.time + self.parameters.lag,
            excitations,
            np.full(count, self.parameters.shape_factor),
            properties.activation_time_constant,
            properties.deactivation_time_constant,
            properties.minimum_activation,
            np.zeros(count),
        )
        return activations

    def _contract(self, trial: PreparedTrial, frames: slice, activations: Array) -> Array:
        muscles = self.parameters.scale(self.model.properties.parameters)
        forces, _ = self.model.kernel.compute_forces(
            np.ascontiguousarray(trial.time[frames]),
            activations,
            trial.lengths[frames],
            trial.speeds[frames],
            muscles.max_isometric_force,
            muscles.optimal_fiber_length,
            muscles.tendon_slack_length,
            muscles.pennation_angle_at_optimal,
        )
        return np.asarray(forces)


def _select_arms(trial: PreparedTrial, frames: slice, coordinates: list[int] | None) -> Array:
    """Moment arms (m), (frames, muscles, coordinates)."""
    columns = range(trial.moment_arms.shape[2]) if coordinates is None else coordinates
    arms: Array = trial.moment_arms[frames][:, :, list(columns)]
    return arms
