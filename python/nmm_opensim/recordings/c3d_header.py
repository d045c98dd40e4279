"""The binary header and parameters of a C3D file, checked against the size of the file.

A truncated or invented file must not make a library read, reserve or wait for what is not there.
The format: https://www.c3d.org/HTML/Documents/theparametersection.htm
"""

from __future__ import annotations

import math
import struct
from pathlib import Path

from ..errors import NMMError

BLOCK = 512  # bytes
KEY = 0x50
INTEL = 84
SIZES = {-1: 1, 1: 1, 2: 2, 4: 4}
"""Bytes of an element by the type of a parameter."""


def check_header(path: Path, source: str) -> None:
    """Refuse what is no C3D file in Intel's format, or promises more than it has."""
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(BLOCK)
        start = (header[0] - 1) * BLOCK if header else -1
        file.seek(max(start, 0))
        # Up to the data: the section's own count of blocks ends at 255.
        (data,) = struct.unpack_from("<H", header.ljust(BLOCK), 16)
        parameters = file.read(max((data - 1) * BLOCK - start, 4))
    if len(header) < BLOCK or header[1] != KEY or start < BLOCK or len(parameters) < 4:
        raise NMMError(f"{source}: expected a C3D file, but its header is not one.")
    # Processor types other than Intel's order their bytes and floats otherwise.
    if parameters[3] != INTEL:
        raise NMMError(f"{source}: expected a C3D file in Intel's format; save it so.")
    points, analog, first, last = struct.unpack_from("<4H", header, 2)
    (scale,) = struct.unpack_from("<f", header, 12)
    width = 4 if scale < 0 else 2
    needed = (data - 1) * BLOCK + (last - first + 1) * (points * 4 + analog) * width
    if data < 2 or last < first or start + parameters[2] * BLOCK > size or needed > size:
        raise NMMError(
            f"{source}: expected a C3D file of {needed} bytes by its header, but found {size}; it "
            "is truncated."
        )
    _check_parameters(parameters, source)


def _check_parameters(section: bytes, source: str) -> None:
    """Follow the list of groups and parameters to its end."""
    position = 4
    try:
        while (length := abs(struct.unpack_from("<b", section, position)[0])) != 0:
            (group,) = struct.unpack_from("<b", section, position + 1)
            body = position + 2 + length
            (offset,) = struct.unpack_from("<h", section, body)
            if offset == 0:
                return
            following = body + offset
            if group > 0:
                kind, dimensions = struct.unpack_from("<bB", section, body + 2)
                sizes = struct.unpack_from(f"<{dimensions}B", section, body + 4)
                end = body + 4 + dimensions + math.prod(sizes) * SIZES[kind]
            else:
                end = body + 2
            if not position < end <= min(following, len(section)):
                break
            position = following
        else:
            return
    except (struct.error, KeyError):
        pass
    raise NMMError(
        f"{source}: expected a C3D file, but its parameters are damaged at byte {position}."
    )
