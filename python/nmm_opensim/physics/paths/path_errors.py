"""What fitted paths change: per muscle the errors of geometry and their effect on force and moment.

It compares fitted paths with the model's own, over the frames of all trials. That is apart from the
agreement of Python with C++, which is tested on equal paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ... import _core
from ...arrays import Array
from ..motion import Motion
from ..muscles.millard import MillardMuscle, read_properties
from ..muscles.parameters import to_tensors
from ..osim_model import OsimModel
from .geometry import evaluate
from .polynomial_fit import (
    LARGEST_ERROR,
    LARGEST_LENGTH_RMS,
    LARGEST_MOMENT_ARM_RMS,
    PathFit,
    PathSamples,
)
from .sampling import PathSampler

# At which forces are compared, with a rigid tendon and the model's own parameters.
ACTIVATION = 0.5

# From here on the model's moment arms are named as inconsistent with its lengths, m.
INCONSISTENT = 0.2e-3


@dataclass(frozen=True)
class PathRow:
    """One muscle of the report; the columns of its CSV. Errors of a rejected fit are given too.

    ``path`` is what training and run time use: ``fitted``, ``function_based_path_set`` or
    ``model``. Errors are of length and of the moment arm about the worst coordinate, against the
    model's lengths and their central differences on frames and poses around them.
    ``model_moment_arm_*`` is how far OpenSim's own moment arms are from the derivative of its own
    lengths. Effects are of fitted geometry instead of the model's, at an activation of 0.5, on
    force in % of maximum isometric force and on the moment that changes most.
    """

    muscle: str
    path: str
    coordinates: str
    degree: int
    terms: int
    length_rms_mm: float
    length_max_mm: float
    moment_arm_coordinate: str
    moment_arm_rms_mm: float
    moment_arm_max_mm: float
    model_moment_arm_coordinate: str
    model_moment_arm_rms_mm: float
    model_moment_arm_max_mm: float
    force_rms_percent: float
    force_max_percent: float
    moment_coordinate: str
    moment_rms: float
    moment_max: float
    note: str


@dataclass(frozen=True)
class PathReport:
    """What was fitted and what it changes."""

    rows: list[PathRow]


def report_paths(
    model: OsimModel,
    sampler: PathSampler,
    samples: PathSamples,
    fits: Sequence[PathFit],
    moment_coordinates: Sequence[str],
    motions: Sequence[Motion],
) -> PathReport:
    """Compare fits with the model's paths over the frames of all motions."""
    effects = _Effects(model, samples, fits, moment_coordinates, motions)
    inconsistencies = _find_inconsistencies(model, sampler, samples, motions)
    return PathReport(
        [_make_row(fit, effects, inconsistencies[fit.muscle]) for fit in fits],
    )


def _make_row(fit: PathFit, effects: _Effects, arms: tuple[str, float, float]) -> PathRow:
    name, arm_rms, arm_max = arms
    notes = []
    if fit.path is None:
        notes.append(f"keeps the model's path, because it {fit.note}")
    elif not fit.is_accepted:
        bars = (
            f"allowed: length {1e3 * LARGEST_LENGTH_RMS:g} mm RMS, moment arm "
            f"{1e3 * LARGEST_MOMENT_ARM_RMS:g} mm RMS, {1e3 * LARGEST_ERROR:g} mm at most"
        )
        notes.append(f"keeps the model's path, because its fit {fit.describe_errors()} ({bars})")
    if fit.path is not None and fit.note:
        notes.append(fit.note)
    if arm_rms > INCONSISTENT:
        notes.append(
            f"OpenSim's moment arm about {name} and the derivative of its length differ by "
            f"{1e3 * arm_rms:.2f} mm RMS, {1e3 * arm_max:.2f} mm at most: look at the path's "
            "wrapping surfaces"
        )
    worst = fit.worst_coordinate
    path = fit.path
    return PathRow(
        fit.muscle,
        fit.origin if fit.is_accepted else "model",
        " ".join(path.coordinates) if path else "",
        path.degree if path else 0,
        len(path.coefficients) if path else 0,
        1e3 * fit.length_rms,
        1e3 * fit.length_max,
        worst,
        1e3 * fit.moment_arm_rms.get(worst, np.nan),
        1e3 * fit.moment_arm_max.get(worst, np.nan),
        name,
        1e3 * arm_rms,
        1e3 * arm_max,
        *effects.of(fit.muscle),
        "; ".join(notes),
    )


