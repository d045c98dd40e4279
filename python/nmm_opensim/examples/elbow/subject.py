"""A simulated subject: muscles and EMG that differ from the generic model's, drawn from a seed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ...arrays import Array
from ...files import write_text
from ...physics.muscles.millard import TendonModel
from .anatomy import DEEP_MUSCLES, MUSCLE_NAMES, MUSCLES

# Multiples of the generic model's values: how strong the subject is, and each muscle beside that.
STRENGTH, MUSCLE_STRENGTH = (0.8, 1.4), (0.85, 1.15)
OPTIMAL_FIBER_LENGTH, TENDON_SLACK_LENGTH = (0.93, 1.07), (0.98, 1.02)
# s; the deactivation time constant is four times as long (Thelen 2003: 10-15 and 40-60 ms).
ACTIVATION_TIME_CONSTANT = (0.008, 0.02)
DEACTIVATION_RATIO = 4.0
# -3 to 0 (Buchanan et al. 2004); 0 is a straight line.
SHAPE_FACTOR = (-2.0, -0.3)
# s: EMG leads force by 30-100 ms (Corcos et al. 1992), part of which is activation dynamics.
ELECTROMECHANICAL_DELAY = (0.03, 0.07)
# Recorded over true: a normalisation to contractions that were not quite maximal.
EMG_GAIN = (1.2, 2.0)


@dataclass(frozen=True)
class Subject:
    """True values, each of shape (muscles,) in the order of ``MUSCLE_NAMES`` but for the delay."""

    seed: int
    max_isometric_force: Array  # N
    optimal_fiber_length: Array  # m
    tendon_slack_length: Array  # m
    activation_time_constant: Array  # s
    deactivation_time_constant: Array  # s
    shape_factor: Array
    emg_gain: Array  # recorded EMG over excitation; 1 for deep muscles
    electromechanical_delay: float  # s


def draw_subject(seed: int) -> Subject:
    """The subject of a seed."""
    random = np.random.default_rng([seed])
    count = len(MUSCLES)
    strength = random.uniform(*STRENGTH) * random.uniform(*MUSCLE_STRENGTH, count)
    activation = np.full(count, random.uniform(*ACTIVATION_TIME_CONSTANT))
    fiber = random.uniform(*OPTIMAL_FIBER_LENGTH, count)
    tendon = random.uniform(*TENDON_SLACK_LENGTH, count)
    deep = np.isin(MUSCLE_NAMES, DEEP_MUSCLES)
    return Subject(
        seed=seed,
        max_isometric_force=strength * [m.max_isometric_force for m in MUSCLES],
        optimal_fiber_length=fiber * [m.optimal_fiber_length for m in MUSCLES],
        tendon_slack_length=tendon * [m.tendon_slack_length for m in MUSCLES],
        activation_time_constant=activation,
        deactivation_time_constant=DEACTIVATION_RATIO * activation,
        shape_factor=random.uniform(*SHAPE_FACTOR, count),
        emg_gain=np.where(deep, 1.0, random.uniform(*EMG_GAIN, count)),
        electromechanical_delay=float(random.uniform(*ELECTROMECHANICAL_DELAY)),
    )


def apply_subject(subject: Subject, model: opensim.Model, tendon: TendonModel) -> None:
    """Give the muscles of an elbow model the subject's properties."""
    for i, name in enumerate(MUSCLE_NAMES):
        muscle = opensim.Millard2012EquilibriumMuscle.safeDownCast(model.getMuscles().get(name))
        muscle.set_max_isometric_force(float(subject.max_isometric_force[i]))
        muscle.set_optimal_fiber_length(float(subject.optimal_fiber_length[i]))
        muscle.set_default_fiber_length(float(subject.optimal_fiber_length[i]))
        muscle.set_tendon_slack_length(float(subject.tendon_slack_length[i]))
        muscle.set_activation_time_constant(float(subject.activation_time_constant[i]))
        muscle.set_deactivation_time_constant(float(subject.deactivation_time_constant[i]))
        muscle.set_ignore_tendon_compliance(tendon == "rigid")


def write_subject(subject: Subject, path: Path) -> None:
    """Write the true values as JSON, by muscle; units are OpenSim's (N, m, s)."""
    arrays = {name: value for name, value in vars(subject).items() if isinstance(value, np.ndarray)}
    record = {
        "seed": subject.seed,
        "electromechanical_delay": subject.electromechanical_delay,
        "muscles": {
            muscle: {name: float(value[i]) for name, value in arrays.items()}
            for i, muscle in enumerate(MUSCLE_NAMES)
        },
    }
    write_text(path, json.dumps(record, indent=2) + "\n")
