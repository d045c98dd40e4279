"""Muscles of any class become Millard2012EquilibriumMuscles in a copy of the model."""

from __future__ import annotations

from pathlib import Path

import opensim
from lxml import etree

from ..errors import NMMError, require_file
from ..files import write_atomically
from ..osim_model import OsimModel
from .classes import CLASSES
from .replacement import ConvertedMuscle, MuscleReplacer

TARGET = "Millard2012EquilibriumMuscle"


def convert_muscles(model_file: Path, output_file: Path) -> list[ConvertedMuscle]:
    """Write a copy of the model in which every muscle is a Millard2012EquilibriumMuscle.

    Muscles of that class stay as they are; the result names the others.
    """
    _refuse_unknown_classes(require_file(model_file, "model file"))
    model = OsimModel(model_file).model
    if output_file.exists() and output_file.samefile(model_file):
        raise NMMError(
            f"output file '{output_file}': expected another file than the model to convert, but "
            "found the model itself; give the copy a name of its own."
        )
    replacer = MuscleReplacer()
    converted, replacements = [], {}
    for old in _find_muscles(model, model_file):
        try:
            new, muscle = replacer.replace(old)
        except RuntimeError as error:
            raise NMMError(
                f"model file '{model_file}': muscle '{old.getName()}' "
                f"({old.getConcreteClassName()}): it cannot be converted: "
                f"{str(error).splitlines()[0]}"
            ) from None
        converted.append(muscle)
        # In full: a model file may have defaults of its own for the new class.
        replacements[muscle.old_class, muscle.name] = etree.fromstring(new.dump())

    def write(temporary: Path) -> None:
        model.printToXML(str(temporary))
        _replace(temporary, replacements)
        try:
            opensim.Model(str(temporary)).initSystem()
        except RuntimeError as error:
            raise NMMError(
                f"output file '{output_file}': OpenSim cannot load the converted model: "
                f"{str(error).splitlines()[0]}"
            ) from None

    write_atomically(output_file, write)
    return converted


def _read_xml(path: Path) -> etree._Element:
    # Recovering, because OpenSim has tags with colons.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.parse(path, parser).getroot()
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise NMMError(f"model file '{path}': expected an OpenSim model in XML, but found no XML.")
    return root


def _refuse_unknown_classes(model_file: Path) -> None:
    """OpenSim leaves out objects of classes it does not have, and so would the copy."""
    for element in _read_xml(model_file).xpath("//objects/* | //components/*"):
        # DisplayGeometry is read as part of the body that has it.
        known = opensim.OpenSimObject.getDefaultInstanceOfType(element.tag)
        if known is None and element.tag != "DisplayGeometry":
            raise NMMError(
                f"model file '{model_file}', line {element.sourceline}: expected a class of "
                f"OpenSim, but '{element.get('name')}' is a {element.tag}, which would be lost; "
                "load its plugin first or take it out of the model."
            )


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
    root = _read_xml(model_file)
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
