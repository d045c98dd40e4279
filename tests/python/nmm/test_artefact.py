"""The artefact: Python and the C++ runtime agree on it, and damage is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Walking

from nmm_opensim import _core
from nmm_opensim.arrays import Array, Indices
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.posterior.estimator import Posterior
from nmm_opensim.estimators.prior.other_subjects import RecordedSubject
from nmm_opensim.files import write_atomically
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.chain import TrialTensors, build_nmm
from nmm_opensim.nmm.novelty import find_largest
from nmm_opensim.nmm.sources import Deep
from nmm_opensim.nmm.trained import describe_network
from nmm_opensim.nmm.trial import Trial
from nmm_opensim.nmm.write_artefact import write_artefact
from nmm_opensim.training.preparation import PreparedTraining

FORMAT_1_SOLEUS_MEAN = 0.16149928342


def excite(runtime: _core.ExcitationModel, trial: Trial) -> Array:
    """What the runtime says of a trial, (frames, muscles)."""
    return runtime.compute_excitations(
        trial.emg.columns,
        trial.emg.time,
        trial.emg.values,
        trial.time,
        trial.motion.select(runtime.predictor_coordinates)[0],
        trial.motion.select(runtime.predictor_speeds)[1],
    )


def ask_novelty(runtime: _core.ExcitationModel, trial: Trial) -> dict[str, Array]:
    """How far the runtime says that a trial lies outside training."""
    return runtime.compute_novelty(
        trial.emg.columns,
        trial.emg.time,
        trial.emg.values,
        trial.time,
        trial.motion.select(runtime.predictor_coordinates)[0],
        trial.motion.select(runtime.predictor_speeds)[1],
    )


def test_runtime_gives_pythons_excitations_and_activations(
    training: PreparedTraining, walking: Walking
) -> None:
    nmm = build_nmm(training.model, training.declaration, training.training_trials, 1)
    path = walking.results / "agreement.nmm"
    write_artefact(path, describe_network(nmm), training.model)
    runtime = _core.ExcitationModel(str(path))
    trial = training.trials["second_stance"]
    with torch.no_grad():
        expected = nmm(TrialTensors.of(trial))
    motion = trial.motion
    excitations = excite(runtime, trial)
    np.testing.assert_allclose(excitations, expected.excitations, rtol=0, atol=1e-12)
    activations = runtime.compute_activations(motion.time, excitations)
    np.testing.assert_allclose(activations, expected.activations, rtol=0, atol=1e-12)


@pytest.mark.parametrize("alone", [True, False], ids=["population", "and another subject"])
def test_the_runtime_runs_a_posterior(
    training: PreparedTraining, tmp_path: Path, alone: bool
) -> None:
    """People, synergists and corrections: the same excitations and intervals in C++."""
    task = training.task
    (trial,) = task.training
    coordinates = task.declaration.architecture.coordinates
    values, speeds = trial.motion.select(coordinates)
    soleus = trial.envelopes.mean(axis=1)
    other = RecordedSubject("other", coordinates, values, speeds, {"soleus_r": soleus})
    others = () if alone else (other,)
    fitted = Posterior().fit(replace(task, prior_subjects=others), 0)
    path = tmp_path / "posterior.nmm"
    described = fitted.describe_nmm()
    write_artefact(path, described, training.model)
    runtime = _core.ExcitationModel(str(path))

    asked = training.trials["second_stance"]
    expected = fitted.estimate(asked)
    excitations = excite(runtime, asked)
    muscles = training.declaration.sources.muscles
    assert set(expected.excitations) == set(muscles)
    for name, series in zip(muscles, excitations.T, strict=True):
        np.testing.assert_allclose(series, expected.excitations[name], rtol=0, atol=1e-10)
    novelty = ask_novelty(runtime, asked)
    assert list(novelty) == list(expected.novelty)
    for group, series in novelty.items():
        np.testing.assert_allclose(series, expected.novelty[group], rtol=0, atol=1e-9)
    # The trial that was trained on is inside, and another stance not in all of its frames.
    assert not any(series.any() for series in fitted.estimate(trial).novelty.values())
    assert any(series.any() for series in novelty.values())
    largest = find_largest(novelty, len(asked.time))
    names, lower, upper = runtime.compute_intervals(excitations, largest)
    assert names == ["soleus_r"]
    np.testing.assert_allclose(lower[:, 0], expected.intervals["soleus_r"].lower, atol=1e-10)
    np.testing.assert_allclose(upper[:, 0], expected.intervals["soleus_r"].upper, atol=1e-10)

    artefact = read_artefact(path)
    assert described.population is not None
    assert artefact.population == described.population
    (soleus_entry,) = artefact.deep_muscles
    judgement = described.excitations["soleus_r"]
    assert soleus_entry.judgement == judgement
    strength = described.parameters["soleus_r"]["max_isometric_force"]
    assert soleus_entry.uncertainty["max_isometric_force"] == strength
    assert strength.interval[0] <= soleus_entry.max_isometric_force <= strength.interval[1]


def make_other(trial: Trial, coordinates: tuple[str, ...], order: Indices) -> RecordedSubject:
    """A person who moves otherwise, frames in some order."""
    random = np.random.default_rng(11)
    values, speeds = trial.motion.select(coordinates)
    values = values[::-1] * 1.3 + random.normal(scale=0.05, size=values.shape)
    speeds = -speeds[::-1] * 1.3 + random.normal(scale=0.2, size=speeds.shape)
    soleus = np.clip(values[:, 0] - values[:, 0].mean(), 0.0, None)
    recorded = {"soleus_r": soleus[order]}
    return RecordedSubject("other", coordinates, values[order], speeds[order], recorded)


def test_no_frame_of_another_person_is_in_an_artefact(training: PreparedTraining) -> None:
    """Kernels stand around the subject's own poses, whatever order another's frames are in."""
    task = training.task
    (trial,) = task.training
    coordinates = task.declaration.architecture.coordinates
    frames = np.arange(len(trial.time))
    shuffled = np.random.default_rng(12).permutation(frames)
    others = [make_other(trial, coordinates, order) for order in (frames, shuffled)]
    tensors, again = (
        Posterior().fit(replace(task, prior_subjects=(other,)), 0).describe_nmm().tensors
        for other in others
    )
    own = np.hstack(trial.motion.select(coordinates))
    standardised = (own - own.mean(axis=0)) / own.std(axis=0)
    inside = [
        k
        for k, time in enumerate(trial.time)
        if any(cycle.start <= time < cycle.end for cycle in trial.cycles)
    ]
    assert 100 < len(inside) < len(frames)
    np.testing.assert_allclose(tensors["pose.frames"], standardised[inside], atol=1e-12)
    # Nor is anything of a size that another's frames could be read from.
    assert set(tensors) == {
        *(f"pose.{name}" for name in ("mean", "scale", "frames", "weights", "offsets")),
        *(f"predictor.input_{name}" for name in ("mean", "scale")),
        *(f"predictor.{k}.{name}" for k in (0, 1) for name in ("weight", "bias")),
    }
    assert tensors["pose.weights"].shape == (1, len(inside))
    theirs = np.hstack([others[0].values, others[0].speeds])
    known = [theirs, (theirs - theirs.mean(axis=0)) / theirs.std(axis=0)]
    known.append((theirs - own.mean(axis=0)) / own.std(axis=0))
    for values in tensors.values():
        held = set(np.round(values.ravel(), 9))
        for rows in known:
            assert not held & set(np.round(rows.ravel(), 9))
    # What the other person taught does not depend on the order of frames, and is all there is.
    for name, values in tensors.items():
        np.testing.assert_allclose(again[name], values, rtol=1e-5, atol=1e-7, err_msg=name)


def test_an_artefact_of_the_first_format_is_read(training: PreparedTraining) -> None:
    """``format1.nmm`` was written by version 0.1.0 before there was another format."""
    runtime = _core.ExcitationModel(str(Path(__file__).parents[2] / "data" / "format1.nmm"))
    trial = training.trials["second_stance"]
    excitations = excite(runtime, trial)
    soleus = excitations[:, runtime.muscles.index("soleus_r")]
    # As that version gave it.
    assert soleus.mean() == pytest.approx(FORMAT_1_SOLEUS_MEAN, abs=1e-9)
    assert runtime.compute_intervals(excitations, np.zeros(len(excitations)))[0] == []


def test_what_the_first_format_lacks_is_none_or_empty() -> None:
    artefact = read_artefact(Path(__file__).parents[2] / "data" / "format1.nmm")
    assert (artefact.format, artefact.model_name) == (1, "subject_walk_scaled")
    assert not artefact.tells_training
    assert (artefact.training.setup, artefact.training.seed) == ("walking", 2)
    assert artefact.training.estimator is None
    assert artefact.training.warnings == ()
    assert artefact.predictor.external_loads == ()
    (soleus,) = artefact.deep_muscles
    assert soleus.source == Deep("soleus_r", "soleus", ("gastrocnemius",))
    assert soleus.judgement is None
    assert not soleus.uncertainty
    assert not soleus.generic
    assert not soleus.bounds
    assert soleus.calibrated["max_isometric_force"] == soleus.max_isometric_force > 0


def test_a_posterior_of_the_second_format_is_read() -> None:
    """``format2.nmm`` is of simulated elbows: three people, one of them asked for.

    Beside it lie inputs, and excitations and intervals as the version that wrote it gave them.
    """
    data = Path(__file__).parents[2] / "data"
    kept = json.loads((data / "format2.json").read_text(encoding="utf-8"))
    runtime = _core.ExcitationModel(str(data / "format2.nmm"))
    excitations = runtime.compute_excitations(
        kept["channels"],
        *(np.array(kept[key]) for key in ("emg_time", "emg", "time", "coordinates", "speeds")),
    )
    assert runtime.muscles == kept["muscles"]
    np.testing.assert_allclose(excitations, kept["excitations"], rtol=0, atol=1e-12)
    # There was no novelty: it changes nothing.
    novelty = np.linspace(0.0, 2.0, len(excitations))
    names, lower, upper = runtime.compute_intervals(excitations, novelty)
    assert names == kept["deep"] == ["TRImed", "BRA"]
    np.testing.assert_allclose(lower, kept["lower"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(upper, kept["upper"], rtol=0, atol=1e-12)
    artefact = read_artefact(data / "format2.nmm")
    assert artefact.tells_training
    assert artefact.training.estimator == artefact.predictor.family == "posterior"
    medial, brachialis = artefact.deep_muscles
    assert medial.source == Deep("TRImed", "triceps_medial", ("triceps_lateral", "triceps_long"))
    # What it calls a verdict does not say whether to believe it.
    assert brachialis.judgement is None


@pytest.mark.parametrize("size", [0, 7, 100, 5000, -1])
def test_a_truncated_artefact_is_refused(walking: Walking, size: int) -> None:
    whole = (walking.results / "walking.nmm").read_bytes()
    cut = walking.results / "cut.nmm"
    cut.write_bytes(whole[:size])
    with pytest.raises(NMMError, match=r"cut.nmm"):
        read_artefact(cut)


def test_a_newer_format_is_refused(walking: Walking) -> None:
    whole = (walking.results / "walking.nmm").read_bytes()
    newer = walking.results / "newer.nmm"
    # Inside the JSON that is itself a JSON string, quotes are escaped.
    assert whole.count(rb"\"format\": 3,") == 1
    newer.write_bytes(whole.replace(rb"\"format\": 3,", rb"\"format\": 9,"))
    with pytest.raises(NMMError, match=r"format.*9"):
        read_artefact(newer)


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "result.txt"
    target.write_text("old")

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_atomically(target, fail)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
