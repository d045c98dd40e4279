"""Recorded forces as the external loads of OpenSim's tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from .opensim_files import write_document
from .tables import Header, write_table

AXES = "xyz"


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
        for kind, series in (("force", load.force), ("point", load.point), ("torque", load.torque)):
            if series is not None:
                identifier, numbers = series
                getattr(applied, f"set_{kind}_identifier")(identifier)
                columns += [f"{identifier}{axis}" for axis in AXES]
                values.append(numbers)
        external.cloneAndAppend(applied)
    write_table(data_file, columns, time, np.hstack(values), Header(comment))
    write_document(file, external)
