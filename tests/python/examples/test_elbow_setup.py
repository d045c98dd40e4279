"""The training setup that lies beside simulated elbow trials."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from lxml import etree

from nmm_opensim.examples.elbow.setup import LOAD_COLUMNS, MOTION_LAGS, SETUP_FILE
from nmm_opensim.examples.elbow.trials import Session, TrialCase, make_elbow_trials
from nmm_opensim.nmm.trial import read_loads
from nmm_opensim.project.schemas.check import check_setup
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import TOOL, read_training_setup

SEED = 1
CASES = [TrialCase(load, "fast", 1) for load in (0.0, 2.0, 4.0)]
PLACES = ("model_file", "trials", "artefact_file", "results_directory")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("elbow setup")
    make_elbow_trials(made, SEED, Session(CASES, 1.5, regime="pose_sharing"))
    return made


def describe(tool: etree._Element) -> dict[str, object]:
    """Content but for comments and space: text of an element, or its children in order."""
    return {
        f"{k} {child.tag} {child.get('name', '')}": describe(child)
        if len(child)
        else (child.text or "").split()
        for k, child in enumerate(tool.iterchildren(etree.Element))
    }


def test_it_is_the_setup_of_the_documentation_with_loads(folder: Path) -> None:
    tools = [
        etree.parse(file).getroot()[0]
        for file in (folder / SETUP_FILE, ROOT / "setups" / "elbow_train.xml")
    ]
    predictor = tools[0].find("predictor")
    loads, lags = predictor.find("external_loads"), predictor.find("motion_lags")
    assert (loads.text or "").split() == list(LOAD_COLUMNS)
    assert lags.text == MOTION_LAGS
    predictor.remove(loads)
    predictor.remove(lags)
    for tool in tools:
        tool.find("optimization").remove(tool.find("optimization/iterations"))
    for tool in tools:
        for place in PLACES:
            tool.remove(tool.find(place))
    assert describe(tools[0]) == describe(tools[1])


def test_it_is_valid_and_names_the_trials(folder: Path) -> None:
    file = folder / SETUP_FILE
    assert check_setup(file) == TOOL
    setup = read_training_setup(file)
    roles = {trial.name: trial.role for trial in setup.trials}
    assert roles == {"0kg_fast_1": "train", "2kg_fast_1": "train", "4kg_fast_1": "test"}
    assert setup.model_file == folder / "elbow.osim"
    for trial in setup.trials:
        assert all(path.is_file() for path in trial.data_files)
        assert trial.emg_file == folder / trial.name / "emg.sto"
    text = file.read_text(encoding="utf-8")
    assert str(folder) not in text
    assert "seed 1, regime pose_sharing" in text


def test_the_network_sees_the_load_in_every_trial(folder: Path) -> None:
    setup = read_training_setup(folder / SETUP_FILE)
    for trial, mass in zip(setup.trials, (0.0, 2.0, 4.0), strict=True):
        time = np.linspace(0.5, 2.0, 151)
        seen = read_loads(trial.external_loads_file, setup.architecture.load_window, time)
        assert seen.shape == (151, 9)
        # At first the hand rests.
        np.testing.assert_allclose(seen[0, :3], [0.0, -9.80665 * mass, 0.0], atol=0.15 * mass)
        assert (seen != 0).any() == (mass > 0)


def test_training_takes_it(folder: Path) -> None:
    prepared = prepare_training(read_training_setup(folder / SETUP_FILE))
    inputs = {name: trial.external_loads.shape[1] for name, trial in prepared.trials.items()}
    assert inputs == {case.name: 9 for case in CASES}


def test_filtered_motion_is_filtered_in_training_too(tmp_path: Path) -> None:
    case = CASES[0]
    make_elbow_trials(
        tmp_path, SEED, Session([case], 1.0, angle_noise=0.1, lowpass_cutoff_frequency=6.0)
    )
    setup = read_training_setup(tmp_path / SETUP_FILE)
    assert [trial.role for trial in setup.trials] == ["train"]
    assert setup.trials[0].lowpass_cutoff_frequency_for_coordinates == 6.0
    prepare_training(setup)
