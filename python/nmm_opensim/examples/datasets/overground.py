"""Overground walking: six strides with 14 EMG channels of the right leg, and a scaled model.

Origin: github.com/antoinefalisse/3dpredictsim, Falisse et al. (2019), MIT. Strides are 100 samples
of a gait cycle each, without times.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

from ...arrays import Array
from ...errors import NMMError, require_file
from ...formats.tables import Header, write_table
from .envelopes import find_divisors, write_envelopes
from .models import write_model

# The strides with all channels; setups/overground_train.xml trains on the first four.
STRIDES = (0, 2, 4, 6, 7, 9)
TRAINING_STRIDES = (0, 2, 4, 6)
SAMPLES = 100
# Samples of EMG before and after a stride, so that the EMG covers a delay: walking repeats itself,
# so what comes before a stride is taken to be the stride's own end.
MARGIN = 25
CENTRAL = ("pelvis_", "lumbar_")


def import_overground(recordings: Path, output: Path) -> None:
    """Write the model, and for each stride coordinates, moments and EMG, into ``output``."""
    file = recordings / "ExperimentalData.mat"
    data = _read(file)
    angles, angle_names = _get(data, file, "Q", "Qs")
    speeds, _ = _get(data, file, "Q", "Qdots")
    moments, moment_names = _get(data, file, "Torques")
    emg, channels = _get(data, file, "EMG")
    _require_numbers(file, {"Q": angles, "Qdots": speeds, "Torques": moments, "EMG": emg})
    write_model(recordings / "subject1.osim", output / "subject1.osim")
    training = np.concatenate([emg[:, :, k] for k in TRAINING_STRIDES])
    divisors = find_divisors(channels, training, f"recordings '{file}'")
    # mtp_angle_r is locked at 0 in the model, and its muscles need a value.
    coordinates = [*map(_right, angle_names), "mtp_angle_r"]
    translations = [name.endswith(("_tx", "_ty", "_tz")) for name in angle_names]
    labels = [
        f"{_right(name)}_{'force' if moves else 'moment'}"
        for name, moves in zip(moment_names, translations, strict=True)
    ]
    for k in STRIDES:
        step = _find_step(angles[:, :, k], speeds[:, :, k], angle_names.index("hip_flexion"))
        time = step * np.arange(SAMPLES, dtype=np.float64)
        stride = output / f"stride_{k}"
        write_table(
            stride / "coordinates.sto",
            coordinates,
            time,
            np.column_stack([angles[:, :, k], np.zeros(SAMPLES)]),
            Header("Coordinates of one stride from right heel strike, degrees and m", degrees=True),
        )
        write_table(
            stride / "moments.sto",
            labels,
            time,
            moments[:, :, k],
            Header("Joint moments (N m) and forces (N) of inverse dynamics"),
        )
        around = np.arange(-MARGIN, SAMPLES + MARGIN)
        write_envelopes(
            stride / "emg.sto",
            channels,
            step * around.astype(np.float64),
            emg[around % SAMPLES, :, k],
            divisors,
            {"repeated_outside": f"0 {time[-1]:.7g}"},
        )


def _read(file: Path) -> Any:
    require_file(file, "recordings")
    try:
        return loadmat(file, simplify_cells=True)["ExperimentalData"]
    except (KeyError, NotImplementedError, OSError, TypeError, ValueError):
        raise NMMError(
            f"recordings '{file}': expected a MATLAB file (version 5) with a structure "
            "'ExperimentalData', but found something else; take the file as it was published."
        ) from None


def _get(data: Any, file: Path, quantity: str, *parts: str) -> tuple[Array, list[str]]:
    """Values (samples, columns, strides) and column names of one quantity."""
    try:
        found = data[quantity]["subject1"]
        for part in parts:
            found = found[part]
        values = np.asarray(found["all"], dtype=float)
        names = [str(name) for name in found["colheaders"]]
    except (IndexError, KeyError, TypeError, ValueError):
        values, names = np.empty(0), []
    if values.ndim != 3 or values.shape[:2] != (SAMPLES, len(names)) or values.shape[2] < 10:
        raise NMMError(
            f"recordings '{file}': expected {quantity} of subject1 as {SAMPLES} samples, columns "
            f"with names and 11 strides, but found {values.shape}; take the file as it was "
            "published."
        )
    return values, names


def _require_numbers(file: Path, quantities: Mapping[str, Array]) -> None:
    for name, values in quantities.items():
        if not np.isfinite(values[:, :, STRIDES]).all():
            raise NMMError(
                f"recordings '{file}': expected numbers in strides {STRIDES} of {name}, but found "
                "others; take the file as it was published."
            )


def _right(name: str) -> str:
    """OpenSim's name: the recording has the right leg and arm only, without saying so."""
    return name if name.startswith(CENTRAL) else f"{name}_r"


def _find_step(angles: Array, speeds: Array, column: int) -> float:
    """The time between samples, s, which the recording leaves out: change of angle over speed."""
    change = np.gradient(angles[:, column])[1:-1]
    speed = speeds[1:-1, column]
    return float(change @ speed / (speed @ speed))
