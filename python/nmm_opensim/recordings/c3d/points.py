"""Which points of a C3D file are markers, and which are angles, moments and the like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import NMMError
from ..units import LENGTH, METRES, is_known
from .content import C3D

KINDS = {
    "ANGLES": "ANGLE",
    "FORCES": "FORCE",
    "MOMENTS": "MOMENT",
    "POWERS": "POWER",
    "REACTIONS": "FORCE",
    "SCALARS": "SCALAR",
}
"""Parameters of POINT that list the labels of what is no marker, and of what type that is."""
UNLABELLED = re.compile(r"\*\d*|[CU]_\d+|unlabell?ed.*|uname.*", re.IGNORECASE)


@dataclass(frozen=True)
class Point:
    """One point of a file: where it stands there, and its label.

    ``kind`` is empty for a marker, or its type in the file: ``ANGLE``, ``MOMENT``, …
    """

    index: int
    label: str
    kind: str = ""

    @property
    def name(self) -> str:
        """Its label without the subject's prefix."""
        return self.label.rpartition(":")[2]

    @property
    def labelled(self) -> bool:
        """Whether somebody said which it is; programs number the rest: ``*12``, ``C_12``."""
        return bool(self.label) and not UNLABELLED.fullmatch(self.name)


def list_points(c3d: C3D) -> list[Point]:
    """All points of a file in its order."""
    count = c3d.layout.points
    labels = c3d.parameters.find_texts("POINT", "LABELS")[:count]
    labels += [""] * (count - len(labels))
    kinds = _find_kinds(c3d)
    return [
        Point(i, label, kinds.get(label, kinds.get(label.rpartition(":")[2], "")))
        for i, label in enumerate(labels)
    ]


def _find_kinds(c3d: C3D) -> dict[str, str]:
    """Of labels that are listed as outputs of a model, with and without the subject's prefix."""
    groups = dict(KINDS)
    pairs = c3d.parameters.find_texts("POINT", "TYPE_GROUPS")
    for name, kind in zip(pairs[::2], pairs[1::2], strict=False):
        if "MARKER" not in name.upper():
            groups.setdefault(name.upper(), kind.upper() or name.upper())
    kinds: dict[str, str] = {}
    for name, kind in groups.items():
        for label in c3d.parameters.find_texts("POINT", name):
            if label:
                kinds.setdefault(label, kind)
                kinds.setdefault(label.rpartition(":")[2], kind)
    return kinds


def find_length_unit(c3d: C3D, declared: str | None) -> str:
    """The unit of coordinates, m, cm or mm: the file's, or what ``declared`` says it is.

    Raises:
        NMMError: if neither says it, or they contradict each other.

    """
    stated = c3d.parameters.find_text("POINT", "UNITS")
    factor = LENGTH.find_factor(stated) if stated else None
    if factor is None and (declared is None or (stated and is_known(stated))):
        found = f"'{stated}'" if stated else "none"
        raise NMMError(
            f"{c3d.source}: expected lengths in one of {', '.join(METRES)} (POINT:UNITS), but "
            f"found {found}; say what they are in (--length-units)."
        )
    if factor is not None and declared is not None and METRES[declared] != factor:
        raise NMMError(
            f"{c3d.source}: expected the declared --length-units {declared}, but the file states "
            f"'{stated}' (POINT:UNITS)."
        )
    if factor is None:
        return str(declared)
    return next(unit for unit, metres in METRES.items() if metres == factor)
