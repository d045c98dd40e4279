"""C3D files, read by ezc3d in a process of its own, and their analog channels.

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
from .signal import Signal, require_reasonable

CONTENT = Path(__file__).with_name("c3d_content.py")
BLOCK = 512  # bytes
KEY = 0x50
PATIENCE = 300.0
"""s; the largest file that is read takes a fraction of it."""


def read_c3d_analog(path: Path, what: str) -> list[Signal]:
    """All analog channels, with the file's rate and units."""
    source = f"{what} '{path}'"
    content = read_c3d(path, what)
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


def read_c3d(path: Path, what: str, *, plates: bool = False) -> dict[str, Any]:
    """What ``c3d_content`` finds, with force plates where they are asked for."""
    source = f"{what} '{path}'"
    _check_header(require_reasonable(path, what), source)
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "content.npz"
        # -P: modules beside the script must not hide Python's own.
        command = [sys.executable, "-P", str(CONTENT), str(path.resolve()), str(output)]
        try:
            child = subprocess.run(
                command + ["plates"] * plates,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=PATIENCE,
            )
        except subprocess.TimeoutExpired:
            raise NMMError(
                f"{source}: cannot be read as C3D: the library came to no end."
            ) from None
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
