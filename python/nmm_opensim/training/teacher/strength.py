"""Joint moments against what the model's muscles can give in the trial's own poses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ...arrays import Array
from ...nmm.chain import Declaration, PreparedTrial
from ...physics.muscles.millard import make_kernel, read_properties
from ...physics.osim_model import OsimModel
from .finding import Finding, is_more_than_spikes

# N m (or N): what is small in any joint needs no muscle; ligaments and errors give as much.
NEGLIGIBLE = 5.0
# Frames beyond the muscles' reach that a fit of the others survives.
MOST_BEYOND = 0.05
# Of what muscles can give: where no moment needs more, they are not in N m.
LEAST_SHARE = 0.01
# Body weights: recordings leave 0.05 and more (peak).
LEAST_RESIDUAL = 0.02


@dataclass(frozen=True)
class Strength:
    """The largest moments in both directions (N m), each (frames, coordinates), positive."""

    up: Array
    down: Array

    def find_share(self, moments: Array) -> Array:
        """What share of it ``moments`` take, of the same shape."""
        able = np.where(moments > 0, self.up, self.down)
        share: Array = np.abs(moments) / np.maximum(able, NEGLIGIBLE)
        return share


class Muscles:
    """The declared muscles of a model, all fully active.

    A muscle's force is the largest of the lengths of fibre and tendon that it may be given; all
    its muscles pull one way, and nothing against them.
    """

    def __init__(self, model: OsimModel, declaration: Declaration) -> None:
        muscles = declaration.sources.muscles
        self._kernel = make_kernel(model, muscles, "rigid")
        self._parameters = read_properties(model, muscles).parameters
        find = declaration.bounds.find_limits
        self._strongest = find("max_isometric_force", muscles)[1]
        self._fibers = [*find("optimal_fiber_length", muscles), np.ones(len(muscles))]
        self._tendons = [*find("tendon_slack_length", muscles), np.ones(len(muscles))]

    def find_own(self, trial: PreparedTrial) -> Strength:
        """As the model has them."""
        own = np.ones(len(self._strongest))
        return _reach(self._contract(trial, own, own), trial)

    def find_most(self, trial: PreparedTrial) -> Strength:
        """With the strength and lengths that the setup allows and that give most."""
        lengths = product(self._fibers, self._tendons)
        forces = [self._contract(trial, fibers, tendons) for fibers, tendons in lengths]
        return _reach(self._strongest * np.max(forces, axis=0), trial)

    def _contract(self, trial: PreparedTrial, fibers: Array, tendons: Array) -> Array:
        p = self._parameters
        forces, _ = self._kernel.compute_forces(
            np.ascontiguousarray(trial.time),
            np.ones(trial.lengths.shape),
            trial.lengths,
            trial.speeds,
            p.max_isometric_force,
            p.optimal_fiber_length * fibers,
            p.tendon_slack_length * tendons,
            p.pennation_angle_at_optimal,
        )
        return np.asarray(forces)


def _reach(forces: Array, trial: PreparedTrial) -> Strength:
    arms = trial.moment_arms
    up, down = (np.einsum("tm,tmc->tc", forces, np.maximum(side, 0.0)) for side in (arms, -arms))
    return Strength(up, down)


def check_strength(
    trial: PreparedTrial, muscles: Muscles, coordinates: Sequence[str]
) -> list[Finding]:
    """Moments beyond the model's own muscles are doubtful, those beyond all bounds nonsense."""
    own = muscles.find_own(trial).find_share(trial.known_moments)
    if own.max() <= 1.0:
        return []
    most = muscles.find_most(trial).find_share(trial.known_moments)
    findings = []
    for j, name in enumerate(coordinates):
        frame = int(np.argmax(own[:, j]))
        if not is_more_than_spikes(own[:, j] > 1.0):
            continue
        found = (
            f"{trial.known_moments[frame, j]:.4g} N m at {trial.time[frame]:.4g} s, "
            f"{own[frame, j]:.2g} times what all muscles give that way in this pose, fully active"
        )
        beyond = most[:, j] > 1.0
        nonsense = is_more_than_spikes(beyond, MOST_BEYOND)
        if nonsense:
            text = (
                "expected moments that the muscles can give at the upper bounds of <calibration>, "
                f"but {int(beyond.sum())} of {len(beyond)} frames are beyond: {found}; is a load "
                "on the wrong foot, the coordinate's sign turned, or the file in another unit?"
            )
        else:
            text = (
                f"{found}; is the model as strong as the subject, and are loads, signs and units "
                "right?"
            )
        text = f"Trial '{trial.name}', moment of '{name}': {text}"
        findings.append(Finding(trial.name, f"strength of {name}", text, nonsense))
    return findings


def check_not_tiny(
    trials: Sequence[PreparedTrial], muscles: Muscles, residual: float | None
) -> list[Finding]:
    """Where all moments of all trials are next to nothing they may be per kilogram.

    ``residual`` is the largest force (body weights) left at the pelvis of them all; where it is
    next to nothing too, they are.
    """
    shares = [
        np.abs(trial.known_moments) / np.maximum(_either(muscles.find_own(trial)), 1e-9)
        for trial in trials
    ]
    largest = max(float(share.max()) for share in shares)
    if largest >= LEAST_SHARE:
        return []
    text = (
        f"Joint moments: none takes more than {100 * largest:.2g} % of what the muscles can give; "
        "were they divided by the body's mass, or are they in kN m? Write them in N m."
    )
    return [
        Finding(trials[0].name, "tiny", text, residual is not None and residual < LEAST_RESIDUAL)
    ]


def _either(strength: Strength) -> Array:
    able: Array = np.maximum(strength.up, strength.down).max(axis=0)
    return able
