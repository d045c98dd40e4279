"""Results of OpenSim's tools, written aside and moved into place when they are complete."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from ...errors import NMMError, opensim_reason
from ...files import write_text
from ...formats.opensim_child import call_in_child
from ...formats.tables import insert_header_entries

Tool = TypeVar("Tool")

ALL_TIMES = (-math.inf, math.inf)
"""Of what is solved, where nobody asks for some."""


def load_tool(setup: Path, kind: Callable[..., Tool]) -> Tool:
    """A tool of OpenSim from its own setup, without its model."""
    try:
        # OpenSim would look for the model in the current folder.
        return kind(str(setup.resolve()), False)
    except RuntimeError as error:
        raise NMMError(f"{setup}: OpenSim cannot read it: {opensim_reason(error)}") from None


def run_aside(
    source: str,
    result: Path,
    solve: Callable[[Path], tuple[Callable[..., bool], object]],
    finish: Callable[[Path], Mapping[str, str]] = lambda made: {},
) -> Path:
    """Let OpenSim write into a folder of its own and move what it made beside ``result``.

    ``solve`` gets the folder and says what is called, in another process, with what. ``finish``
    gets the result before it is moved and returns entries that complete its header; ``result``
    comes last.
    """
    result = result.resolve()
    result.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=result.parent, prefix=".running-") as name:
        folder = Path(name)
        succeeded = call_in_child(source, *solve(folder))
        made = folder / result.name
        if not succeeded or not made.is_file():
            raise NMMError(f"{source}: OpenSim's tool failed and gave no reason.")
        entries = finish(made)
        for other in set(folder.iterdir()) - {made}:
            os.replace(other, result.parent / other.name)
        if entries:
            write_text(result, insert_header_entries(made.read_text(encoding="utf-8"), entries))
        else:
            os.replace(made, result)
    return result
