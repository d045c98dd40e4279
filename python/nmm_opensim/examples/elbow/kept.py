"""What a trial was made from: one that is there, whole and the same is not made again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...files import hash_file, write_text


def is_kept(record: Path, made_from: Mapping[str, Any], files: Sequence[Path]) -> bool:
    """Whether all ``files`` are still those that a ``record`` says ``made_from`` gave."""
    try:
        return bool(json.loads(record.read_text(encoding="utf-8")) == _describe(made_from, files))
    except (OSError, ValueError):
        # Absent, or not of our making: made anew.
        return False


def keep(record: Path, made_from: Mapping[str, Any], files: Sequence[Path]) -> None:
    """Record that ``made_from`` (JSON-able) gave these ``files``, all of which are written."""
    write_text(record, json.dumps(_describe(made_from, files), indent=1) + "\n")


def _describe(made_from: Mapping[str, Any], files: Sequence[Path]) -> Any:
    content = {"made_from": made_from, "sha256": {file.name: hash_file(file) for file in files}}
    # As a record holds it, in which a tuple is a list.
    return json.loads(json.dumps(content))
