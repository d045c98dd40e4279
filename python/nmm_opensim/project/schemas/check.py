"""Whether a setup would be taken, without running anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ...benchmarking.benchmark_setup import TOOL as BENCHMARK_TOOL
from ...benchmarking.benchmark_setup import read_benchmark_setup
from ...formats.setup_xml import read_setup
from ...population.build_setup import TOOL as POPULATION_TOOL
from ...population.build_setup import read_build_setup
from ...recordings.emg.emg_setup import TOOL as EMG_TOOL
from ...recordings.emg.emg_setup import read_emg_setup
from ...recordings.gait.gait_setup import TOOL as GAIT_TOOL
from ...recordings.gait.gait_setup import read_gait_setup
from ...recordings.inverse.inverse_setup import TOOL as INVERSE_TOOL
from ...recordings.inverse.inverse_setup import read_inverse_setup
from ...report.report_setup import TOOL as REPORT_TOOL
from ...report.report_setup import read_report_setup
from ...running.results import TOOL as RUN_TOOL
from ...running.results import read_run_setup
from ...training.training_setup import TOOL as TRAINING_TOOL
from ...training.training_setup import read_training_setup
from .schema import check_structure

READERS: Mapping[str, Callable[[Path], object]] = {
    EMG_TOOL: read_emg_setup,
    GAIT_TOOL: read_gait_setup,
    INVERSE_TOOL: lambda file: read_inverse_setup(read_setup(file, INVERSE_TOOL)),
    TRAINING_TOOL: read_training_setup,
    POPULATION_TOOL: read_build_setup,
    BENCHMARK_TOOL: read_benchmark_setup,
    RUN_TOOL: read_run_setup,
    REPORT_TOOL: read_report_setup,
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