class _Effects:
    """Force and moments of every muscle, with fitted and with the model's geometry."""

    def __init__(
        self,
        model: OsimModel,
        samples: PathSamples,
        fits: Sequence[PathFit],
        moment_coordinates: Sequence[str],
        motions: Sequence[Motion],
    ) -> None:
        paths = {fit.muscle: fit.path for fit in fits if fit.path is not None}
        muscles = list(paths)
        self._muscles = muscles
        self._coordinates = moment_coordinates
        if not muscles:
            return
        names = list(samples.domain.coordinates)
        kernel = _core.FittedPaths(list(paths.values()), names)
        arm_columns = [names.index(c) if c in names else None for c in moment_coordinates]
        forces: list[Array] = []
        moments: list[Array] = []
        compute = _RigidForces(model, muscles)
        for motion in motions:
            exact = model.sample_geometry(
                muscles, moment_coordinates, motion.coordinates, motion.values, motion.speeds
            )
            lengths, speeds, arms = evaluate(kernel, *motion.select(names))
            own, fitted = compute(exact.lengths, exact.speeds), compute(lengths, speeds)
            forces.append((fitted - own) / compute.max_isometric_force)
            moments.append(
                np.stack(
                    [
                        (0.0 if k is None else fitted * arms[:, :, k])
                        - own * exact.moment_arms[:, :, j]
                        for j, k in enumerate(arm_columns)
                    ],
                    axis=2,
                )
            )
        self._forces = np.concatenate(forces)
        self._moments = np.concatenate(moments)

    def of(self, muscle: str) -> tuple[float, float, str, float, float]:
        """RMS and largest change of force (%), and of the moment that changes most (N m)."""
        if muscle not in self._muscles:
            return np.nan, np.nan, "", np.nan, np.nan
        i = self._muscles.index(muscle)
        rms, largest = _errors(100.0 * self._forces[:, i])
        each = [_errors(self._moments[:, i, j]) for j in range(len(self._coordinates))]
        j = int(np.argmax([e[0] for e in each]))
        return rms, largest, self._coordinates[j], *each[j]


class _RigidForces:
    """Tendon forces (N), (frames, muscles), of the model's uncalibrated muscles."""

    def __init__(self, model: OsimModel, muscles: Sequence[str]) -> None:
        self._muscle = MillardMuscle(model, muscles, "rigid")
        parameters = read_properties(model, muscles).parameters
        self.max_isometric_force = parameters.max_isometric_force
        self._parameters = to_tensors(parameters)

    def __call__(self, lengths: Array, speeds: Array) -> Array:
        activations = torch.full(lengths.shape, ACTIVATION, dtype=torch.float64)
        # With rigid tendons every frame is for itself, and times do not matter.
        times = np.arange(len(lengths), dtype=float)
        forces: Array = self._muscle(
            times,
            activations,
            torch.from_numpy(lengths),
            torch.from_numpy(speeds),
            self._parameters,
        ).tendon_force.numpy()
        return forces


def _find_inconsistencies(
    model: OsimModel, sampler: PathSampler, samples: PathSamples, motions: Sequence[Motion]
) -> Mapping[str, tuple[str, float, float]]:
    """Per muscle the coordinate whose moment arm by OpenSim is farthest from -dL/dq; RMS, max."""
    names = samples.domain.coordinates
    poses = np.concatenate([motion.select(names)[0] for motion in motions])
    poses = poses[:: max(1, len(poses) // 100)]
    coupled = sampler.complete(poses)
    exact = model.sample_geometry(
        samples.muscles,
        names,
        list(coupled),
        np.stack(list(coupled.values()), 1),
        np.zeros((len(poses), len(coupled))),
    ).moment_arms
    errors = exact - sampler.sample_moment_arms(poses)
    found = {}
    for i, muscle in enumerate(samples.muscles):
        each = [_errors(errors[:, i, j]) for j in range(len(names))]
        j = int(np.argmax([e[0] for e in each]))
        found[muscle] = (names[j], *each[j])
    return found


def _errors(values: Array) -> tuple[float, float]:
    """RMS and largest absolute value."""
    return float(np.sqrt(np.mean(np.square(values)))), float(np.abs(values).max())
