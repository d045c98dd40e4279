"""Before there is a model of the subject: the map of markers that scaling takes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from ...errors import NMMError
from ...formats.trc import read_trc
from ...models.scaling.marker_map import write_marker_map
from ...physics.osim_model import OsimModel


@dataclass(frozen=True)
class PreparedMap:
    """The map that was written; of ``open`` markers no name is equal to one of the model's."""

    file: Path
    markers: int
    open: list[str]
    command: str
    """What to run once it is filled in."""


def prepare_marker_map(
    model_file: Path, static_file: Path, folder: Path, overwrite: bool
) -> PreparedMap:
    """Write a map of a static trial's markers to those of a generic model, to fill in.

    Raises:
        NMMError: for files that cannot be used, or a map that is there and may be filled in.

    """
    file = folder / f"{static_file.stem}_marker_map.csv"
    if file.exists() and not overwrite:
        raise NMMError(
            f"init: '{file}' is there already, and may be filled in; give --overwrite, or another "
            "--output."
        )
    labels = read_trc(static_file).labels
    model = OsimModel(model_file)
    markers = [str(marker.getName()) for marker in model.model.getMarkerSet()]
    if not markers:
        raise NMMError(
            f"model file '{model_file}': expected a model with markers, but found none; add the "
            "marker set of its publication."
        )
    bodies = [str(body.getName()) for body in model.model.getBodySet()]
    left = write_marker_map(file, labels, markers, bodies)
    words = ["nmm-opensim", "scale", model_file, "--static", static_file, "--marker-map", file]
    command = f"{shlex.join(map(str, words))} --output SUBJECT.osim --mass KG"
    return PreparedMap(file, len(labels), left, command)
