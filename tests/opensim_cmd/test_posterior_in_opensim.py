"""A trained posterior in the real opensim-cmd: Python's numbers, intervals included."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking, run_cli
from sto import Sto, read_sto

from nmm_opensim.estimators.interface import FittedNMM
from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.chain import prepare_trial
from nmm_opensim.nmm.estimate import Estimate
from nmm_opensim.nmm.novelty import find_outside
from nmm_opensim.physics.motion import Motion
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
    fitted: FittedNMM
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
    fitted = Posterior().fit(training.task, 0)
    excitations = read_sto(results / "walking_excitations.sto")
    return Ran(results, trained.stdout, training, fitted, fitted.estimate(trial), excitations)


def test_training_says_what_is_behind_it(ran: Ran) -> None:
    # One stride is little for as many parameters, and that is said before training.
    assert "Warning: The training trials hold" in ran.stdout
    assert "soleus_r: trust, expected r 0." in ran.stdout
    outside = int(find_outside(ran.expected.novelty).sum())
    said = f"{outside} of {len(ran.excitations.time)} frames lie outside what training saw: "
    assert f"Trial 'second_stance' (test): {said}" in " ".join(ran.stdout.split())
    assert "Trial 'first_stride'" not in ran.stdout
    artefact = read_artefact(ran.results / "walking.nmm")
    (soleus,) = artefact.deep_muscles
    assert soleus.judgement is not None
    assert soleus.judgement.verdict == "trust"
    assert soleus.judgement.expectation is not None
    assert soleus.judgement.expectation.r > 0.8
    assert "Joint moments moved it by" in soleus.judgement.moments
    assert any("15 people (walking)" in each.who for each in soleus.judgement.witnesses)
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
    outside = read_sto(ran.results / "walking_outside_training.sto")
    assert outside.columns == list(ran.expected.novelty)
    for group, series in ran.expected.novelty.items():
        np.testing.assert_allclose(outside.column(group), series, rtol=0, atol=1e-9)
    assert outside.values.any()
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


def test_a_simulation_is_driven_by_a_posterior(ran: Ran, run_tool: Run) -> None:
    """A leg that nothing holds moves as it likes: Python is asked at the poses that came of it."""
    first = float(ran.excitations.time[0]) + 0.2
    setup = ran.results / "simulate.xml"
    setup.write_text(
        f"""<OpenSimDocument Version="40000"><ForwardTool name="forward">
        <model_file>forward.osim</model_file>
        <states_file>walking_states.sto</states_file>
        <initial_time>{first}</initial_time><final_time>{first + 0.02}</final_time>
        <integrator_error_tolerance>1e-4</integrator_error_tolerance>
        <results_directory>.</results_directory>
        </ForwardTool></OpenSimDocument>"""
    )
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    states, controls = (read_sto(ran.results / f"forward_{n}.sto") for n in ("states", "controls"))
    model, declaration = ran.training.model, ran.training.declaration
    paths = {
        column.split("/")[-2]: column for column in states.columns if column.endswith("/value")
    }
    names = declaration.coordinates
    values, speeds = (
        np.column_stack(
            [states.column(paths[name].replace("/value", f"/{kind}")) for name in names]
        )
        for kind in ("value", "speed")
    )
    trial = replace(
        ran.training.trials["second_stance"],
        motion=Motion(states.time, names, values, speeds),
        moments=np.zeros((len(states.time), len(declaration.moment_coordinates))),
        external_loads=np.zeros((len(states.time), 0)),
    )
    said = ran.fitted.estimate(prepare_trial(trial, model, declaration)).excitations["soleus_r"]
    (soleus,) = read_artefact(ran.results / "walking.nmm").deep_muscles
    shaped = np.expm1(soleus.shape_factor * said) / np.expm1(soleus.shape_factor)
    expected = np.maximum(shaped, soleus.minimum_activation)
    assert len(states.time) > 3
    assert np.ptp(expected) > 1e-3
    (column,) = [name for name in controls.columns if name.endswith("soleus_r")]
    np.testing.assert_array_equal(controls.time, states.time)
    np.testing.assert_allclose(controls.column(column), expected, rtol=0, atol=1e-6)
