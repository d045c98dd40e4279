"""External loads of OpenSim's tools: ExternalLoads (.xml) and their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError, opensim_reason
from ..files import require_reasonable
from .opensim_files import write_document
from .properties import set_text
from .tables import Header, Table, read_table, write_table

AXES = "xyz"
KINDS = ("force", "point", "torque")


@dataclass(frozen=True)
class RecordedLoad:
    """A force on a body, in ground: ``force`` (N), ``point`` (m) and ``torque`` (N m), (frames, 3).

    Its columns are named by the three identifiers and an axis: ``ground_force_vy``.
    """

    name: str
    body: str
    force: tuple[str, Array]
    point: tuple[str, Array]
    torque: tuple[str, Array] | None = None


def write_external_loads(
    file: Path, data_file: Path, time: Array, loads: Sequence[RecordedLoad], comment: str
) -> None:
    """Write ExternalLoads (.xml) and their data (.sto, .mot), which lie in the same folder."""
    columns: list[str] = []
    values: list[Array] = []
    external = opensim.ExternalLoads()
    external.setDataFileName(data_file.name)
    for load in loads:
        applied = opensim.ExternalForce()
        applied.setName(load.name)
        applied.set_applied_to_body(load.body)
        applied.set_force_expressed_in_body("ground")
        applied.set_point_expressed_in_body("ground")
        for kind, series in zip(KINDS, (load.force, load.point, load.torque), strict=True):
            if series is not None:
                identifier, numbers = series
                set_text(applied, f"{kind}_identifier", identifier)
                columns += [f"{identifier}{axis}" for axis in AXES]
                values.append(numbers)
        external.cloneAndAppend(applied)
    write_table(data_file, columns, time, np.hstack(values), Header(comment))
    write_document(file, external)


def read_external_loads(file: Path) -> tuple[opensim.ExternalLoads, Table]:
    """The loads and their data."""
    source = f"external loads file '{file}'"
    loads = _read_loads(file)
    if not loads.getSize():
        raise NMMError(f"{source}: expected an <ExternalForce>, but found none.")
    return loads, read_table(_join(file, loads), f"{source}: <datafile>")


def find_data_file(file: Path) -> Path:
    """The file that holds the loads' data."""
    return _join(file, _read_loads(file))


def _read_loads(file: Path) -> opensim.ExternalLoads:
    require_reasonable(file, "external loads file")
    try:
        return opensim.ExternalLoads(str(file.resolve()), True)
    except RuntimeError as error:
        raise NMMError(
            f"external loads file '{file}': OpenSim cannot read it: {opensim_reason(error)}"
        ) from None


def _join(file: Path, loads: opensim.ExternalLoads) -> Path:
    return file.parent / str(loads.getDataFileName())
