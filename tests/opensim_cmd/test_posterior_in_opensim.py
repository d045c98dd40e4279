"""A trained posterior in the real opensim-cmd: Python's numbers, intervals included."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import numpy as np
from conftest import Walking, run_cli
from sto import read_sto

from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup


def test_the_tool_runs_a_posterior(
    walking_inputs: Walking, run_tool: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    results = walking_inputs.folder / "results" / "posterior"
    setup = walking_inputs.copy_elsewhere(
        walking_inputs.train_setup, "posterior", ("<estimator>nmm<", "<estimator>posterior<")
    )
    trained = run_cli("train", str(setup))
    assert trained.returncode == 0, trained.stderr
    # One stride is little for as many parameters, and that is said before training.
    assert "Warning: The training trials hold" in trained.stdout
    assert "soleus_r: determined by the prior" in trained.stdout

    done = run_tool(walking_inputs.copy_elsewhere(walking_inputs.run_setup, "posterior"))
    assert done.returncode == 0, done.stdout + done.stderr

    training = prepare_training(read_training_setup(setup))
    trial = training.trials["second_stance"]
    expected = Posterior().fit(training.task, 0).estimate(trial)
    excitations = read_sto(results / "walking_excitations.sto")
    for muscle, series in expected.excitations.items():
        written = excitations.column(f"/forceset/{muscle}")
        np.testing.assert_allclose(written, series, rtol=0, atol=1e-6)
    intervals = read_sto(results / "walking_excitation_intervals.sto")
    assert intervals.columns == ["/forceset/soleus_r/lower", "/forceset/soleus_r/upper"]
    np.testing.assert_array_equal(intervals.time, excitations.time)
    interval = expected.intervals["soleus_r"]
    np.testing.assert_allclose(intervals.values[:, 0], interval.lower, rtol=0, atol=1e-6)
    np.testing.assert_allclose(intervals.values[:, 1], interval.upper, rtol=0, atol=1e-6)
    moments = read_sto(results / "walking_joint_moments.sto")
    assert expected.moments is not None
    for j, coordinate in enumerate(training.setup.moment_coordinates):
        difference = moments.column(f"{coordinate}_moment") - expected.moments[:, j]
        assert np.abs(difference).max() < 0.1

    (soleus,) = read_artefact(results / "walking.nmm").deep_muscles
    assert soleus.judgement is not None
    assert soleus.judgement.verdict == "determined by the prior"
    assert "gastrocnemius" in soleus.judgement.reason
