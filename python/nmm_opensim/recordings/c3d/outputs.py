"""Angles, moments and the like that a model computed and a C3D file stores as points."""

from __future__ import annotations

from collections.abc import Iterator

from ..signal import Signal
from .content import C3D
from .points import Point, list_points

AXES = "XYZ"


def list_outputs(c3d: C3D, kind: str, labels: list[str]) -> Iterator[Signal]:
    """Those of ``labels``, such as ``RKneeAngles:X``, that are components of the file's points.

    Values are NaN where a point has a gap. A point that is listed as something other than ``kind``
    (``ANGLE``, ``MOMENT``) has that as its ``fault``. A subject's prefix may be left out.
    """
    points = list_points(c3d)
    listed = any(point.kind for point in points)
    for label in dict.fromkeys(labels):
        name, _, axis = label.rpartition(":")
        if not name or axis not in AXES or c3d.point_rate is None:
            continue
        exact = [point for point in points if point.label == name]
        for point in exact or [point for point in points if point.name == name]:
            values = c3d.read_points([point.index])[:, 0, AXES.index(axis)]
            unit = c3d.parameters.find_text("POINT", f"{point.kind}_UNITS") if point.kind else ""
            fault = _find_fault(point, kind, listed)
            yield Signal(c3d.source, label, unit or None, c3d.point_rate, 0.0, values, fault)


def _find_fault(point: Point, kind: str, listed: bool) -> str:
    """A file that lists no outputs at all says nothing of what its points are."""
    if point.kind == kind or not listed:
        return ""
    found = f"of type {point.kind}" if point.kind else "a marker"
    return (
        f"POINT:{kind}S does not list it as of type {kind}; by the file's parameters it is {found}"
    )
