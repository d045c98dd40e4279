"""Excitations for a movement: shared among synergists, with co-contraction, by slow random laws.

Every muscle's share drifts during a trial and differs between trials, and so does the
co-contraction of the extensors: how far is the regime's, and with it how nearly a muscle's
excitation follows from the others'.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...arrays import Array
from .anatomy import DEEP_MUSCLES, FLEXOR, MUSCLES
from .capacity import Capacity
from .movement import Movement
from .regime import Regime, draw_pose_slopes, find_place_in_range
from .subject import Subject

# s; how slowly shares and co-contraction drift.
DRIFT_TIME = 0.35
# N m: how gently one group takes over from the other.
HANDOVER = 0.8
LARGEST_ACTIVATION = 0.95

IS_FLEXOR = np.array([muscle.group == FLEXOR for muscle in MUSCLES])
IS_DEEP = np.array([muscle.name in DEEP_MUSCLES for muscle in MUSCLES])


@dataclass(frozen=True)
class Plan:
    """What is meant to happen, (samples, muscles).

    ``excitations`` lead the activations by activation dynamics and by the electromechanical delay;
    ``per_moment`` is the activation that each muscle adds for one more N m of its group.
    """

    excitations: Array
    per_moment: Array


def plan_excitations(
    random: np.random.Generator,
    subject: Subject,
    capacity: Capacity,
    movement: Movement,
    regime: Regime,
) -> Plan:
    """Excitations that should give the required moments along a ``movement``, evenly sampled."""
    time = movement.time
    step = float(time[1] - time[0])
    drift = DRIFT_TIME / step
    samples, muscles = capacity.active.shape
    spread = np.where(IS_DEEP, regime.deep_drift_share, regime.drift_share)
    share = np.exp(
        random.normal(0.0, regime.trial_share, muscles)
        + spread * _drift(random, drift, samples, muscles)
        + draw_pose_slopes(regime, subject.seed) * find_place_in_range(movement.angle)[:, None]
    )
    needed = capacity.required - capacity.passive.sum(axis=1)
    level = np.exp(random.uniform(*np.log(regime.co_contraction)))
    both = level * np.exp(regime.drift_co_contraction * _drift(random, drift, samples, 1)[:, 0])
    both += random.uniform(*regime.co_contraction_of_moment) * np.abs(needed)
    flexors, extensors = (both + _positive(sign * needed) for sign in (1.0, -1.0))

    strength = np.abs(capacity.active)
    per_moment = np.empty_like(strength)
    for group in (IS_FLEXOR, ~IS_FLEXOR):
        total = (share * strength)[:, group].sum(axis=1, keepdims=True)
        per_moment[:, group] = share[:, group] / total
    moments = np.where(IS_FLEXOR, flexors[:, None], extensors[:, None])
    activations = np.clip(per_moment * moments, 0.01, LARGEST_ACTIVATION)
    controls = _invert_activation_dynamics(subject, activations, step)
    # The excitation of now acts a delay later.
    ahead = np.minimum(time + subject.electromechanical_delay, time[-1])
    controls = np.column_stack([np.interp(ahead, time, column) for column in controls.T])
    return Plan(invert_shape(subject, controls), per_moment)


def shape(subject: Subject, excitations: Array) -> Array:
    """Neural to muscle excitation, (…, muscles), as Buchanan et al. (2004) give it."""
    a = subject.shape_factor
    controls: Array = np.expm1(a * excitations) / np.expm1(a)
    return controls


def invert_shape(subject: Subject, controls: Array) -> Array:
    """The excitations whose ``shape`` the controls are."""
    a = subject.shape_factor
    excitations: Array = np.log1p(controls * np.expm1(a)) / a
    return excitations


def _invert_activation_dynamics(subject: Subject, activations: Array, step: float) -> Array:
    rate = np.gradient(activations, step, axis=0)
    slowness = 0.5 + 1.5 * activations
    rising = subject.activation_time_constant * slowness
    falling = subject.deactivation_time_constant / slowness
    return np.clip(activations + rate * np.where(rate > 0, rising, falling), 0.01, 1.0)


def _positive(x: Array) -> Array:
    """Smooth positive part; that of x less that of -x is x."""
    return 0.5 * (x + np.sqrt(x**2 + HANDOVER**2))


def _drift(random: np.random.Generator, width: float, samples: int, columns: int) -> Array:
    """Gaussian processes of spread 1 and of a correlation time of ``width`` samples."""
    margin = int(np.ceil(4 * width))
    noise = random.normal(size=(samples + 2 * margin, columns))
    smooth = gaussian_filter1d(noise, width, axis=0, mode="constant")
    result: Array = smooth[margin : margin + samples] * np.sqrt(2 * np.sqrt(np.pi) * width)
    return result
