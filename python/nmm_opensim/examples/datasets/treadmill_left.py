"""Treadmill walking of a second subject: 54 strides, 6 EMG channels of the left leg, scaled model.

Origin: github.com/stanfordnmbl/MatlabStaticOptimization, Apache-2.0.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from ...errors import NMMError, require_file
from ...formats.tables import Table, read_table
from .envelopes import find_divisors, write_envelopes
from .models import write_model
from .treadmill import TRAINING_END, write_forces, write_moments

SUFFIX = "_activation"
# A copy of vastus lateralis, which nobody recorded.
COPIED = "vasint_l_activation"


def import_treadmill_left(recordings: Path, output: Path) -> None:
    """Write model, coordinates, moments, ground reactions and EMG into the folder ``output``."""
    emg = read_table(recordings / "EMG_allMuscles.sto", "EMG file")
    emg = emg.select([name for name in emg.columns if name != COPIED])
    forces = _read_forces(recordings / "walking_baseline1_forces.mot")
    moments = read_table(recordings / "results_id.sto", "inverse dynamics file")
    coordinates = require_file(recordings / "results_ik.sto", "coordinates file")

    write_model(recordings / "model.osim", output / "model.osim")
    channels = [name.removesuffix(SUFFIX) for name in emg.columns]
    divisors = find_divisors(channels, emg.values[emg.time <= TRAINING_END], emg.source)
    write_envelopes(output / "emg.sto", channels, emg.time, emg.values, divisors)
    shutil.copyfile(coordinates, output / "coordinates.sto")
    write_forces(forces, output, {"r": "", "l": "1_"})
    write_moments(moments, output)


def _read_forces(file: Path) -> Table:
    """The forces, whose header as published counts the rows of 2000 Hz over rows of 50 Hz."""
    what = "file of ground reaction forces"
    text = require_file(file, what).read_text(encoding="utf-8", errors="replace")
    header, end, rows = text.partition("endheader\n")
    count = len([row for row in rows.splitlines() if row.strip()]) - 1
    corrected = re.sub(r"(?m)^nRows=\d+\s*$", f"nRows={count}", header)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        copy.write_text(corrected + end + rows, encoding="utf-8")
        try:
            table = read_table(copy, what)
        except NMMError as error:
            raise NMMError(str(error).replace(str(copy), str(file))) from None
    return Table(f"{what} '{file}'", table.columns, table.time, table.values)
