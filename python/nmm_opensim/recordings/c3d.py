"""C3D files, read by ezc3d in a process of its own, and their analog channels.

The binary header is checked before the library sees it (``c3d_header``), and the library gets
memory and time in proportion to the file.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import NMMError
from ..files import require_reasonable
from .c3d_header import check_header
from .signal import Signal

CONTENT = Path(__file__).with_name("c3d_content.py")
PATIENCE, BYTES_PER_SECOND = 20.0, 2e6
"""How long the library may take: s, and many times what it needs for the bytes of a file."""


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
    check_header(require_reasonable(path, what), source)
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
                timeout=PATIENCE + path.stat().st_size / BYTES_PER_SECOND,
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
