"""Every choice of physics (muscle paths, tendons) means the same in Python and in NMMTool."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Walking

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.network import FittedNetwork
from nmm_opensim.formats.tables import read_table
from nmm_opensim.nmm.chain import Reconstruction, TrialTensors
from nmm_opensim.training.fit_outcome import fit_outcome, open_checkpoint
from nmm_opensim.training.outcome import write_outcome
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

Run = Callable[..., subprocess.CompletedProcess[str]]

ITERATIONS = 5


@dataclass(frozen=True)
class Case:
    """A short training with one choice of physics, and the folder of NMMTool's results."""

    path_model: str
    training: PreparedTraining
    results: Path
    expected: Reconstruction
    max_isometric_force: Array

    def read(self, series: str) -> Array:
        return read_table(self.results / f"walking_{series}.sto", "results file").values


def write_run_setup(walking: Walking, name: str, *replacements: tuple[str, str]) -> Path:
    return walking.copy(
        walking.run_setup,
        f"run_{name}.xml",
        ("results/walking/walking.nmm", f"results/walking/{name}.nmm"),
        ("<results_directory>../results/walking<", f"<results_directory>../results/{name}<"),
        *replacements,
    )


def train(
    walking: Walking, name: str, path_model: str, tendon: str
) -> tuple[PreparedTraining, Reconstruction, Array]:
    setup = walking.copy(
        walking.train_setup,
        f"{name}.xml",
        ("<iterations>40", f"<iterations>{ITERATIONS}"),
        ("<path_model>fitted", f"<path_model>{path_model}"),
        ("<tendon>rigid", f"<tendon>{tendon}"),
        ("walking.nmm", f"{name}.nmm"),
    )
    training = prepare_training(read_training_setup(setup))
    outcome = fit_outcome(training)
    write_outcome(training, outcome, {})
    open_checkpoint(training.setup).clear()
    assert isinstance(outcome.chosen, FittedNetwork)
    nmm = outcome.chosen.nmm
    with torch.no_grad():
        expected = nmm(TrialTensors.of(training.trials["second_stance"]))
    return (
        training,
        expected,
        nmm.calibration.muscle_parameters.max_isometric_force.detach().numpy(),
    )


@pytest.fixture(
    scope="module",
    params=[
        ("model", "rigid"),
        ("fitted", "rigid"),
        ("model", "elastic"),
        ("fitted", "elastic"),
    ],
    ids=lambda choice: " paths, ".join(choice) + " tendons",
)
def case(request: pytest.FixtureRequest, walking_inputs: Walking, run_tool: Run) -> Case:
    path_model, tendon = request.param
    name = f"{path_model}_{tendon}"
    training, expected, max_isometric_force = train(walking_inputs, name, path_model, tendon)
    done = run_tool(write_run_setup(walking_inputs, name))
    assert done.returncode == 0, done.stdout + done.stderr
    results = walking_inputs.folder / "results" / name
    return Case(path_model, training, results, expected, max_isometric_force)


@pytest.mark.parametrize("series", ["excitations", "activations"])
def test_excitations_and_activations_agree_with_python(case: Case, series: str) -> None:
    expected = {
        "excitations": case.expected.excitations,
        "activations": case.expected.activations,
    }[series]
    np.testing.assert_allclose(case.read(series), expected.numpy(), rtol=0, atol=1e-6)


def test_forces_agree_with_python(case: Case) -> None:
    difference = (case.read("muscle_forces") - case.expected.forces.numpy()) / (
        case.max_isometric_force
    )
    assert np.abs(difference).max() < 1e-4


def test_moments_agree_with_python(case: Case) -> None:
    # Every second column is that of inverse dynamics.
    moments = case.read("joint_moments")[:, ::2]
    np.testing.assert_allclose(moments, case.expected.moments.numpy(), rtol=0, atol=0.1)


def test_the_artefact_holds_the_choice(case: Case) -> None:
    paths = case.training.declaration.path_model.paths
    coordinates = case.training.declaration.coordinates
    if case.path_model == "model":
        assert paths == {}
        assert "knee_angle_r_beta" in coordinates
    else:
        # Only this one keeps the model's path, which does not cross the patella.
        assert set(case.training.declaration.sources.muscles) - set(paths) == {"gaslat_r"}
        assert "knee_angle_r_beta" not in coordinates


def fitted_artefact(walking: Walking) -> Path:
    artefact = walking.results / "fitted_rigid.nmm"
    if not artefact.exists():
        train(walking, "fitted_rigid", "fitted", "rigid")
    return artefact


def test_a_motion_outside_the_range_is_refused(walking_inputs: Walking, run_tool: Run) -> None:
    fitted_artefact(walking_inputs)
    source = walking_inputs.results / "walking_coordinates.mot"
    lines = source.read_text().splitlines()
    labels = lines.index("endheader") + 1
    column = lines[labels].split("\t").index("ankle_angle_r")
    for i in range(labels + 1, len(lines)):
        cells = lines[i].split("\t")
        cells[column] = str(float(cells[column]) + 40.0)
        lines[i] = "\t".join(cells)
    source.with_name("stretched.mot").write_text("\n".join(lines) + "\n")
    setup = write_run_setup(
        walking_inputs, "fitted_rigid", ("walking_coordinates.mot", "stretched.mot")
    )
    done = run_tool(setup)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    for words in ("Coordinates: Expected coordinate 'ankle_angle_r' within", "at 1.41 s", "train"):
        assert words in said


def test_damaged_paths_are_refused(walking_inputs: Walking, run_tool: Run) -> None:
    artefact = fitted_artefact(walking_inputs)
    whole = artefact.read_bytes()
    length = int.from_bytes(whole[:8], "little")
    header = json.loads(whole[8 : 8 + length])
    content = json.loads(header["__metadata__"]["nmm"])
    muscle = next(m for m in content["muscles"] if m["name"] == "soleus_r")
    muscle["path"]["half_range"] = [0.0]
    header["__metadata__"]["nmm"] = json.dumps(content)
    packed = json.dumps(header).encode()
    damaged = artefact.with_name("damaged_paths.nmm")
    damaged.write_bytes(len(packed).to_bytes(8, "little") + packed + whole[8 + length :])
    done = run_tool(write_run_setup(walking_inputs, "damaged_paths"))
    assert done.returncode != 0
    words = "fitted path of 'soleus_r': Expected half ranges above 0, but found 0"
    assert words in done.stdout + done.stderr
