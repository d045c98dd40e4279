"""Muscles of any class become Millard2012EquilibriumMuscles in a copy of the model."""

from __future__ import annotations

from pathlib import Path

import opensim
from lxml import etree

from ...errors import NMMError, opensim_reason, require_file
from ...formats.model_copy import (
    read_model_xml,
    refuse_same_file,
    refuse_unknown_classes,
    write_model_copy,
)
from ...physics.osim_model import OsimModel
from .classes import CLASSES
from .replacement import ConvertedMuscle, MuscleReplacer

TARGET = "Millard2012EquilibriumMuscle"


def convert_muscles(model_file: Path, output_file: Path) -> list[ConvertedMuscle]:
    """Write a copy of the model in which every muscle is a Millard2012EquilibriumMuscle.

    Muscles of that class stay as they are; the result names the others.
    """
    refuse_unknown_classes(require_file(model_file, "model file"))
    model = OsimModel(model_file).model
    refuse_same_file(model_file, output_file)
    replacer = MuscleReplacer()
    converted, replacements = [], {}
    for old in _find_muscles(model, model_file):
        try:
            new, muscle = replacer.replace(old)
        except RuntimeError as error:
            raise NMMError(
                f"model file '{model_file}': muscle '{old.getName()}' "
                f"({old.getConcreteClassName()}): it cannot be converted: "
                f"{opensim_reason(error)}"
            ) from None
        converted.append(muscle)
        # In full: a model file may have defaults of its own for the new class.
        replacements[muscle.old_class, muscle.name] = etree.fromstring(new.dump())

    def write(file: Path) -> None:
        model.printToXML(str(file))
        _replace(file, replacements)

    write_model_copy(output_file, write)
    return converted


def _find_muscles(model: opensim.Model, model_file: Path) -> list[opensim.Muscle]:
    """The muscles to convert."""
    # The whole list at once: OpenSim's iterator cannot be left early.
    muscles = [m for m in list(model.getMuscleList()) if m.getConcreteClassName() != TARGET]
    names = set()
    for muscle in muscles:
        name, found = muscle.getName(), muscle.getConcreteClassName()
        if found not in CLASSES:
            raise NMMError(
                f"model file '{model_file}': muscle '{name}' is a {found}, whose forces OpenSim "
                f"cannot compute; expected one of {', '.join(CLASSES)}; replace it in the model "
                "first."
            )
        if name in names:
            raise NMMError(
                f"model file '{model_file}': expected muscles with names of their own, but found "
                f"two named '{name}'; rename one."
            )
        names.add(name)
    return muscles


def _replace(model_file: Path, replacements: dict[tuple[str, str], etree._Element]) -> None:
    """Put the new muscles where the old ones, known by class and name, are in the file."""
    root = read_model_xml(model_file)
    for (old_class, name), new in replacements.items():
        (old,) = (
            element
            for element in root.iter(old_class)
            if element.get("name") == name and element.getparent().tag != "defaults"
        )
        new.tail = old.tail
        etree.indent(new, space="\t", level=len(list(old.iterancestors())))
        old.getparent().replace(old, new)
    root.getroottree().write(model_file, encoding="UTF-8", xml_declaration=True)
