"""Changed copies of a model file: never the model itself, nothing lost, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import opensim
from lxml import etree

from ..errors import NMMError, opensim_reason
from ..files import write_atomically


def refuse_same_file(model_file: Path, output_file: Path) -> None:
    """Refuse to write a copy over its model."""
    if output_file.exists() and output_file.samefile(model_file):
        raise NMMError(
            f"output file '{output_file}': expected another file than the model itself; give the "
            "copy a name of its own."
        )


def refuse_unknown_classes(model_file: Path) -> None:
    """OpenSim leaves out objects of classes it does not have, and so would the copy."""
    for element in read_model_xml(model_file).xpath("//objects/* | //components/*"):
        # DisplayGeometry is read as part of the body that has it.
        known = opensim.OpenSimObject.getDefaultInstanceOfType(element.tag)
        if known is None and element.tag != "DisplayGeometry":
            raise NMMError(
                f"model file '{model_file}', line {element.sourceline}: expected a class of "
                f"OpenSim, but '{element.get('name')}' is a {element.tag}, which would be lost; "
                "load its plugin first or take it out of the model."
            )


def read_model_xml(model_file: Path) -> etree._Element:
    """The root element of a model file."""
    # Recovering, because OpenSim has tags with colons.
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.parse(model_file, parser).getroot()
    except etree.XMLSyntaxError:
        root = None
    if root is None:
        raise NMMError(
            f"model file '{model_file}': expected an OpenSim model in XML, but found no XML."
        )
    return root


def write_model_copy(output_file: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` write the copy, and see that OpenSim can load it before it takes its place."""

    def write_loadable(temporary: Path) -> None:
        write(temporary)
        try:
            opensim.Model(str(temporary)).initSystem()
        except RuntimeError as error:
            raise NMMError(
                f"output file '{output_file}': OpenSim cannot load the changed model: "
                f"{opensim_reason(error)}"
            ) from None

    write_atomically(output_file, write_loadable)
