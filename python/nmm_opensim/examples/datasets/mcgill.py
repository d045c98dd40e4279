"""Straight walks of a motion laboratory: whole C3D files, one leg wired with four electrodes.

Origin: github.com/mcgillmotionlab/biomechzoo, MIT. A file holds raw EMG, events, and what Plug-in
Gait computed: angles (degrees) and moments divided by the body's mass (N mm/kg).
"""

from __future__ import annotations

import re
from pathlib import Path

from ...errors import NMMError, require_file
from ...files import write_csv
from .mcgill_files import write_walk
from .mcgill_model import write_person_model
from .mcgill_setup import write_setup
from .mcgill_walk import WiredWalk, read_walk

SUFFIX = "_straight"
GENERIC = Path("treadmill") / "gait2392_58kg.osim"
"""Beside the output: gait2392 as the treadmill's import converts it."""
COLUMNS = ("person", "side", "mass", "height", "initial_time", "final_time", "channels", "left_out")


def import_mcgill(recordings: Path, output: Path) -> None:
    """Write a folder for every person whose wired leg can be learnt from, and ``people.csv``.

    A person's folder holds the model, coordinates, moments, EMG, strides and ``train.xml``; who has
    none stands in ``people.csv`` with the reason.
    """
    files = sorted(recordings.glob(f"*{SUFFIX}.c3d"))
    if not files:
        raise NMMError(
            f"recordings '{recordings}': expected C3D files of straight walks, *{SUFFIX}.c3d, but "
            "found none; take the folder as it was published."
        )
    generic = output.parent / GENERIC
    if not generic.is_file():
        raise NMMError(
            f"model file '{generic}': expected gait2392, but found nothing there; make it first: "
            f"python -m nmm_opensim.datasets treadmill RECORDINGS {generic.parent}"
        )
    require_file(generic, "model file")
    # All are read before anything is written.
    walks = {_name_person(file): read_walk(file) for file in files}
    for person, walk in walks.items():
        if isinstance(walk, WiredWalk):
            folder = output / person
            model_file = folder / "gait2392.osim"
            write_walk(walk, folder)
            write_person_model(generic, model_file, walk.body.mass, walk.body.height)
            write_setup(folder / "train.xml", person, walk, model_file)
    write_csv(
        output / "people.csv", COLUMNS, [_list_person(name, walk) for name, walk in walks.items()]
    )


def _name_person(file: Path) -> str:
    """The person's code, which becomes a folder and a name in XML."""
    name = file.stem.removesuffix(SUFFIX)
    return re.sub(r"[^\w-]", "-", name)


def _list_person(name: str, walk: WiredWalk | str) -> list[str]:
    if isinstance(walk, str):
        return [name, "", "", "", "", "", "", walk]
    return [
        name,
        walk.leg.side,
        f"{walk.body.mass:.1f}",
        f"{walk.body.height:.3f}",
        f"{walk.initial_time:g}",
        f"{walk.final_time:g}",
        " ".join(walk.leg.live),
        "; ".join(f"{channel}: {fault}" for channel, fault in walk.leg.faults.items()),
    ]
