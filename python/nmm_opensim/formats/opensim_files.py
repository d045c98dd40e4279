"""Documents of OpenSim that older versions read too."""

from __future__ import annotations

import re
from pathlib import Path

import opensim

from ..files import write_atomically

# The oldest OpenSim that is to read the files; nothing in them is newer.
DOCUMENT_VERSION = 40500


def write_document(path: Path, document: opensim.OpenSimObject) -> None:
    """Write a model or setup (.osim, .xml) for OpenSim of ``DOCUMENT_VERSION`` and later."""

    def write(temporary: Path) -> None:
        document.printToXML(str(temporary))
        text = temporary.read_text(encoding="utf-8")
        text = re.sub(r'Version="\d+"', f'Version="{DOCUMENT_VERSION}"', text, count=1)
        temporary.write_text(text, encoding="utf-8")

    write_atomically(path, write)
