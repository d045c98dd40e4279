"""Overground walking: six strides with 14 EMG channels of the right leg, and a scaled model.

Origin: github.com/antoinefalisse/3dpredictsim, Falisse et al. (2019), MIT. Strides are 100 samples
of a gait cycle each, without times.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .cycles import GRAVITY, Columns, Contact, Experiment, Motion, Walk, write_strides
from .envelopes import find_divisors
from .models import write_model

# The strides with all channels; setups/overground_train.xml trains on the first four.
STRIDES = (0, 2, 4, 6, 7, 9)
TRAINING_STRIDES = (0, 2, 4, 6)
CENTRAL = ("pelvis_", "lumbar_")
# kg, of the scaled model; ground reactions are in % of body weight.
MASS = 62.0


def import_overground(recordings: Path, output: Path) -> None:
    """Write the model, and for each stride coordinates, moments, EMG and events, to ``output``."""
    file = recordings / "ExperimentalData.mat"
    experiment = Experiment(file, STRIDES)
    angles = experiment.get("Q", "Qs")
    speeds = experiment.get("Q", "Qdots")
    moments = experiment.get("Torques")
    emg = experiment.get("EMG")
    ground = experiment.get("GRFs", columns=["Vertical"])
    write_model(recordings / "subject1.osim", output / "subject1.osim")
    training = np.concatenate([emg.values[:, :, k] for k in TRAINING_STRIDES])
    divisors = find_divisors(emg.names, training, f"recordings '{file}'")
    motion = Motion(
        Columns(angles.values, [*map(_right, angles.names)]),
        speeds.values,
        Columns(moments.values, [*map(_right, moments.names)]),
        # mtp_angle_r is locked at 0 in the model, and its muscles need a value.
        still=("mtp_angle_r",),
    )
    vertical = ground.find("Vertical") / 100 * MASS * GRAVITY
    write_strides(output, Walk(STRIDES, motion, Contact("right", vertical), emg, divisors))


def _right(name: str) -> str:
    """OpenSim's name: the recording has the right leg and arm only, without saying so."""
    return name if name.startswith(CENTRAL) else f"{name}_r"
