"""What ezc3d reads of a C3D file, as .npz: run as a process of its own, ``FILE OUTPUT``.

ezc3d and OpenSim's bindings, both made by SWIG, share a table of types: in one process the second
to come loses its vectors. Apart, a file that makes the library crash ends nothing else either.
"""

from __future__ import annotations

import sys
from typing import Any

import ezc3d
import numpy as np


def main(file: str, output: str) -> None:
    """Write rates, labels, units and values of analog channels and markers."""
    content = ezc3d.c3d(file)
    analogs = np.asarray(content["data"]["analogs"], dtype=float)
    found: dict[str, Any] = {
        "analogs": analogs.reshape(-1, analogs.shape[-1]),
        "points": np.asarray(content["data"]["points"], dtype=float)[:3],
    }
    for group in ("POINT", "ANALOG"):
        parameters = content["parameters"][group]
        for name in ("LABELS", "UNITS"):
            texts = parameters[name]["value"] if name in parameters else []
            found[f"{group}_{name}"] = np.array([str(text).strip() for text in texts], dtype=str)
        found[f"{group}_RATE"] = float(np.ravel(parameters["RATE"]["value"])[0])
    np.savez(output, **found)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        # The caller tells it in one line, with the file's role.
        sys.exit(str(error).split("\n")[0] or type(error).__name__)
