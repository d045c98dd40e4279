"""Models of published recordings: masses of the subject, muscles of the class that an NMM needs."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ...models.conversion.convert import convert_muscles
from ...models.scaling.scale import Sizes, scale_model


def write_model(model_file: Path, output_file: Path, mass: float | None = None) -> None:
    """Write ``model_file`` with Millard2012 muscles and, if given, the subject's ``mass`` (kg).

    Lengths stay the model's: without markers nothing tells the subject's. Strengths stay too, so
    that calibrated ones are shares of the published model's.
    """
    if mass is None:
        convert_muscles(model_file, output_file)
        return
    with tempfile.TemporaryDirectory() as folder:
        scaled = Path(folder) / model_file.name
        scale_model(model_file, scaled, Sizes(mass), scale_strength=False)
        convert_muscles(scaled, output_file)
