"""C3D files, read by ezc3d: analog channels, and markers for OpenSim's inverse kinematics.

The binary header is checked against the size of the file before the library sees it, so that a
truncated or invented file cannot make it read or reserve what is not there.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import NMMError
from ..files import write_text
from ..tables import Array
from .signal import Signal, require_reasonable

CONTENT = Path(__file__).with_name("c3d_content.py")
BLOCK = 512  # bytes
KEY = 0x50
SIGNED_AXES = {
    f"{sign}{axis}": (i, -1.0 if sign else 1.0)
    for i, axis in enumerate("xyz")
    for sign in ("", "-")
}


def read_c3d_analog(path: Path, what: str) -> list[Signal]:
    """All analog channels, with the file's rate and units."""
    source = f"{what} '{path}'"
    content = _read(path, source, what)
    values = content["analogs"]
    labels = content["ANALOG_LABELS"].tolist()[: len(values)]
    units = [*content["ANALOG_UNITS"].tolist(), *([""] * len(labels))]
    rate = float(content["ANALOG_RATE"])
    if not labels or not rate > 0 or values.shape[1] < 2:
        raise NMMError(f"{source}: expected analog channels with a rate, but found none.")
    return [
        Signal(source, label, unit or None, rate, 0.0, channel)
        for label, unit, channel in zip(labels, units, values, strict=False)
    ]


def write_markers(path: Path, output: Path, axes: str) -> None:
    """Write the markers of a C3D file as .trc; gaps stay empty.

    ``axes`` names the laboratory's axes that become OpenSim's x (forward), y (up) and z (right),
    such as ``x z -y`` for a laboratory whose z points up.
    """
    source = f"C3D file '{path}'"
    chosen = axes.split()
    if (
        len(chosen) != 3
        or {axis[-1] for axis in chosen} != set("xyz")
        or not (set(chosen) <= set(SIGNED_AXES))
    ):
        raise NMMError(f"axes '{axes}': expected three different axes, such as 'x z -y'.")
    index, sign = zip(*(SIGNED_AXES[axis] for axis in chosen), strict=True)
    turned = np.zeros((3, 3))
    turned[range(3), index] = sign
    if np.linalg.det(turned) < 0:
        raise NMMError(
            f"axes '{axes}': expected a right-handed system, but it mirrors; try 'x z -y'."
        )
    content = _read(path, source, "C3D file")
    positions = content["points"]
    labels = content["POINT_LABELS"].tolist()[: positions.shape[1]]
    units = next(iter(content["POINT_UNITS"].tolist()), "")
    rate = float(content["POINT_RATE"])
    if not labels or not rate > 0 or not units:
        raise NMMError(f"{source}: expected markers with a rate and a unit, but found none.")
    write_text(output, _format_trc(output.name, labels, units, rate, _turn(turned, positions)))


def _turn(rotation: Array, positions: Array) -> Array:
    """Positions (3, markers, frames) in OpenSim's axes, as (frames, 3 markers)."""
    turned: Array = np.einsum("ij,jmf->fmi", rotation, positions)
    return turned.reshape(len(turned), -1)


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


def _read(path: Path, source: str, what: str) -> dict[str, Any]:
    """What ``c3d_content`` finds."""
    _check_header(require_reasonable(path, what), source)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "content.npz"
        # -P: modules beside the script must not hide Python's own.
        child = subprocess.run(
            [sys.executable, "-P", CONTENT, path.resolve(), output],
            capture_output=True,
            text=True,
            check=False,
        )
        if child.returncode != 0:
            reason = (child.stderr.strip().splitlines() or ["the library crashed"])[-1].rstrip(".")
            raise NMMError(f"{source}: cannot be read as C3D: {reason}.")
        with np.load(output, allow_pickle=False) as content:
            return dict(content)


def _check_header(path: Path, source: str) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(BLOCK)
        start = (header[0] - 1) * BLOCK if header else -1
        file.seek(max(start, 0))
        parameters = file.read(4)
    if len(header) < BLOCK or header[1] != KEY or start < BLOCK or len(parameters) < 4:
        raise NMMError(f"{source}: expected a C3D file, but its header is not one.")
    # Processor types other than Intel's order their bytes and floats otherwise.
    if parameters[3] != 84:
        raise NMMError(f"{source}: expected a C3D file in Intel's format; save it so.")
    points, analog, first, last = struct.unpack_from("<4H", header, 2)
    (scale,) = struct.unpack_from("<f", header, 12)
    (data,) = struct.unpack_from("<H", header, 16)
    width = 4 if scale < 0 else 2
    needed = (data - 1) * BLOCK + (last - first + 1) * (points * 4 + analog) * width
    if data < 2 or last < first or start + parameters[2] * BLOCK > size or needed > size:
        raise NMMError(
            f"{source}: expected a C3D file of {needed} bytes by its header, but found {size}; it "
            "is truncated."
        )
