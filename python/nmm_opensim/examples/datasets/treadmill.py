"""Treadmill walking: 45 strides at 3.6 km/h, 9 EMG channels of the right leg.

Origin: github.com/CEINMS-RT/LowerLimbModel, one subject of the Twente multi-sensor locomotion
experiment (doi 10.5281/zenodo.6457662), Apache-2.0.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ...arrays import Array
from ...errors import require_file
from ...formats.external_loads import AXES, RecordedLoad, write_external_loads
from ...formats.tables import Header, Table, filter_lowpass, read_table, write_table
from .envelopes import find_divisors, write_envelopes
from .models import write_model

GRAVITY = 9.80665  # m/s^2
# s: what setups/treadmill_train.xml trains on; no scale may come from beyond it.
TRAINING_END = 40.0
# Hz: the moments are unfiltered and full of spikes. The walk's coordinates are filtered alike.
MOMENT_CUTOFF = 6.0


def import_treadmill(recordings: Path, output: Path) -> None:
    """Write model, coordinates, moments and EMG of ``recordings`` into the folder ``output``."""
    walk = recordings / "walk36"
    emg = read_table(walk / "emgFilt.sto", "EMG file")
    # All columns must be finite numbers: select checks that.
    emg = emg.select(emg.columns)
    forces = read_table(walk / "XLD.mot", "file of ground reaction forces")
    moments = filter_lowpass(read_table(walk / "id.sto", "inverse dynamics file"), MOMENT_CUTOFF)
    coordinates = require_file(walk / "ik.sto", "coordinates file")

    write_model(recordings / "gait2392.osim", output / "gait2392_58kg.osim", _find_mass(forces))
    divisors = find_divisors(emg.columns, emg.values[emg.time <= TRAINING_END], emg.source)
    write_envelopes(output / "emg.sto", emg.columns, emg.time, emg.values, divisors)
    shutil.copyfile(coordinates, output / "coordinates.sto")
    _write_forces(forces, output)
    header = Header(
        "Joint moments (N m) and forces (N) of inverse dynamics, low-passed",
        entries={"lowpass_cutoff_frequency_for_moments": f"{MOMENT_CUTOFF:g}"},
    )
    write_table(output / "moments.sto", moments.columns, moments.time, moments.values, header)


def _write_forces(forces: Table, output: Path) -> None:
    """Ground reactions of both feet as external loads, for inverse dynamics and as inputs."""

    def make(side: str, prefix: str) -> RecordedLoad:
        def get(identifier: str) -> tuple[str, Array]:
            return identifier, forces.select([f"{identifier}{axis}" for axis in AXES]).values

        return RecordedLoad(
            f"ground_reaction_{side}",
            f"calcn_{side}",
            get(f"{prefix}ground_force_v"),
            get(f"{prefix}ground_force_p"),
            get(f"{prefix}ground_torque_"),
        )

    write_external_loads(
        output / "external_loads.xml",
        output / "ground_reactions.sto",
        forces.time,
        [make("r", ""), make("l", "l_")],
        "Ground reactions: forces (N), centres of pressure (m), free moments (N m)",
    )


def _find_mass(forces: Table) -> float:
    """The subject's mass (kg): what the treadmill carried on average, over many strides."""
    vertical = forces.select(["ground_force_vy", "l_ground_force_vy"]).values
    return float(vertical.sum(axis=1).mean()) / GRAVITY
