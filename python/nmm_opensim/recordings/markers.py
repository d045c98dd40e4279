"""Markers of a C3D file for OpenSim's inverse kinematics (.trc)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..arrays import Array
from ..errors import NMMError
from ..files import write_text
from .axes import METRES, read_axes
from .c3d import read_c3d


def write_markers(path: Path, output: Path, axes: str) -> list[str]:
    """Write the markers of a C3D file as .trc, gaps left empty; returns their labels.

    ``axes`` is as in ``read_axes``; times count from the first frame of the file.
    """
    rotation = read_axes(axes)
    source = f"C3D file '{path}'"
    content = read_c3d(path, "C3D file")
    positions = content["points"]
    labels = [str(label) for label in content["POINT_LABELS"][: positions.shape[1]]]
    units = str(next(iter(content["POINT_UNITS"]), ""))
    rate = float(content["POINT_RATE"])
    if not labels or not rate > 0 or not positions.shape[2]:
        raise NMMError(f"{source}: expected markers with a rate, but found none.")
    if units not in METRES:
        raise NMMError(
            f"{source}: expected markers in one of {', '.join(METRES)}, but found '{units}'."
        )
    bad = [label for label in labels if not label.strip() or labels.count(label) > 1]
    if bad:
        raise NMMError(
            f"{source}: expected a label of its own for each marker, but found '{bad[0]}' "
            f"{labels.count(bad[0])} times; rename them."
        )
    turned = np.einsum("ij,jmf->fmi", rotation, positions).reshape(positions.shape[2], -1)
    write_text(output, _format_trc(output.name, labels, units, rate, turned))
    return labels


def _format_trc(name: str, labels: list[str], units: str, rate: float, values: Array) -> str:
    frames = len(values)
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\t"
        "OrigNumFrames",
        f"{rate:g}\t{rate:g}\t{frames}\t{len(labels)}\t{units}\t{rate:g}\t1\t{frames}",
        "Frame#\tTime\t" + "\t\t\t".join(labels) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{i}" for i in range(1, len(labels) + 1) for axis in "XYZ"),
        "",
    ]
    for i, row in enumerate(values):
        cells = ["" if np.isnan(value) else f"{value:.8g}" for value in row]
        lines.append("\t".join([str(i + 1), f"{i / rate:.10g}", *cells]))
    return "\n".join([*lines, ""])
