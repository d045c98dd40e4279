"""Calibrated muscle parameters in a copy of the model: absolute values, set, never multiplied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from ..errors import NMMError, require_file
from ..formats.model_copy import read_model_xml, refuse_same_file, write_model_copy
from ..formats.properties import get_number
from ..nmm.artefact import Artefact, read_artefact
from ..nmm.fingerprint import check_fingerprint
from ..physics.osim_model import OsimModel

MUSCLE = "Millard2012EquilibriumMuscle"


@dataclass(frozen=True)
class SetParameter:
    """A parameter before and after, in the model's unit (N, m)."""

    muscle: str
    parameter: str
    before: float
    after: float


def write_calibrated_model(
    model_file: Path, artefact_file: Path, output_file: Path
) -> list[SetParameter]:
    """Write a copy of the model whose muscles have the artefact's calibrated parameters.

    Everything else in the file stays as it is, and what is written twice is the same. What no
    model file can hold (EMG gains, shape factor, electromechanical delay) stays in the artefact.
    """
    artefact = read_artefact(artefact_file)
    refuse_same_file(require_file(model_file, "model file"), output_file)
    model = OsimModel(model_file)
    check_fingerprint(
        artefact.model_fingerprint,
        model,
        f"artefact '{artefact_file}'",
        f"model file '{model_file}'",
    )
    changes = [
        SetParameter(
            muscle.name, parameter, get_number(model.muscle(muscle.name), parameter), value
        )
        for muscle in artefact.muscles
        for parameter, value in muscle.calibrated.items()
    ]
    document = read_model_xml(model_file).getroottree()
    _set(document, artefact, model_file)
    write_model_copy(
        output_file, lambda file: document.write(file, encoding="UTF-8", xml_declaration=True)
    )
    return changes


def _set(document: etree._ElementTree, artefact: Artefact, model_file: Path) -> None:
    elements = {
        element.get("name"): element
        for element in document.iter(MUSCLE)
        if element.getparent().tag != "defaults"
    }
    for muscle in artefact.muscles:
        element = elements.get(muscle.name)
        if element is None:
            raise NMMError(
                f"model file '{model_file}': expected a {MUSCLE} named '{muscle.name}' in the "
                "file, but found none; is it in a file that this one includes?"
            )
        for parameter, value in muscle.calibrated.items():
            child = element.find(parameter)
            if child is None:
                # The file leaves it to its defaults.
                child = etree.SubElement(element, parameter)
            child.text = repr(value)
