"""Walking of a child with cerebral palsy: four strides, in crouch.

Origin: github.com/antoinefalisse/predictcpgait, Falisse et al. (2020), MIT. The layout is that of
the overground walk. There is no model: setups/cp_train.xml says which one stands for the child.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from .cycles import GRAVITY, Columns, Contact, Experiment, Motion, Walk, write_strides
from .envelopes import find_divisors

STRIDES = (0, 1, 2, 3)
TRAINING_STRIDES = (0, 1)
# kg. Ground reactions are in % of body weight, residuals at the pelvis in N; together they carry
# the weight and change the pelvis' speed: 33.1-33.4 in three strides, 34.4 in the first.
MASS = 33.3
# Vastus lateralis is left out: at 0.0004 of the others' unit its electrode was dead. Which gluteus
# GLU was on is not said, and none crosses knee or ankle.
CHANNELS = ("RREF", "RBIF", "RMEH", "RTIA", "RGAS", "RSOL")
# Flexion, adduction, dorsiflexion and internal rotation are positive in the recording and in
# OpenSim's walking model alike.
COORDINATES = {
    "hip_flex": "hip_flexion",
    "hip_add": "hip_adduction",
    "hip_rot": "hip_rotation",
    "knee_flex": "knee_angle",
    "ankle_flex": "ankle_angle",
    "subt_angle": "subtalar_angle",
}
# Plates miss most of the left stances, so the left leg's moments mean nothing.
RECORDED = tuple(f"{name}_r" for name in COORDINATES)


def import_cp(recordings: Path, output: Path) -> None:
    """Write coordinates, moments, EMG and events of the right leg's strides into ``output``."""
    file = recordings / "ExperimentalData_r.mat"
    experiment = Experiment(file, STRIDES)
    angles = experiment.get("Q", "Qs", columns=RECORDED)
    speeds = experiment.get("Q", "Qdots", columns=RECORDED)
    moments = experiment.get("Torques", columns=RECORDED)
    emg = experiment.get("EMG", columns=CHANNELS)
    ground = experiment.get("GRFs", columns=["Vertical-r"])
    training = np.concatenate([emg.values[:, :, k] for k in TRAINING_STRIDES])
    divisors = find_divisors(emg.names, training, f"recordings '{file}'")
    motion = Motion(
        Columns(angles.values, [*map(_rename, angles.names)]),
        speeds.values,
        Columns(moments.values, [*map(_rename, moments.names)]),
        # The toes were not tracked, and their muscles need a value.
        still=("mtp_angle_r",),
    )
    vertical = ground.find("Vertical-r") / 100 * MASS * GRAVITY
    write_strides(output, Walk(STRIDES, motion, Contact("right", vertical), emg, divisors))


def _rename(name: str) -> str:
    """OpenSim's name of a recorded coordinate."""
    return re.sub(r"(\w+)(_[rl])$", lambda found: COORDINATES[found[1]] + found[2], name)
