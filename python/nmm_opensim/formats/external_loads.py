"""External loads of OpenSim's tools: ExternalLoads (.xml) and their data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import opensim

from ..arrays import Array
from ..errors import NMMError, nearest_names, opensim_reason
from ..files import require_reasonable
from .opensim_files import write_document
from .properties import get_text, set_text
from .tables import Header, Table, read_table, write_table

AXES = "xyz"
KINDS = ("force", "point", "torque")
GROUND = ("ground", "/ground")


@dataclass(frozen=True)
class RecordedLoad:
    """A force on a body, in ground: ``force`` (N), ``point`` (m) and ``torque`` (N m), (frames, 3).

    Its columns are named by the three identifiers and an axis: ``ground_force_vy``. Without a
    ``body`` these are all that is written of it.
    """

    name: str
    body: str | None
    force: tuple[str, Array]
    point: tuple[str, Array]
    torque: tuple[str, Array] | None = None

    @property
    def series(self) -> dict[str, tuple[str, Array]]:
        """Identifier and numbers by kind, of those that it has."""
        every = zip(KINDS, (self.force, self.point, self.torque), strict=True)
        return {kind: one for kind, one in every if one is not None}


@dataclass(frozen=True)
class AppliedLoad:
    """A load of a file, (frames, 3) each: force (N), point (m), torque (N m); None is not there.

    ``frames`` are the bodies that it names, by setting.
    """

    name: str
    body: str
    frames: dict[str, str]
    force: Array | None
    point: Array | None
    torque: Array | None

    @property
    def in_ground(self) -> bool:
        """Whether force and point, as far as there are any, are expressed in ground."""
        parts = {"force": self.force, "point": self.point}
        return all(
            self.frames.get(f"{kind}_expressed_in_body", "ground") in GROUND
            for kind, values in parts.items()
            if values is not None
        )


@dataclass(frozen=True)
class AppliedLoads:
    """All loads of a file over ``time`` (s); their numbers are in ``data_file``."""

    data_file: Path
    time: Array
    loads: tuple[AppliedLoad, ...]


def write_external_loads(
    file: Path, data_file: Path, time: Array, loads: Sequence[RecordedLoad], comment: str
) -> None:
    """Write ExternalLoads (.xml) and their data (.sto, .mot), which lie in the same folder.

    Where no load has a body, the data are all that is written.
    """
    series = [each for load in loads for each in load.series.values()]
    columns = [f"{identifier}{axis}" for identifier, _ in series for axis in AXES]
    values = np.hstack([numbers for _, numbers in series])
    write_table(data_file, columns, time, values, Header(comment))
    external = opensim.ExternalLoads()
    external.setDataFileName(data_file.name)
    for load in loads:
        if load.body is not None:
            external.cloneAndAppend(_apply(load, load.body))
    if external.getSize():
        write_document(file, external)


def _apply(load: RecordedLoad, body: str) -> opensim.ExternalForce:
    applied = opensim.ExternalForce()
    applied.setName(load.name)
    applied.set_applied_to_body(body)
    applied.set_force_expressed_in_body("ground")
    applied.set_point_expressed_in_body("ground")
    for kind, (identifier, _) in load.series.items():
        set_text(applied, f"{kind}_identifier", identifier)
    return applied


def read_external_loads(file: Path) -> tuple[opensim.ExternalLoads, Table]:
    """The loads and their data."""
    source = f"external loads file '{file}'"
    loads = _read_loads(file)
    if not list_loads(loads):
        raise NMMError(f"{source}: expected an <ExternalForce>, but found none.")
    return loads, read_table(_join(file, loads), f"{source}: <datafile>")


def read_applied_loads(file: Path) -> AppliedLoads:
    """The loads with their numbers, all of which must be finite.

    Raises:
        NMMError: naming the load, and the column or the identifier that finds no columns.

    """
    loads, data = read_external_loads(file)
    applied = []
    for load in list_loads(loads):
        where = f"external loads file '{file}': <ExternalForce name=\"{load.getName()}\">"
        values = find_load_values(load, data, where)
        expressed = {
            f"{kind}_expressed_in_body": get_text(load, f"{kind}_expressed_in_body")
            for kind in ("force", "point")
            if kind in values
        }
        body = str(load.get_applied_to_body())
        applied.append(
            AppliedLoad(
                str(load.getName()),
                body,
                {"applied_to_body": body, **expressed},
                *(values.get(kind) for kind in KINDS),
            )
        )
    return AppliedLoads(_join(file, loads), data.time, tuple(applied))


def list_loads(loads: opensim.ExternalLoads) -> list[opensim.ExternalForce]:
    """Every load; those of other classes are none that OpenSim would apply from the data."""
    found = [opensim.ExternalForce.safeDownCast(loads.get(k)) for k in range(loads.getSize())]
    return [load for load in found if load is not None]


def find_load_values(load: opensim.ExternalForce, data: Table, where: str) -> dict[str, Array]:
    """Force, point and torque of one load, each (samples, 3), as far as it has them.

    As OpenSim does it, they are the three columns that begin with an identifier.
    """
    identifiers = {kind: get_text(load, f"{kind}_identifier").strip() for kind in KINDS}
    if not identifiers["force"] and not identifiers["torque"]:
        raise NMMError(
            f"{where}: expected a <force_identifier> or a <torque_identifier>, but found neither."
        )
    found = {}
    for kind, identifier in identifiers.items():
        if not identifier:
            continue
        columns = [column for column in data.columns if column.startswith(identifier)]
        if len(columns) != 3:
            raise NMMError(
                f"{where}: <{kind}_identifier>: expected three columns that begin with "
                f"'{identifier}', but found {len(columns)} in '{data.source.split(chr(39))[-2]}'; "
                f"{nearest_names(f'{identifier}x', data.columns)}."
            )
        found[kind] = data.select(columns).values
    return found


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
