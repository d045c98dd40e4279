"""External loads filtered like the motion that they cause.

Filtered coordinates have lost their impacts; forces that keep them would put them into the moments
(Kristianslund et al. 2012, J. Biomech. 45:666-671). What is filtered is each load's force and its
moment about the ground's origin: a centre of pressure alone means nothing where there is no force.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim

from ...arrays import Array
from ...errors import NMMError
from ...formats.external_loads import (
    AXES,
    GROUND,
    find_load_values,
    list_loads,
    read_external_loads,
)
from ...formats.properties import get_text, set_text
from ...formats.tables import Header, Table, filter_lowpass, write_table


def filter_external_loads(loads_file: Path, cutoff: float, folder: Path) -> Path:
    """Write the loads, low-passed at ``cutoff`` (Hz), into ``folder``; returns the new file.

    The filter is the one that OpenSim has for coordinates, without lag. A load at a point becomes
    one at the ground's origin with a moment: the same to the model.
    """
    loads, data = read_external_loads(loads_file)
    columns: list[str] = []
    values: list[Array] = []
    for k, load in enumerate(list_loads(loads)):
        for kind, series in _read_load(load, data, f"external loads file '{loads_file}'").items():
            columns += [f"load_{k}_{kind}_{axis}" for axis in AXES]
            values.append(series)
            set_text(load, f"{kind}_identifier", f"load_{k}_{kind}_")
    filtered = filter_lowpass(
        Table(data.source, tuple(columns), data.time, np.hstack(values)), cutoff
    )
    new_data, new_loads = folder / "filtered.sto", folder / "filtered.xml"
    header = Header("External loads, low-passed")
    write_table(new_data, columns, filtered.time, filtered.values, header)
    loads.setDataFileName(new_data.name)
    loads.printToXML(str(new_loads))
    return new_loads


def _read_load(load: opensim.ExternalForce, data: Table, source: str) -> dict[str, Array]:
    """Force, point and torque of one load, each (samples, 3), as far as it has them."""
    found = find_load_values(load, data, f'{source}: <ExternalForce name="{load.getName()}">')
    if "point" not in found:
        return found
    for kind in ("force", "point"):
        frame = get_text(load, f"{kind}_expressed_in_body")
        if frame not in GROUND:
            raise NMMError(
                f'{source}: <ExternalForce name="{load.getName()}">: expected '
                f"<{kind}_expressed_in_body>ground, because only there a moving point can be "
                f"filtered, but found {frame}; express it in ground, or filter nothing."
            )
    none = np.zeros_like(found["force"])
    torque = found.get("torque", none) + np.cross(found["point"], found["force"])
    return {"force": found["force"], "point": none, "torque": torque}
