"""An NMMTool setup run inside OpenSim: what ``nmm-opensim run`` does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .compatibility import check_loadable
from .figures import draw_run
from .opensim_cmd import run_tool
from .results import RunResults, read_results, read_run_setup


@dataclass(frozen=True)
class Run:
    """A run that has ended: its results, their picture, and the command that makes them again."""

    results: RunResults
    picture: Path
    command: tuple[str, ...]


def run(setup: Path | str) -> Run:
    """Run an NMM (``<NMMTool>``) in the real opensim-cmd, which writes its results; draw them.

    Raises:
        NMMError: where there is no opensim-cmd or plugin, or the tool fails; it has said why.

    """
    declared = read_run_setup(Path(setup))
    check_loadable(declared.model_file)
    command = run_tool(Path(setup))
    results = read_results(declared)
    picture = declared.results_directory / f"{declared.name}.png"
    draw_run(results, picture)
    return Run(results, picture, tuple(command))
