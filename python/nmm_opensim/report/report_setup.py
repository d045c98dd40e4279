"""The report's setup: ``<NMMReportTool>`` around the setups whose results it shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..formats.setup_xml import SetupElement, read_setup

TOOL = "NMMReportTool"


@dataclass(frozen=True)
class Stride:
    """A declared window of time (s) of a run."""

    name: str
    initial_time: float
    final_time: float


@dataclass(frozen=True)
class ReportRun:
    """A run of NMMTool under a name of its own, and its windows."""

    name: str
    setup_file: Path
    strides: tuple[Stride, ...]


@dataclass(frozen=True)
class ReportSetup:
    """All that a report declares; paths are absolute, and None is what is not shown."""

    file: Path
    name: str
    training_setup_file: Path
    emg_setup_file: Path | None
    inverse_kinematics_setup_file: Path | None
    inverse_dynamics_setup_file: Path | None
    benchmark_setup_file: Path | None
    runs: tuple[ReportRun, ...]
    results_directory: Path

    @property
    def report_file(self) -> Path:
        """The HTML file."""
        return self.results_directory / f"{self.name}_report.html"

    def figure_files(self, run: ReportRun | None, subject: str) -> list[Path]:
        """A figure for papers, as PDF and SVG."""
        parts = [self.name, "report", *([run.name] if run else []), subject]
        stem = "_".join(parts).replace(" ", "_")
        return [self.results_directory / f"{stem}{ending}" for ending in (".pdf", ".svg")]


def read_report_setup(file: Path) -> ReportSetup:
    """Read and check ``<NMMReportTool>``; every complaint names the line.

    The setups that it names are read where their results are.
    """
    tool = read_setup(file, TOOL)
    setup = ReportSetup(
        file=tool.file,
        name=tool.file_stem,
        training_setup_file=tool.get_file("training_setup_file"),
        emg_setup_file=tool.get_optional_file("emg_setup_file"),
        inverse_kinematics_setup_file=tool.get_optional_file("inverse_kinematics_setup_file"),
        inverse_dynamics_setup_file=tool.get_optional_file("inverse_dynamics_setup_file"),
        benchmark_setup_file=tool.get_optional_file("benchmark_setup_file"),
        runs=_read_runs(tool.get_optional_child("runs")),
        results_directory=tool.get_path("results_directory", default="."),
    )
    tool.finish()
    return setup


def _read_runs(element: SetupElement | None) -> tuple[ReportRun, ...]:
    if element is None:
        return ()
    runs = []
    for child in element.get_children(["Run"]):
        strides = _read_strides(child.get_optional_child("strides"))
        runs.append(ReportRun(child.file_stem, child.get_file("run_setup_file"), strides))
        child.finish()
    return tuple(runs)


def _read_strides(element: SetupElement | None) -> tuple[Stride, ...]:
    if element is None:
        return ()
    strides = []
    for child in element.get_children(["Stride"]):
        stride = Stride(
            child.name, child.get_number("initial_time"), child.get_number("final_time")
        )
        child.finish()
        if not stride.initial_time < stride.final_time:
            raise child.error(
                f'<Stride name="{stride.name}">: expected <initial_time> before <final_time>, but '
                f"found {stride.initial_time:g} and {stride.final_time:g} s"
            )
        strides.append(stride)
    return tuple(strides)
