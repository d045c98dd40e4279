"""The training setup: what it reads and what it refuses."""

from __future__ import annotations

import re

import pytest
from conftest import ROOT, Walking

from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.sources import Deep, Tied
from nmm_opensim.project.schemas.check import check_setup
from nmm_opensim.training.training_setup import read_training_setup


def test_walking_setup_is_complete(walking_inputs: Walking) -> None:
    setup = read_training_setup(walking_inputs.folder / "setups" / "walking_train.xml")
    assert [trial.role for trial in setup.trials] == ["train", "test"]
    assert setup.moment_coordinates == ("knee_angle_r", "ankle_angle_r")
    assert Deep("soleus_r", "soleus", ("gastrocnemius",)) in setup.sources
    assert Tied("tibpost_r", "soleus_r") in setup.sources
    assert len(setup.sources) == 22
    assert setup.artefact_file == walking_inputs.results / "walking.nmm"


def test_a_test_trial_may_leave_out_its_moments(walking_inputs: Walking) -> None:
    file = walking_inputs.leave_out_moments(
        walking_inputs.train_setup, "unknown_moments.xml", "second_stance"
    )
    setup = read_training_setup(file)
    known, unknown = setup.trials
    assert known.inverse_dynamics_file == walking_inputs.results / "walking_moments.sto"
    assert unknown.inverse_dynamics_file is None
    assert unknown.data_files == [unknown.emg_file, unknown.coordinates_file]
    # Whoever leaves the element empty leaves it out.
    text = file.read_text(encoding="utf-8").replace(
        "<role>test</role>", "<role>test</role><inverse_dynamics_file/>"
    )
    file.write_text(text, encoding="utf-8")
    assert read_training_setup(file).trials == setup.trials
    check_setup(file)


@pytest.mark.parametrize(
    ("trial", "role", "given"),
    [
        ("first_stride", "train", "train"),
        ("second_stance", "validation", "test"),
    ],
)
def test_who_teaches_or_judges_needs_moments(
    walking_inputs: Walking, trial: str, role: str, given: str
) -> None:
    setup = walking_inputs.leave_out_moments(walking_inputs.train_setup, "refused.xml", trial)
    text = setup.read_text(encoding="utf-8").replace(f"<role>{given}<", f"<role>{role}<")
    setup.write_text(text, encoding="utf-8")
    with pytest.raises(NMMError) as error:
        read_training_setup(setup)
    message = str(error.value)
    assert re.search(
        rf"refused.xml:\d+: trial '{trial}': expected <inverse_dynamics_file>", message
    )
    assert f"of the role {role} needs" in message
    assert "\n" not in message


def test_shipped_setup_names_only_files_inside_the_checkout() -> None:
    for setup in (ROOT / "setups").glob("*.xml"):
        assert "../../" not in setup.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<initial_time>1.41", "<initial_time>1.2", "overlap in time"),
        ("<role>train", "<role>training", "expected one of train, validation, test"),
        ("<tendon>rigid", "<tendon>stiff", "expected one of rigid, elastic"),
        ("<path_model>fitted", "<path_model>spline", "expected one of model, fitted"),
        (
            "<path_model>fitted</path_model>",
            "<function_based_path_set_file>short_train.xml</function_based_path_set_file>",
            "expected <path_model>fitted</path_model> beside it",
        ),
        ("walking/walking.nmm", "walking.nmm", "expected a file inside <results_directory>"),
        ("../results/walking/walking.nmm", "/tmp/walking.nmm", "results are written nowhere else"),
        ('Tool name="walking"', 'Tool name="../walking"', "expected a name that files can have"),
        ("walking.nmm", "walking.bin", "expected a name ending in .nmm"),
        ("<electromechanical_delay>0.04", "<electromechanical_delay>40", r"within \[0, 0.125\]"),
        ("<seeds>1<", "<seeds>one<", "expected a whole number, but found 'one'"),
        ("electromyography.sto", "emg.sto", "expected a file, but found nothing"),
        ("knee_angle_r ankle_angle_r</moment", "knee_angle_r knee_angle_r</moment", "twice"),
        ('<TiedMuscle name="ehl_r">', '<TiedMuscle name="edl_r">', "already declared in line"),
        ("<learning_rate>", "<learningrate>", "."),
        ("_force_bounds>0.5 2.5", "_force_bounds>1.5 2.5", "bounds around 1"),
    ],
)
def test_refusals_name_the_line(walking_inputs: Walking, old: str, new: str, expected: str) -> None:
    replacements = [(old, new)]
    if old.startswith("<learning"):
        replacements.append(("</learning_rate>", "</learningrate>"))
    setup = walking_inputs.copy(walking_inputs.train_setup, "refused.xml", *replacements)
    with pytest.raises(NMMError, match=rf"refused.xml:\d+: .*{expected}"):
        read_training_setup(setup)
