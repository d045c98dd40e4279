"""The XML reference is what the plugin itself says."""

from __future__ import annotations

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "xml_reference.py"


def test_the_reference_is_the_plugins_own() -> None:
    script = runpy.run_path(str(SCRIPT))
    assert "NMMTool" in script["find_classes"]()
    expected = script["make_reference"]()
    found = script["REFERENCE"].read_text(encoding="utf-8")
    assert found == expected, "docs/xml-reference.md: run python scripts/xml_reference.py"
