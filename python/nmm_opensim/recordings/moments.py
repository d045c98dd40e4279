"""Joint moments that another program computed, such as Plug-in Gait's, as inverse dynamics (.sto).

Plug-in Gait divides moments by the body's mass (N mm/kg) and states N mm all the same: what a C3D
file says of them is not taken at its word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import NMMError
from ..files import hash_file
from ..formats.tables import Header, Table, write_table
from .c3d.content import read_c3d
from .columns import Reading, read_columns, split_signs
from .units import MOMENT, MOMENT_PER_MASS

UNITS = ("Nm", "Nmm", "Nm/kg", "Nmm/kg")
"""As they are declared."""
LIGHTEST, HEAVIEST = 1.0, 400.0
"""Of people (kg)."""
LARGEST_MOMENT = 2000.0
"""No joint of a person reaches it (N m)."""
SMALL_MOMENT = 5.0
"""Where all moments stay below (N m), they may have been divided by a mass."""
SAME_MASS = 0.05  # relative


@dataclass(frozen=True)
class MomentUnits:
    """In what moments are: one of ``UNITS``, or None for what the file states.

    ``mass`` (kg) is the subject's, for those per kilogram.
    """

    units: str | None = None
    mass: float | None = None

    def __post_init__(self) -> None:
        """Refuse a mass that no person has."""
        if self.mass is not None and not LIGHTEST <= self.mass <= HEAVIEST:
            raise NMMError(
                f"--mass: expected kg, {LIGHTEST:g} to {HEAVIEST:g}, but found {self.mass:g}."
            )


def convert_moments(
    path: Path,
    output: Path,
    coordinates: Mapping[str, str],
    units: MomentUnits | None = None,
    reading: Reading | None = None,
) -> tuple[Table, list[str]]:
    """Write columns of a recording as moments (N m) about coordinates, and tell what is unusual.

    ``coordinates`` is as for ``convert_coordinates``; column ``c`` becomes ``c_moment``. The header
    states where the moments are from.

    Raises:
        NMMError: naming the column, if it is no moment, has gaps, or is beyond any person's.

    """
    if output.suffix.lower() != ".sto":
        raise NMMError(f"output '{output}': expected a .sto, but found '{output.suffix}'.")
    names, signs = split_signs(coordinates, f"moments of '{path}'")
    units = units or MomentUnits()
    chosen = read_columns(path, list(coordinates), "moment file", "MOMENT", reading or Reading())
    doubtful = path.suffix.lower() == ".c3d"
    factors = [
        _find_factor(f"{signal.source}: column '{signal.name}'", signal.unit, units, doubtful)
        for signal in chosen
    ]
    columns = [f"{name}_moment" for name in names]
    values = np.column_stack([signal.values for signal in chosen]) * factors * signs + 0.0
    table = Table(chosen[0].source, tuple(columns), chosen[0].time, values).select(columns)
    notes = _tell_of_size(table)
    if doubtful:
        notes += _tell_of_mass(path, units)
    entries = {
        "moments_file": path.name,
        "moments_sha256": hash_file(path),
        "moments_columns": " ".join(f"{label}={name}" for label, name in coordinates.items()),
        "moments_units": units.units or str(chosen[0].unit),
        "moments_mass": "none" if units.mass is None else f"{units.mass:g}",
    }
    write_table(
        output, columns, table.time, table.values, Header(f"Moments of {path.name}", False, entries)
    )
    return table, notes


def _find_factor(where: str, stated: str | None, units: MomentUnits, doubtful: bool) -> float:
    """From a column's unit to N m."""
    declared = units.units
    if declared is None and stated is None:
        raise NMMError(
            f"{where}: expected a unit, but the file states none; give one (--units) of "
            f"{', '.join(UNITS)}."
        )
    unit = declared or str(stated)
    plain, per_mass = MOMENT.find_factor(unit), MOMENT_PER_MASS.find_factor(unit)
    if plain is None and per_mass is None:
        raise NMMError(
            f"{where}: expected a moment in one of {', '.join(UNITS)}, but found '{unit}'."
        )
    if declared is None and per_mass is None and doubtful:
        raise NMMError(
            f"{where}: expected to know whether moments are per kg: the file states '{stated}', "
            "which Plug-in Gait also does where it has divided by the body's mass; give --units "
            f"{stated} or {stated}/kg."
        )
    _check_stated(where, stated, unit, doubtful)
    if plain is not None:
        if units.mass is not None:
            raise NMMError(f"{where}: expected no --mass for moments in {unit}, but found one.")
        return plain
    if units.mass is None or per_mass is None:
        raise NMMError(f"{where}: expected the subject's mass (--mass, kg) for moments in {unit}.")
    return per_mass * units.mass


def _check_stated(where: str, stated: str | None, unit: str, doubtful: bool) -> None:
    """Refuse a declaration that the file contradicts in more than the kilograms it leaves out."""
    if stated is None or stated == unit:
        return
    plain, per_mass = MOMENT.find_factor(stated), MOMENT_PER_MASS.find_factor(stated)
    meant = MOMENT.find_factor(unit), MOMENT_PER_MASS.find_factor(unit)
    left_out = doubtful and plain is not None and meant[1] == plain
    if (plain, per_mass) != meant and not left_out:
        raise NMMError(
            f"{where}: expected the declared unit '{unit}', but the file states '{stated}'."
        )


def _tell_of_size(table: Table) -> list[str]:
    largest = np.abs(table.values).max(axis=0)
    if largest.max() > LARGEST_MOMENT:
        column = table.columns[int(np.argmax(largest))]
        raise NMMError(
            f"{table.source}: expected moments of a person, but '{column}' reaches "
            f"{largest.max():.4g} N m; look at --units and --mass."
        )
    if largest.max() < SMALL_MOMENT:
        return [f"no moment exceeds {largest.max():.3g} N m; were they divided by the body's mass?"]
    return []


def _tell_of_mass(path: Path, units: MomentUnits) -> list[str]:
    """What Plug-in Gait divided by is in the file."""
    if units.mass is None:
        return []
    stated = read_c3d(path, "moment file").parameters.find_number("PROCESSING", "BODYMASS")
    if not stated or abs(stated - units.mass) <= SAME_MASS * stated:
        return []
    return [
        f"the file has a body mass of {stated:.4g} kg (PROCESSING:BODYMASS), but --mass says "
        f"{units.mass:.4g} kg."
    ]
