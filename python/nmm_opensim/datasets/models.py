"""Models of published recordings: masses of the subject, muscles of the class that an NMM needs."""

from __future__ import annotations

import tempfile
from pathlib import Path

import opensim

from ..conversion.convert import convert_muscles
from ..osim_model import OsimModel


def write_model(model_file: Path, output_file: Path, mass: float | None = None) -> None:
    """Write ``model_file`` with Millard2012 muscles and, if given, the subject's ``mass`` (kg).

    All bodies get the same share of their mass and inertia. Lengths, and so moment arms, stay the
    model's: without markers nothing tells the subject's.
    """
    if mass is None:
        convert_muscles(model_file, output_file)
        return
    model = OsimModel(model_file)
    share = mass / model.model.getTotalMass(model.state)
    for body in model.model.getBodySet():
        body.setMass(share * body.getMass())
        inertia = body.get_inertia()
        body.set_inertia(opensim.Vec6(*(share * inertia.get(i) for i in range(6))))
    with tempfile.TemporaryDirectory() as folder:
        scaled = Path(folder) / model_file.name
        model.model.printToXML(str(scaled))
        convert_muscles(scaled, output_file)
