"""A network that sees external loads: Python, opensim-cmd's tools and the predictor agree."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking, run_cli
from opensim_python import LOAD_MODEL, OPENSIM_PYTHON, run_python
from sto import read_sto

from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup

Run = Callable[..., subprocess.CompletedProcess[str]]

LOADS = "<external_loads_file>../data/example3DWalking/grf_walk.xml</external_loads_file>"
COLUMNS = ("ground_force_r_vy", "ground_force_r_vx")
HEARS = f"<external_loads>{' '.join(COLUMNS)}</external_loads>"
MOMENTS = "<inverse_dynamics_file>"
SPEEDS_END = "ankle_angle_r</speeds>"


def copy_train_setup(
    walking: Walking, estimator: str, *changes: tuple[str, str], name: str = "loads"
) -> Path:
    return walking.copy(
        walking.train_setup,
        f"{name}_{estimator}_train.xml",
        ("<estimator>nmm<", f"<estimator>{estimator}<"),
        ("results/walking/walking.nmm", f"results/loads_{estimator}/walking.nmm"),
        (">../results/walking<", f">../results/loads_{estimator}<"),
        # The training trial alone has loads, which show its strides.
        (LOADS, ""),
        *(changes or ((MOMENTS, LOADS + MOMENTS), (SPEEDS_END, SPEEDS_END + HEARS))),
    )


def copy_run_setup(walking: Walking, tool: str, estimator: str, loads: str = LOADS) -> Path:
    return walking.copy(
        walking.folder / "setups" / f"walking_{tool}.xml",
        f"loads_{estimator}_{tool}.xml",
        ("results/walking/walking.nmm", f"results/loads_{estimator}/walking.nmm"),
        (">../results/walking<", f">../results/loads_{estimator}<"),
        (MOMENTS, loads + MOMENTS),
    )


@pytest.fixture(scope="module")
def train(walking_inputs: Walking) -> Callable[[str], Path]:
    """Trains an estimator once and gives its setup."""

    @cache
    def train(estimator: str) -> Path:
        setup = copy_train_setup(walking_inputs, estimator)
        trained = run_cli("train", str(setup))
        assert trained.returncode == 0, trained.stderr
        return setup

    return train


@pytest.mark.parametrize("estimator", ["nmm", "posterior"])
def test_tool_and_analysis_are_pythons(
    walking_inputs: Walking, train: Callable[[str], Path], run_tool: Run, estimator: str
) -> None:
    setup = train(estimator)
    results = walking_inputs.folder / "results" / f"loads_{estimator}"
    artefact = read_artefact(results / "walking.nmm")
    assert artefact.predictor.external_loads == COLUMNS
    assert {"grf_walk.xml", "grf_walk.mot"} <= set(artefact.training.data)

    for tool in ("nmm", "analyze"):
        done = run_tool(copy_run_setup(walking_inputs, tool, estimator))
        assert done.returncode == 0, done.stdout + done.stderr

    training = prepare_training(read_training_setup(setup))
    trial = training.trials["second_stance"]
    assert trial.external_loads.shape == (len(trial.time), 2)
    # A standing leg carries a person.
    assert 600 < trial.external_loads[:, 0].max() < 1200
    found = read_sto(results / "walking_excitations.sto")
    if estimator == "posterior":
        expected = Posterior().fit(training.task, 0).estimate(trial).excitations["soleus_r"]
        written = found.column("/forceset/soleus_r")
        np.testing.assert_allclose(written, expected, rtol=0, atol=1e-6)
    outside = read_sto(results / "walking_outside_training.sto")
    assert outside.columns[-1] == "external_loads"
    training_range = read_artefact(results / "walking.nmm").training_range
    assert training_range is not None
    expected_loads = training_range.compute_novelty(trial)["external_loads"]
    np.testing.assert_allclose(outside.column("external_loads"), expected_loads, atol=1e-9)
    analysis = read_sto(results / "walking_nmm_excitations.sto")
    np.testing.assert_allclose(analysis.values, found.values, rtol=0, atol=1e-6)


ASK = """
take(int(sys.argv[3]))
model.realizeVelocity(state)
print(model.getMuscles().get("soleus_r").getControl(state))
"""


def test_a_forward_model_reads_the_loads(
    walking_inputs: Walking, train: Callable[[str], Path], run_tool: Run
) -> None:
    train("nmm")
    results = walking_inputs.folder / "results" / "loads_nmm"
    forward = "<forward_model_file>../results/loads_nmm/forward.osim</forward_model_file>"
    done = run_tool(copy_run_setup(walking_inputs, "nmm", "nmm", LOADS + forward))
    assert done.returncode == 0, done.stdout + done.stderr
    excitations = read_sto(results / "walking_excitations.sto").column("/forceset/soleus_r")
    (soleus,) = read_artefact(results / "walking.nmm").deep_muscles
    shape = soleus.shape_factor
    for frame in (0, 40):
        arguments = (results / "forward.osim", results / "walking_states.sto", str(frame))
        status, out, err = run_python(OPENSIM_PYTHON, LOAD_MODEL + ASK, *arguments)
        assert status == 0, out + err
        shaped = np.expm1(shape * excitations[frame]) / np.expm1(shape)
        expected = max(shaped, soleus.minimum_activation)
        assert float(out.strip().splitlines()[-1]) == pytest.approx(expected, abs=1e-6)


def test_the_loads_change_what_the_network_says(
    walking_inputs: Walking, train: Callable[[str], Path], run_tool: Run
) -> None:
    train("nmm")
    results = walking_inputs.folder / "results" / "loads_nmm"
    data = walking_inputs.folder / "data" / "example3DWalking"
    lines = (data / "grf_walk.mot").read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("time"))
    column = lines[first].split("\t").index(COLUMNS[0])
    for i in range(first + 1, len(lines)):
        fields = lines[i].split("\t")
        fields[column] = str(2 * float(fields[column]))
        lines[i] = "\t".join(fields)
    (data / "double.mot").write_text("\n".join(lines) + "\n")
    loads = (data / "grf_walk.xml").read_text().replace("grf_walk.mot", "double.mot")
    (data / "double.xml").write_text(loads)

    def run(file: str) -> np.ndarray:
        done = run_tool(
            copy_run_setup(walking_inputs, "nmm", "nmm", LOADS.replace("grf_walk", file))
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return read_sto(results / "walking_excitations.sto").column("/forceset/soleus_r")

    assert np.abs(run("double") - run("grf_walk")).max() > 1e-3


def test_loads_that_no_network_sees_are_not_read(walking: Walking, run_tool: Run) -> None:
    tool = walking.copy(
        walking.run_setup,
        "unread_loads_nmm.xml",
        (">../results/walking<", ">../results/unread_loads<"),
        (MOMENTS, LOADS.replace("grf_walk", "absent") + MOMENTS),
    )
    done = run_tool(tool)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "absent.xml' is not read: the artefact's network sees no external load" in done.stdout


def test_what_is_missing_is_said(walking_inputs: Walking, run_tool: Run) -> None:
    without_file = copy_train_setup(
        walking_inputs, "nmm", (SPEEDS_END, SPEEDS_END + HEARS), name="no_file"
    )
    refused = run_cli("train", str(without_file))
    assert refused.returncode == 2
    assert "expected <external_loads_file>, because <predictor> names" in refused.stderr
    without_columns = copy_train_setup(
        walking_inputs, "nmm", (MOMENTS, LOADS + MOMENTS), name="no_columns"
    )
    text = without_columns.read_text(encoding="utf-8")
    before, after = text.split("<population>")[0], text.split("</population>")[1]
    without_columns.write_text(before + after, encoding="utf-8")
    refused = run_cli("train", str(without_columns))
    assert refused.returncode == 2
    assert "expected <external_loads> in <predictor>" in refused.stderr
    assert "or a <population>, whose strides they show, but found neither" in refused.stderr
    misspelt = copy_train_setup(
        walking_inputs,
        "nmm",
        (MOMENTS, LOADS + MOMENTS),
        (SPEEDS_END, SPEEDS_END + HEARS.replace("_r_vy", "_vy")),
        name="misspelt",
    )
    refused = run_cli("train", str(misspelt))
    assert refused.returncode == 2
    assert "'ground_force_vy'" in refused.stderr
    assert "ground_force_r_vy" in refused.stderr
    assert "Traceback" not in refused.stderr
