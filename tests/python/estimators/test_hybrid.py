"""The hybrid: what it may see, what it is taught, and that its artefact says the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nmm_opensim import _core
from nmm_opensim.estimators.hybrid.choice import HEARINGS, MOMENT_WEIGHTS
from nmm_opensim.estimators.hybrid.estimator import FittedHybrid
from nmm_opensim.estimators.hybrid.layout import choose_hidden, make_layout
from nmm_opensim.estimators.hybrid.loss import HybridLoss, make_lesson
from nmm_opensim.estimators.hybrid.model import HybridModel
from nmm_opensim.estimators.hybrid.muscles import calibrate_muscles
from nmm_opensim.estimators.steps import Steps
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.chain import PreparedTrial, resample_emg
from nmm_opensim.nmm.predictor import PredictorArchitecture
from nmm_opensim.nmm.transformer import EncoderSize
from nmm_opensim.nmm.write_artefact import write_artefact
from nmm_opensim.training.fit_outcome import fit_estimator
from nmm_opensim.training.preparation import PreparedTraining

TEST = "second_stance"
LAGS = (0.0, 0.04)
SIZE = EncoderSize(width=4, heads=2, feed_forward=6, layers=1)


@pytest.fixture(scope="module")
def windowed(training: PreparedTraining) -> PreparedTraining:
    """A short training whose network sees windows of EMG and of motion."""
    options = replace(training.setup.optimization, iterations=4)
    architecture = replace(training.declaration.architecture, emg_lags=LAGS, motion_lags=LAGS)
    declaration = replace(training.declaration, architecture=architecture)
    loads = len(architecture.external_loads)

    def resample(trial: PreparedTrial) -> PreparedTrial:
        seen = np.hstack([trial.external_loads[:, :loads]] * len(LAGS))
        return resample_emg(replace(trial, external_loads=seen), declaration)

    return replace(
        training,
        setup=replace(training.setup, optimization=options),
        declaration=declaration,
        trials={name: resample(trial) for name, trial in training.trials.items()},
    )


@pytest.fixture(scope="module", params=["hybrid", "hybrid_without_emg"])
def fitted(request: pytest.FixtureRequest, windowed: PreparedTraining) -> FittedHybrid:
    found = fit_estimator(request.param, windowed, 1)
    assert isinstance(found, FittedHybrid)
    return found


def test_all_muscles_have_excitations_and_deep_ones_a_verdict(
    fitted: FittedHybrid, windowed: PreparedTraining
) -> None:
    estimate = fitted.estimate(windowed.trials[TEST])
    sources = windowed.declaration.sources
    assert set(estimate.excitations) == set(sources.muscles)
    for excitation in estimate.excitations.values():
        assert (excitation >= 0).all()
        assert (excitation <= 1).all()
    assert estimate.moments is not None
    assert estimate.moments.shape == windowed.trials[TEST].known_moments.shape
    assert set(estimate.trust) == {source.muscle for source in sources.deep}
    for judgement in fitted.judgements.values():
        assert judgement.verdict in ("use with care", "do not use")
        assert judgement.reason


def test_the_runtime_says_the_same_from_its_artefact(
    fitted: FittedHybrid, windowed: PreparedTraining, tmp_path: Path
) -> None:
    trial = windowed.trials[TEST]
    file = tmp_path / "hybrid.nmm"
    write_artefact(file, fitted.describe_nmm(), windowed.model)
    runtime = _core.ExcitationModel(str(file))
    assert runtime.predictor_family == "transformer"
    seen = read_artefact(file).predictor
    assert seen.motion_lags == LAGS
    inputs = resample_emg(
        trial, replace(windowed.declaration, architecture=replace_lags(windowed, seen.emg_lags))
    ).inputs
    moved = inputs[:, len(seen.emg_lags) * len(windowed.declaration.sources.channels) :]
    coordinates, speeds = len(seen.coordinates), len(seen.speeds)
    blocks = np.hsplit(moved, len(LAGS))
    windows = [
        np.hstack([block[:, :coordinates] for block in blocks]),
        np.hstack([block[:, coordinates : coordinates + speeds] for block in blocks]),
    ]
    emg = trial.emg.select(windowed.declaration.sources.channels)
    asked = (emg.columns, emg.time, emg.values)
    excitations = runtime.compute_excitations(*asked, trial.time, *windows)
    expected = np.column_stack(list(fitted.estimate(trial).excitations.values()))
    np.testing.assert_allclose(excitations, expected, atol=1e-9)
    for frame in (0, len(trial.time) // 2):
        one = runtime.compute_excitations(
            *asked, trial.time[[frame]], *(window[[frame]] for window in windows)
        )
        np.testing.assert_allclose(one, expected[[frame]], atol=1e-9)


def replace_lags(training: PreparedTraining, emg_lags: tuple[float, ...]) -> PredictorArchitecture:
    return replace(training.declaration.architecture, emg_lags=emg_lags)


def make_model(training: PreparedTraining, hidden: list[str]) -> HybridModel:
    torch.manual_seed(0)
    return HybridModel(training.task, hidden, SIZE)


def stir(model: HybridModel) -> None:
    """Give the network something to say."""
    with torch.no_grad():
        values = torch.linspace(-1.0, 1.0, SIZE.width, dtype=torch.float64)
        model.predictor.readout.add_(values)
        model.predictor.departure.add_(0.3)


def test_before_it_is_taught_it_says_channels_and_copies(windowed: PreparedTraining) -> None:
    model = make_model(windowed, [])
    trial = windowed.trials[TEST]
    layout, peaks = model.predictor.layout, model.predictor.peaks.numpy()
    with torch.no_grad():
        shares = model.predictor(torch.from_numpy(trial.inputs)).numpy()
    recorded = np.maximum(trial.envelopes / peaks, 0.02)
    channels = len(layout.channels)
    np.testing.assert_allclose(shares[:, :channels], recorded, rtol=1e-12)
    copies = np.exp(np.log(recorded) @ layout.find_relatives().T)
    np.testing.assert_allclose(shares[:, channels:], copies[:, channels:], rtol=1e-12)


def test_a_hidden_channel_is_never_seen(windowed: PreparedTraining) -> None:
    hidden = choose_hidden(make_layout(windowed.declaration))
    model = make_model(windowed, hidden)
    stir(model)
    trial = windowed.trials[TEST]
    channels = windowed.declaration.sources.channels
    inputs = torch.from_numpy(trial.inputs.copy())
    with torch.no_grad():
        before = model.predictor(inputs)
        for name in hidden:
            inputs[:, channels.index(name) : len(LAGS) * len(channels) : len(channels)] = 7.0
        after = model.predictor(inputs)
    assert torch.equal(before, after)
    # Nor is it taught: its recording is no part of the loss.
    options = windowed.setup.optimization
    weights = np.full(model.predictor.layout.drives, 0.5)
    losses = []
    for change in (0.0, 3.0):
        trials = [poison(trial, channels, hidden, change) for trial in windowed.task.training]
        losses.append(float(HybridLoss(model, trials, options, weights, 1)(0)[0].detach()))
    assert losses[0] == losses[1]


def poison(
    trial: PreparedTrial, channels: list[str], names: list[str], change: float
) -> PreparedTrial:
    envelopes = trial.envelopes.copy()
    envelopes[:, [channels.index(name) for name in names]] += change
    return replace(trial, envelopes=envelopes)


def test_masked_and_deep_muscles_are_the_same_question(windowed: PreparedTraining) -> None:
    channels = windowed.declaration.sources.channels
    trial = windowed.trials[TEST]
    inputs = torch.from_numpy(trial.inputs)
    masked, hidden = make_model(windowed, []), make_model(windowed, [channels[0]])
    for model in (masked, hidden):
        with torch.no_grad():
            model.predictor.readout.add_(0.5)
            # The hidden one's identity is made of its synergists': the same for this comparison.
            model.predictor.identity.zero_()
    seen = torch.ones((len(inputs), len(channels)), dtype=torch.float64)
    seen[:, 0] = 0.0
    with torch.no_grad():
        told = [masked.predictor(inputs, seen), hidden.predictor(inputs)]
    np.testing.assert_allclose(told[0].numpy(), told[1].numpy(), rtol=1e-12)


def test_moments_teach_drives_as_far_as_they_weigh(windowed: PreparedTraining) -> None:
    options = windowed.setup.optimization
    gradients = []
    for weight in (0.0, 1.0):
        model = make_model(windowed, [])
        stir(model)
        drives = model.predictor.layout.drives
        loss = HybridLoss(model, windowed.task.training, options, np.full(drives, weight), 1)
        loss(0)[0].backward()  # type: ignore[no-untyped-call]
        departure = model.predictor.departure.grad
        force = model.calibration.force_scale.x.grad
        assert departure is not None
        assert force is not None
        gradients.append((departure.clone(), force.clone()))
    # Muscles are taught in full either way; without moments identities are only held together.
    assert torch.allclose(gradients[0][1], gradients[1][1])
    assert not torch.allclose(gradients[0][0], gradients[1][0])


def test_an_iteration_looks_at_one_piece_that_the_seed_chooses(windowed: PreparedTraining) -> None:
    model = make_model(windowed, [])
    stir(model)
    options, drives = windowed.setup.optimization, model.predictor.layout.drives

    def compute(seed: int, iteration: int | None) -> float:
        trials = windowed.task.training
        return float(
            HybridLoss(model, trials, options, np.zeros(drives), seed)(iteration)[0].detach()
        )

    assert compute(1, 3) == compute(1, 3)
    assert compute(1, 3) != compute(1, 4)
    assert compute(1, 3) != compute(2, 3)
    assert compute(1, None) == compute(2, None)


def test_lessons_are_thinned(windowed: PreparedTraining) -> None:
    trial = windowed.task.training[0]
    lesson = make_lesson(trial, torch.ones(trial.envelopes.shape[1], dtype=torch.float64))
    steps = np.diff(lesson.trial.time)
    assert steps.min() >= 0.01
    assert lesson.frames == len(lesson.shares) == len(lesson.moments)


def test_the_choice_is_among_what_is_declared(windowed: PreparedTraining) -> None:
    told: list[str] = []
    fit_estimator("hybrid", windowed, 2, Steps(progress=lambda text, share: told.append(text)))
    (chosen,) = [text for text in told if text.startswith("hidden channels were met")]
    weight, hearing = chosen.split("moments weigh ")[1].split(", the encoder ")
    assert float(weight) in MOMENT_WEIGHTS
    assert float(hearing) in HEARINGS


def test_hidden_channels_leave_each_a_synergist(windowed: PreparedTraining) -> None:
    layout = make_layout(windowed.declaration)
    hidden = [layout.channels.index(name) for name in choose_hidden(layout)]
    assert 0 < len(hidden) <= len(layout.channels) // 2
    near = layout.synergists.copy()
    near[:, hidden] = 0.0
    assert near[hidden].any(axis=1).all() or len(hidden) == 1


def test_muscles_are_calibrated_and_weighed_by_their_leverage(windowed: PreparedTraining) -> None:
    muscles = calibrate_muscles(windowed.task, Steps())
    sources = windowed.declaration.sources
    assert muscles.leverage.shape == (len(sources.channels) + len(sources.outputs),)
    assert (muscles.leverage >= 0).all()
    assert (muscles.leverage <= 1).all()
    model = make_model(windowed, [])
    model.start(muscles.driven)
    scales = model.calibration.force_scale.value().detach().numpy()
    limits = windowed.declaration.bounds.find_limits("max_isometric_force", sources.muscles)
    expected = np.clip(np.exp(muscles.driven.parameters.force), *limits)
    np.testing.assert_allclose(scales, expected, rtol=0.02)
