#!/usr/bin/env python3
"""Write docs/xml-reference.md: every class of the plugin with its elements, as print-xml does.

What OpenSim prints of a class comes from the comments of its properties, so that the reference, the
printed setups and the plugin cannot differ. A test runs this and compares.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from lxml import etree

from nmm_opensim.running.opensim_cmd import find_opensim_cmd, find_plugin

ROOT = Path(__file__).resolve().parents[1]
REGISTRATION = ROOT / "cpp" / "plugin" / "RegisterTypes_osimNMM.cpp"
REFERENCE = ROOT / "docs" / "xml-reference.md"
INTRODUCTION = """\
# XML reference

Every class of the plugin with its elements, their defaults and meaning, as
`opensim-cmd -L libosimNMM.so print-xml CLASS` prints them. Made by
`python scripts/xml_reference.py`; a test compares it with the plugin. How the classes work
together: [components.md](components.md). Elements of the Python verbs' setups are in their XML
Schemas (`nmm-opensim schemas FOLDER`).
"""


def find_classes() -> list[str]:
    """The classes that the plugin registers."""
    return re.findall(r"registerType\(OpenSim::(\w+)\(\)\)", REGISTRATION.read_text("utf-8"))


def describe_class(name: str) -> str:
    """A heading and a table of the class's elements."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [find_opensim_cmd(), "-L", find_plugin(), "print-xml", name],
            cwd=folder,
            check=True,
            capture_output=True,
        )
        document = etree.parse(Path(folder) / f"default_{name}.xml")
    (element,) = document.getroot().findall(name)
    lines = [f"## {name}", "", "| element | default | meaning |", "|---|---|---|"]
    comment = ""
    for child in element:
        if isinstance(child, etree._Comment):
            comment = " ".join(child.text.split())
            continue
        default = " ".join((child.text or "").split())
        meaning = comment.replace("|", "\\|")
        lines.append(f"| `{child.tag}` | {f'`{default}`' if default else ''} | {meaning} |")
        comment = ""
    return "\n".join(lines) + "\n"


def make_reference() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *(describe_class(name) for name in find_classes())])


if __name__ == "__main__":
    REFERENCE.write_text(make_reference(), encoding="utf-8")
    print(REFERENCE)
    sys.exit(0)
