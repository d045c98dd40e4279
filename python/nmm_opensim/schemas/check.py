"""Whether a setup would be taken, without running anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from lxml import etree

from ..benchmark.setup import TOOL as BENCHMARK_TOOL
from ..benchmark.setup import read_benchmark_setup
from ..errors import NMMError
from ..files import write_text
from ..inverse.setup import TOOL as INVERSE_TOOL
from ..inverse.setup import read_inverse_setup
from ..results import TOOL as RUN_TOOL
from ..results import read_run_setup
from ..setup_xml import read_setup
from ..training.setup import TOOL as TRAINING_TOOL
from ..training.setup import read_training_setup

FOLDER = Path(__file__).parent
ROOT = "setup.xsd"

READERS: Mapping[str, Callable[[Path], object]] = {
    INVERSE_TOOL: lambda file: read_inverse_setup(read_setup(file, INVERSE_TOOL)),
    TRAINING_TOOL: read_training_setup,
    BENCHMARK_TOOL: read_benchmark_setup,
    RUN_TOOL: read_run_setup,
}


def check_setup(file: Path) -> str:
    """Read a setup as its tool would, and hold it against the schema; returns the tool's name.

    Raises:
        NMMError: naming the line, if the tool would refuse it or the schema does.

    """
    tool = read_setup(file, *READERS).tag
    READERS[tool](file)
    check_structure(file)
    return tool


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
