"""Sections of a page that a program writes, between marks that a reader does not see."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from nmm_opensim.errors import NMMError


def fill_sections(page: Path, sections: Mapping[str, str]) -> str:
    """The text of a page with all its sections anew, by name; the rest as it is.

    Raises:
        NMMError: where the page lacks a section, or has one that nobody makes.

    """
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    begun = re.findall(r"<!-- made: (\w+) -->", text)
    if sorted(begun) != sorted(sections):
        raise NMMError(
            f"page '{page}': expected the sections {', '.join(sorted(sections))}, each once as "
            f"'<!-- made: NAME -->', but found {', '.join(sorted(begun)) or 'none'}."
        )
    for name, content in sections.items():
        begin, end = f"<!-- made: {name} -->", f"<!-- end: {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise NMMError(f"page '{page}': expected '{end}' after '{begin}', but found none.")
        # Of the content nothing is an escape.
        text = pattern.sub(f"{begin}\n\n{content}\n\n{end}".replace("\\", r"\\"), text)
    return text
