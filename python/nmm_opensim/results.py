"""What NMMTool wrote: its tables, read back for figures and summaries."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .artefact import Artefact, read_artefact
from .setup_xml import SetupElement, read_setup
from .tables import Table, read_table

TOOL = "NMMTool"


@dataclass(frozen=True)
class RunSetup:
    """The parts of an ``NMMTool`` setup that reports need; paths are absolute.

    The plugin reads and checks the setup itself: this reads only what it needs.
    """

    name: str
    artefact_file: Path
    emg_file: Path
    emg_time_offset: float
    results_directory: Path

    def result(self, series: str) -> Path:
        """The file of one result series."""
        return self.results_directory / f"{self.name}_{series}.sto"


def read_run_setup(file: Path) -> RunSetup:
    """Read an ``NMMTool`` setup."""
    tool: SetupElement = read_setup(file, TOOL)
    return RunSetup(
        name=tool.file_stem,
        artefact_file=tool.get_file("artefact_file"),
        emg_file=tool.get_file("emg_file"),
        emg_time_offset=tool.get_number("emg_time_offset", 0.0),
        results_directory=tool.get_path("results_directory", default="."),
    )


@dataclass(frozen=True)
class RunResults:
    """The results of one run of NMMTool."""

    setup: RunSetup
    artefact: Artefact
    excitations: Table
    joint_moments: Table
    agreement: dict[str, float]
    """``quantity/metric``, such as ``knee_angle_r_moment/r``, to its value."""


def read_results(setup: RunSetup) -> RunResults:
    """Read what the last run of ``setup`` wrote."""
    agreement = read_table(setup.result("agreement"), "results file", minimum_rows=1)
    return RunResults(
        setup,
        read_artefact(setup.artefact_file),
        read_table(setup.result("excitations"), "results file"),
        read_table(setup.result("joint_moments"), "results file"),
        dict(zip(agreement.columns, agreement.values[0].tolist(), strict=True)),
    )
