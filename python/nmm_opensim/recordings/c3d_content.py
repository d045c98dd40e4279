"""What ezc3d reads of a C3D file, as .npz: run as a process of its own, ``FILE OUTPUT [plates]``.

ezc3d and OpenSim's bindings, both made by SWIG, share a table of types: in one process the second
to come loses its vectors. Apart, a file that makes the library crash ends nothing else either.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import Any

import ezc3d
import numpy as np

# Values are held as objects and several times over; what needs more than that is not in the file.
MEMORY = 4 * 1024**3  # bytes
MEMORY_PER_BYTE = 40
TYPES = (1, 2, 3, 4)
"""Of force plates, that ezc3d turns into force, centre of pressure and free moment."""


def main(file: str, output: str, *wanted: str) -> None:
    """Write rates, labels, units and values of analog channels and markers, and force plates."""
    allowed = MEMORY + MEMORY_PER_BYTE * Path(file).stat().st_size
    resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
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
    if "plates" in wanted:
        found.update(read_plates(file, content["parameters"], found["ANALOG_UNITS"]))
    np.savez(output, **found)


def read_plates(file: str, parameters: Any, units: Any) -> dict[str, Any]:
    """How many plates; of each force, centre of pressure, free moment (3, samples), and units."""
    group = parameters.get("FORCE_PLATFORM", {})
    used = int(np.ravel(group["USED"]["value"])[0]) if "USED" in group else 0
    if used < 1:
        return {"plates": 0}
    for k, kind in enumerate(np.ravel(group["TYPE"]["value"])[:used]):
        if kind not in TYPES:
            raise ValueError(f"force plate {k + 1} is of type {kind:g}, not 1, 2, 3 or 4")
    found: dict[str, Any] = {"plates": used}
    channels = np.asarray(group["CHANNEL"]["value"]).reshape(-1, used, order="F")
    for k, plate in enumerate(ezc3d.c3d(file, extract_forceplat_data=True)["data"]["platform"]):
        found[f"plate_{k}_force"] = plate["force"]
        found[f"plate_{k}_point"] = plate["center_of_pressure"]
        found[f"plate_{k}_torque"] = plate["Tz"]
        own = [c - 1 for c in channels[:, k].astype(int) if 0 < c <= len(units)]
        found[f"plate_{k}_units"] = units[own]
    return found


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Exception as error:
        # The caller tells it in one line, with the file's role.
        sys.exit(str(error).split("\n")[0] or type(error).__name__)
