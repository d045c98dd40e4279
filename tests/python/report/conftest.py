"""What the tests of the report share."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Walking

from nmm_opensim.report.content import Content, gather
from nmm_opensim.report.report_setup import read_report_setup
from nmm_opensim.running.opensim_cmd import run_tool
from nmm_opensim.training.outcome import Outcome
from nmm_opensim.training.preparation import PreparedTraining
from nmm_opensim.training.score_tables import write_scores
from nmm_opensim.training.scoring import score_outcome


@pytest.fixture(scope="session")
def report_setup(walking: Walking, training: PreparedTraining, outcome: Outcome) -> Path:
    """A report's setup on the trained, scored and run walking trial."""
    declared = training.setup
    scores = score_outcome(training, outcome)
    write_scores(declared.results_directory / f"{declared.name}_scores.csv", scores)
    results = "<results_directory>../results/"
    run = walking.copy(
        walking.run_setup, "report_nmm.xml", (f"{results}walking<", f"{results}report<")
    )
    run_tool(run)
    return walking.copy(
        walking.run_setup.with_name("walking_report.xml"),
        "short_report.xml",
        ("walking_train.xml", walking.train_setup.name),
        ("walking_nmm.xml", run.name),
        (f"{results}walking<", f"{results}report<"),
    )


@pytest.fixture(scope="session")
def report_content(report_setup: Path) -> Content:
    return gather(read_report_setup(report_setup))
