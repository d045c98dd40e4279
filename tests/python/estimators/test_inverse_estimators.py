"""Estimators that solve frame by frame: answers known by hand, and OpenSim's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim
import pytest
import torch
from conftest import ROOT
from lxml import etree

from nmm_opensim.estimators.baselines.emg_assisted import (
    EmgAssisted,
    Weights,
    solve_assisted,
)
from nmm_opensim.estimators.baselines.excitations import invert_activations
from nmm_opensim.estimators.baselines.linear_moments import linearise
from nmm_opensim.estimators.baselines.static_optimization import StaticOptimization, solve_static
from nmm_opensim.examples.elbow.trials import Session, TrialCase, make_elbow_trials
from nmm_opensim.formats.tables import Table, read_table
from nmm_opensim.nmm.chain import TrialTensors, build_nmm
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources, Tied
from nmm_opensim.physics.muscles.activation import ActivationParameters, compute_activations
from nmm_opensim.physics.muscles.millard import MillardMuscle
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

CASE = TrialCase(0.0, "medium", 1)


@pytest.fixture(scope="module")
def elbow(tmp_path_factory: pytest.TempPathFactory) -> PreparedTraining:
    """One simulated trial without a load, as training and test."""
    folder = tmp_path_factory.mktemp("elbow")
    make_elbow_trials(folder, 1, Session([CASE], duration=2.0))
    document = etree.parse(str(ROOT / "setups" / "elbow_train.xml"))
    tool = document.getroot().find("NMMTrainingTool")
    assert tool is not None
    tool.find("model_file").text = str(folder / "elbow.osim")
    trials = tool.find("trials")
    for trial in list(trials)[1:]:
        trials.remove(trial)
    for tag in ("emg_file", "coordinates_file", "inverse_dynamics_file"):
        path = trials[0].find(tag)
        path.text = str(folder / CASE.name / Path(path.text).name)
    tool.find("artefact_file").text = str(folder / "elbow.nmm")
    tool.find("results_directory").text = str(folder)
    document.write(str(folder / "train.xml"))
    return prepare_training(read_training_setup(folder / "train.xml"))


def test_static_optimization_by_hand() -> None:
    # One joint, two muscles: a = s M/(1 + s.s), until a bound holds.
    strength = np.array([10.0, 20.0])
    active = np.tile(strength[None, :, None], (3, 1, 1))
    moments = np.array([[5.0], [-5.0], [28.0]])
    solution = solve_static(active, moments, np.array([0.01, 0.01]))
    np.testing.assert_allclose(solution[0], strength * 5 / 501, rtol=1e-9)
    np.testing.assert_allclose(solution[1], 0.01)
    # The stronger muscle is at its limit: the other minimises a^2 + (28 - 20 - 10 a)^2.
    np.testing.assert_allclose(solution[2], [80 / 101, 1.0], rtol=1e-9)


def test_emg_assisted_by_hand() -> None:
    # One coordinate, one muscle: a quadratic whose minimum is where its derivative vanishes.
    weights = Weights(moment=2.0, emg=0.5, effort=0.1)
    active, moments = np.array([[[3.0]]]), np.array([[1.2]])
    recorded = np.array([[0.8]])
    measured = solve_assisted(active, moments, recorded, [True], weights)
    assert measured[0, 0] == pytest.approx((2 * 3 * 1.2 + 0.5 * 0.8) / (2 * 9 + 0.5 + 0.1))
    free = solve_assisted(active, moments, recorded, [False], weights)
    assert free[0, 0] == pytest.approx(2 * 3 * 1.2 / (2 * 9 + 0.1))
    # A muscle without EMG may be held to its copy, by a weight of its own.
    held = solve_assisted(active, moments, recorded, [False], replace(weights, copy=0.3))
    assert held[0, 0] == pytest.approx((2 * 3 * 1.2 + 0.3 * 0.8) / (2 * 9 + 0.3 + 0.1))
    # Bounds hold where moments ask for more or less than a muscle can give.
    for moment, bound in ((-9.0, 0.0), (9.0, 1.0)):
        solution = solve_assisted(active, np.array([[moment]]), recorded, [False], weights)
        assert solution[0, 0] == pytest.approx(bound, abs=1e-12)


def test_tied_muscles_follow() -> None:
    sources = MuscleSources(
        (Measured("a", ("x",), (1.0,)), Tied("b", "c", 0.5), Deep("c"), Tied("d", "a"))
    )
    ties = sources.find_ties()
    np.testing.assert_array_equal(np.array([0.4, 0.1, 0.8, 0.9]) @ ties, [0.4, 0.4, 0.8, 0.4])


def test_moments_are_linear_in_activations(training: PreparedTraining) -> None:
    trial = training.trials["first_stride"]
    nmm = build_nmm(training.model, training.declaration, training.training_trials, 1)
    parameters = nmm.calibration.muscle_parameters.convert(torch.Tensor.detach)
    muscle = MillardMuscle(training.model, training.declaration.sources.muscles, "rigid")
    moments = linearise(muscle, parameters, trial)
    random = np.random.default_rng(2)
    path = TrialTensors.of(trial)
    activation = torch.from_numpy(random.uniform(0.2, 1.0, path.lengths.shape))
    with torch.no_grad():
        forces = muscle(path.time, activation, path.lengths, path.speeds, parameters).tendon_force
        exact = torch.einsum("tm,tmc->tc", forces, path.moment_arms).numpy()
    found = moments.passive + np.einsum("tm,tmc->tc", activation.numpy(), moments.active)
    np.testing.assert_allclose(found, exact, atol=1e-8)


@pytest.mark.parametrize("shape_factor", [0.0, -2.0])
def test_excitations_come_back_from_activations(shape_factor: float) -> None:
    time = np.arange(0.0, 2.0, 0.01)
    excitation = 0.4 - 0.35 * np.cos(2 * np.pi * time[:, None] / 0.9)
    constants = [np.array([value]) for value in (shape_factor, 0.010, 0.040)]
    shape, rise, fall = map(torch.tensor, constants)
    activation = compute_activations(
        time,
        torch.from_numpy(excitation),
        ActivationParameters(shape, rise, fall, np.array([0.01])),
    ).numpy()
    found = invert_activations(time, activation, *constants)
    assert np.abs(found - excitation).max() < 0.02
    # Activation itself lags by more than that.
    assert np.abs(activation - excitation).max() > 0.05


def test_static_optimization_is_opensims(elbow: PreparedTraining, tmp_path: Path) -> None:
    fitted = StaticOptimization().fit(elbow.task, seed=0)
    trial = elbow.trials[elbow.setup.trials[0].name]
    activations, moments = fitted.solve(trial)
    assert np.abs(moments - trial.known_moments).max() < 0.1
    reference = run_opensims_static_optimization(elbow, tmp_path)
    for i, muscle in enumerate(elbow.declaration.sources.muscles):
        theirs = np.interp(trial.time, reference.time, reference.select([muscle]).values[:, 0])
        # OpenSim's optimiser stops at a tolerance; accelerations at the ends are splines' ends.
        np.testing.assert_allclose(activations[5:-5, i], theirs[5:-5], atol=5e-3)


def run_opensims_static_optimization(elbow: PreparedTraining, folder: Path) -> Table:
    model = opensim.Model(str(elbow.setup.model_file))
    reserve = opensim.CoordinateActuator("elbow_flexion")
    reserve.setName("reserve")
    reserve.setOptimalForce(1.0)
    reserve.setMinControl(-np.inf)
    reserve.setMaxControl(np.inf)
    model.addForce(reserve)
    model.finalizeConnections()
    model.printToXML(str(folder / "elbow.osim"))
    (files,) = elbow.setup.trials
    time = elbow.trials[files.name].time
    tool = etree.Element("AnalyzeTool", name="elbow")
    for tag, value in {
        "model_file": folder / "elbow.osim",
        "results_directory": folder,
        "initial_time": time[0],
        "final_time": time[-1],
        "coordinates_file": files.coordinates_file,
    }.items():
        etree.SubElement(tool, tag).text = str(value)
    objects = etree.SubElement(etree.SubElement(tool, "AnalysisSet"), "objects")
    etree.SubElement(objects, "StaticOptimization", name="StaticOptimization")
    root = etree.Element("OpenSimDocument", Version="40500")
    root.append(tool)
    etree.ElementTree(root).write(str(folder / "analyze.xml"))
    assert opensim.AnalyzeTool(str(folder / "analyze.xml")).run()
    (found,) = folder.glob("*_StaticOptimization_activation.sto")
    return read_table(found, "activations")


def test_emg_assisted_meets_moments_and_stays_near_the_recording(elbow: PreparedTraining) -> None:
    trial = elbow.trials[elbow.setup.trials[0].name]
    recorded = trial.envelopes[:, elbow.declaration.sources.channels.index("biceps_long")]
    errors, likeness = [], []
    for emg in (1e-3, 1e2):
        estimator = EmgAssisted([Weights(emg=emg)])
        estimate = estimator.fit(elbow.task, seed=0).estimate(trial)
        assert estimate.moments is not None
        errors.append(np.abs(estimate.moments - trial.known_moments).max())
        likeness.append(np.corrcoef(estimate.excitations["BIClong"], recorded)[0, 1])
    # The deep muscles are free to give what the recorded ones leave over.
    assert max(errors) < 0.1
    assert likeness[0] < likeness[1]
    assert likeness[1] > 0.95


def test_assisted_weights_are_those_that_masked_muscles_prefer(elbow: PreparedTraining) -> None:
    """Recordings that moments know nothing of: what is not heard is best copied."""
    task = elbow.task
    (trial,) = task.training
    channels = task.declaration.sources.channels
    common = 0.5 + 0.4 * np.sin(7.0 * trial.time)
    same = np.repeat(common[:, None], len(channels), axis=1)
    alike = replace(task, training=(replace(trial, envelopes=same),))
    candidates = [Weights(copy=0.0), Weights(copy=10.0)]
    assert EmgAssisted(candidates).fit(alike, seed=0).weights.copy == 10.0
