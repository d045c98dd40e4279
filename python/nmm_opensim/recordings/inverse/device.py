"""Torques that a device, such as an exoskeleton, gives to coordinates: not the muscles' to give.

Inverse dynamics tells what muscles and device give together. A torque is positive where it pushes
its coordinate up, as a moment of inverse dynamics is, so that muscles = inverse dynamics − device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...files import hash_file, write_text
from ...formats.tables import Table, filter_lowpass, read_table
from ...physics.motion import Motion
from ...physics.osim_model import OsimModel
from .coverage import check_coverage

# N m or N: beyond what devices that people wear, and people themselves, can give.
LARGEST = 1000.0


@dataclass(frozen=True)
class DeviceTorques:
    """A file (.sto, .mot; N m, or N along a translation) and its columns by coordinate.

    Without ``columns`` all of the file's are coordinates by name.
    """

    file: Path
    columns: tuple[tuple[str, str], ...] = ()


def read_device_torques(
    device: DeviceTorques, model: OsimModel, motion: Motion, cutoff: float | None
) -> Table:
    """The torques, named by coordinate and filtered like the motion (``cutoff`` in Hz, or None).

    Raises:
        NMMError: for a column or coordinate that is not there, a gap, times that do not cover the
            motion, and numbers that no device gives.

    """
    table = read_table(device.file, "device torques file")
    pairs = device.columns or tuple((column, column) for column in table.columns)
    for coordinate, _ in pairs:
        model.coordinate(coordinate)
    chosen = table.select([column for _, column in pairs])
    largest = np.abs(chosen.values).max(axis=0)
    for (coordinate, column), size in zip(pairs, largest, strict=True):
        if size > LARGEST:
            raise NMMError(
                f"{table.source}: column '{column}': expected the torque about '{coordinate}' in "
                f"N m, at most {LARGEST:g}, but found {size:.4g}; write it in N m."
            )
    advice = "write 0 where the device gives nothing"
    check_coverage(chosen.time, motion.time, table.source, "torques", advice)
    if cutoff is not None:
        chosen = filter_lowpass(chosen, cutoff)
    names = tuple(coordinate for coordinate, _ in pairs)
    return Table(chosen.source, names, chosen.time, chosen.values)


def describe_device(device: DeviceTorques, torques: Table) -> dict[str, str]:
    """The header entries of a result that the torques were taken from."""
    return {
        "device_torques_file": device.file.name,
        "device_torques_sha256": hash_file(device.file),
        "device_coordinates": " ".join(torques.columns),
    }


def subtract_device(moments: Path, torques: Table, model: OsimModel) -> None:
    """Take the torques from a file that OpenSim's inverse dynamics wrote; other columns stay."""
    taken = {model.ids_column(name): torques.values[:, k] for k, name in enumerate(torques.columns)}
    lines = moments.read_text(encoding="utf-8").splitlines()
    start = lines.index("endheader") + 1
    labels = lines[start].split("\t")
    lines[start + 1 :] = [
        _subtract(line, labels, taken, torques.time) for line in lines[start + 1 :]
    ]
    write_text(moments, "\n".join([*lines, ""]))


def _subtract(line: str, labels: list[str], taken: Mapping[str, Array], time: Array) -> str:
    cells = line.split("\t")
    for label, torques in taken.items():
        column = labels.index(label)
        rest = float(cells[column]) - float(np.interp(float(cells[0]), time, torques))
        # As OpenSim writes it.
        cells[column] = f"{rest:16.8f}"
    return "\t".join(cells)
