"""A trained posterior in the real opensim-cmd: Python's numbers, intervals included."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking, run_cli
from opensim_python import LOAD_MODEL, OPENSIM_PYTHON, run_python
from sto import Sto, read_sto

from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.estimate import Estimate
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

Run = Callable[..., subprocess.CompletedProcess[str]]

FORWARD = "<forward_model_file>../results/posterior/forward.osim</forward_model_file>"
MOMENTS = "<inverse_dynamics_file>"


@dataclass(frozen=True)
class Ran:
    """A posterior with the shipped population, trained and run by the tool, and Python's own."""

    results: Path
    stdout: str
    training: PreparedTraining
    expected: Estimate
    excitations: Sto


@pytest.fixture(scope="module")
def ran(walking_inputs: Walking, run_tool: Run) -> Ran:
    setup = walking_inputs.copy_elsewhere(
        walking_inputs.train_setup, "posterior", ("<estimator>nmm<", "<estimator>posterior<")
    )
    trained = run_cli("train", str(setup))
    assert trained.returncode == 0, trained.stderr
    done = run_tool(
        walking_inputs.copy_elsewhere(
            walking_inputs.run_setup, "posterior", (MOMENTS, FORWARD + MOMENTS)
        )
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results = walking_inputs.folder / "results" / "posterior"
    training = prepare_training(read_training_setup(setup))
    trial = training.trials["second_stance"]
    expected = Posterior().fit(training.task, 0).estimate(trial)
    excitations = read_sto(results / "walking_excitations.sto")
    return Ran(results, trained.stdout, training, expected, excitations)


def test_training_says_what_is_behind_it(ran: Ran) -> None:
    # One stride is little for as many parameters, and that is said before training.
    assert "Warning: The training trials hold" in ran.stdout
    assert "soleus_r: determined by the prior" in ran.stdout
    artefact = read_artefact(ran.results / "walking.nmm")
    (soleus,) = artefact.deep_muscles
    assert soleus.judgement is not None
    assert soleus.judgement.verdict == "determined by the prior"
    assert "15 people (walking)" in soleus.judgement.reason
    assert sum(witness.weight for witness in soleus.judgement.witnesses) == pytest.approx(1.0)
    assert artefact.population is not None
    assert artefact.population.name == "walking"
    assert artefact.population.heard
    assert "gastrocnemius" in artefact.population.alone
    assert "soleus" not in artefact.population.with_it


def test_the_tool_runs_a_posterior(ran: Ran) -> None:
    for muscle, series in ran.expected.excitations.items():
        written = ran.excitations.column(f"/forceset/{muscle}")
        np.testing.assert_allclose(written, series, rtol=0, atol=1e-9)
    intervals = read_sto(ran.results / "walking_excitation_intervals.sto")
    assert intervals.columns == ["/forceset/soleus_r/lower", "/forceset/soleus_r/upper"]
    np.testing.assert_array_equal(intervals.time, ran.excitations.time)
    interval = ran.expected.intervals["soleus_r"]
    np.testing.assert_allclose(intervals.values[:, 0], interval.lower, rtol=0, atol=1e-9)
    np.testing.assert_allclose(intervals.values[:, 1], interval.upper, rtol=0, atol=1e-9)
    moments = read_sto(ran.results / "walking_joint_moments.sto")
    assert ran.expected.moments is not None
    for j, coordinate in enumerate(ran.training.setup.moment_coordinates):
        difference = moments.column(f"{coordinate}_moment") - ran.expected.moments[:, j]
        assert np.abs(difference).max() < 0.1


def test_the_analysis_runs_a_posterior(ran: Ran, walking_inputs: Walking, run_tool: Run) -> None:
    analyze = walking_inputs.copy_elsewhere(
        walking_inputs.folder / "setups" / "walking_analyze.xml", "posterior"
    )
    done = run_tool(analyze)
    assert done.returncode == 0, done.stdout + done.stderr
    found = read_sto(ran.results / "walking_nmm_excitations.sto")
    assert found.columns == ran.excitations.columns
    np.testing.assert_allclose(found.values, ran.excitations.values, rtol=0, atol=1e-6)


ASK = """
for frame in sys.argv[3:]:
    take(int(frame))
    model.realizeVelocity(state)
    print("control", model.getMuscles().get("soleus_r").getControl(state))
"""


def test_a_simulation_is_driven_by_a_posterior(ran: Ran) -> None:
    frames = (0, 20, 40)
    files = (ran.results / "forward.osim", ran.results / "walking_states.sto")
    status, out, err = run_python(OPENSIM_PYTHON, LOAD_MODEL + ASK, *files, *frames)
    assert status == 0, out + err
    found = [float(line.split()[1]) for line in out.splitlines() if line.startswith("control")]
    (soleus,) = read_artefact(ran.results / "walking.nmm").deep_muscles
    excitations = ran.expected.excitations["soleus_r"][list(frames)]
    shaped = np.expm1(soleus.shape_factor * excitations) / np.expm1(soleus.shape_factor)
    expected = np.maximum(shaped, soleus.minimum_activation)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
