"""Treadmill walking at 3.6 and 4.5 km/h, 45 strides at the first, 9 EMG channels of the right leg.

Origin: github.com/CEINMS-RT/LowerLimbModel, one subject of the Twente multi-sensor locomotion
experiment (doi 10.5281/zenodo.6457662), Apache-2.0.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
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
    """Write model, coordinates, moments, ground reactions and EMG of both walks into ``output``.

    The faster walk, in ``walk45``, has the slower one's scales.
    """
    slow = _read_walk(recordings / "walk36")
    fast = _read_walk(recordings / "walk45")
    emg = slow.emg
    divisors = find_divisors(emg.columns, emg.values[emg.time <= TRAINING_END], emg.source)
    write_model(recordings / "gait2392.osim", output / "gait2392_58kg.osim", _find_mass(slow))
    for walk, folder in ((slow, output), (fast, output / "walk45")):
        # All columns must be finite numbers: select checks that, and that they are the same.
        emg = walk.emg.select(slow.emg.columns)
        write_envelopes(folder / "emg.sto", emg.columns, emg.time, emg.values, divisors)
        shutil.copyfile(walk.coordinates_file, folder / "coordinates.sto")
        write_forces(walk.forces, folder, {"r": "", "l": "l_"})
        write_moments(walk.moments, folder)


@dataclass(frozen=True)
class _Walk:
    """One walk as it was published."""

    emg: Table
    forces: Table
    moments: Table
    coordinates_file: Path


def _read_walk(folder: Path) -> _Walk:
    emg = read_table(folder / "emgFilt.sto", "EMG file")
    return _Walk(
        emg.select(emg.columns),
        read_table(folder / "XLD.mot", "file of ground reaction forces"),
        read_table(folder / "id.sto", "inverse dynamics file"),
        require_file(folder / "ik.sto", "coordinates file"),
    )


def write_moments(moments: Table, output: Path) -> None:
    """Write joint moments (N m) and forces (N) of inverse dynamics, low-passed."""
    filtered = filter_lowpass(moments, MOMENT_CUTOFF)
    header = Header(
        "Joint moments (N m) and forces (N) of inverse dynamics, low-passed",
        entries={"lowpass_cutoff_frequency_for_moments": f"{MOMENT_CUTOFF:g}"},
    )
    write_table(output / "moments.sto", filtered.columns, filtered.time, filtered.values, header)


def write_forces(forces: Table, output: Path, prefixes: Mapping[str, str]) -> None:
    """Ground reactions as external loads, for inverse dynamics, events and inputs.

    ``prefixes`` say what comes before ``ground_force_v`` in the columns of each foot, ``r`` and
    ``l``.
    """

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
        [make(side, prefix) for side, prefix in prefixes.items()],
        "Ground reactions: forces (N), centres of pressure (m), free moments (N m)",
    )


def _find_mass(walk: _Walk) -> float:
    """The subject's mass (kg): what the treadmill carried on average, over many strides."""
    vertical = walk.forces.select(["ground_force_vy", "l_ground_force_vy"]).values
    return float(vertical.sum(axis=1).mean()) / GRAVITY
