"""The schema files: loading them, checking with them, and copies for editors."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from ...errors import NMMError
from ...files import write_text

FOLDER = Path(__file__).parent
ROOT = "setup.xsd"


def check_structure(file: Path) -> None:
    """Hold a setup, which ``read_setup`` took, against the schema alone."""
    schema = load_schema()
    if not schema.validate(etree.parse(file, etree.XMLParser(resolve_entities=False))):
        first = schema.error_log[0]
        raise NMMError(f"{file}:{first.line}: the schema refuses it: {first.message}")


def load_schema() -> etree.XMLSchema:
    """The schema of all setups."""
    return etree.XMLSchema(etree.parse(FOLDER / ROOT))


def write_schemas(folder: Path) -> Path:
    """Copy the schemas into ``folder``, for an editor; returns the one to point it at."""
    for schema in sorted(FOLDER.glob("*.xsd")):
        write_text(folder / schema.name, schema.read_text(encoding="utf-8"))
    return folder / ROOT
