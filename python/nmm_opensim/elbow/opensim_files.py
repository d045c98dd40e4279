"""Models and external loads as the files of OpenSim that a user would have."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import opensim

from ..files import write_atomically
from ..tables import Array, write_table
from .anatomy import FOREARM

# The oldest OpenSim that is to read the files; nothing in them is newer.
DOCUMENT_VERSION = 40500


def write_document(path: Path, document: opensim.OpenSimObject) -> None:
    """Write a model or setup (.osim, .xml) for OpenSim of ``DOCUMENT_VERSION`` and later."""

    def write(temporary: Path) -> None:
        document.printToXML(str(temporary))
        text = temporary.read_text(encoding="utf-8")
        text = re.sub(r'Version="\d+"', f'Version="{DOCUMENT_VERSION}"', text, count=1)
        temporary.write_text(text, encoding="utf-8")

    write_atomically(path, write)


def write_hand_load(path: Path, time: Array, force: Array, position: Array) -> None:
    """Write external loads (.xml) and, beside them, their data (.sto).

    ``force`` (N) acts on the forearm at ``position`` (m), both in ground and (frames, 3).
    """
    data = path.with_suffix(".sto")
    columns = [f"hand_{kind}{axis}" for kind in ("force_v", "force_p") for axis in "xyz"]
    comment = "Force (N) of the load on the hand and where it acts (m), in ground"
    write_table(data, columns, time, np.hstack([force, position]), comment, degrees=False)
    pull = opensim.ExternalForce()
    pull.setName("hand_load")
    pull.set_applied_to_body(FOREARM.name)
    pull.set_force_expressed_in_body("ground")
    pull.set_point_expressed_in_body("ground")
    pull.set_force_identifier("hand_force_v")
    pull.set_point_identifier("hand_force_p")
    loads = opensim.ExternalLoads()
    loads.setName("hand_load")
    loads.setDataFileName(data.name)
    loads.cloneAndAppend(pull)
    write_document(path, loads)
