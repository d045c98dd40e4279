"""The training setup: what it reads and what it refuses."""

from __future__ import annotations

import pytest
from conftest import ROOT, Walking

from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.sources import Deep, Tied
from nmm_opensim.training.training_setup import read_training_setup


def test_walking_setup_is_complete(walking_inputs: Walking) -> None:
    setup = read_training_setup(walking_inputs.folder / "setups" / "walking_train.xml")
    assert [trial.role for trial in setup.trials] == ["train", "test"]
    assert setup.moment_coordinates == ("knee_angle_r", "ankle_angle_r")
    assert Deep("soleus_r", "soleus", ("gastrocnemius",)) in setup.sources
    assert Tied("tibpost_r", "soleus_r") in setup.sources
    assert len(setup.sources) == 22
    assert setup.artefact_file == walking_inputs.results / "walking.nmm"


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
