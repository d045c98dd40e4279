"""The hybrid: what it may see, what it is taught, and that its artefact says the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nmm_opensim import _core
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.hybrid.choice import (
    HEARINGS,
    MOMENT_WEIGHTS,
    NETWORKS,
    Choice,
    find_common_margin,
)
from nmm_opensim.estimators.hybrid.estimator import FittedHybrid
from nmm_opensim.estimators.hybrid.hiding import HiddenTask, choose_hidden, hide
from nmm_opensim.estimators.hybrid.judgement import judge_muscle
from nmm_opensim.estimators.hybrid.loss import HybridLoss, draw_seen, make_lesson
from nmm_opensim.estimators.hybrid.model import HybridModel
from nmm_opensim.estimators.hybrid.muscles import calibrate_muscles
from nmm_opensim.estimators.hybrid.training import Schooling, Settings, speak
from nmm_opensim.estimators.interface import Task
from nmm_opensim.estimators.steps import Steps
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.chain import PreparedTrial, resample_emg
from nmm_opensim.nmm.predictor import PredictorArchitecture
from nmm_opensim.nmm.sources import Recorded
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


def make_model(task: Task) -> HybridModel:
    torch.manual_seed(0)
    return HybridModel(task, SIZE)


def stir(model: HybridModel) -> None:
    """Give the network something to say."""
    with torch.no_grad():
        values = torch.linspace(-1.0, 1.0, SIZE.width, dtype=torch.float64)
        model.predictor.readout.add_(values)
        model.predictor.departure.add_(0.3)


def test_before_it_is_taught_it_says_channels_and_copies(windowed: PreparedTraining) -> None:
    model = make_model(windowed.task)
    trial = windowed.trials[TEST]
    layout, peaks = model.predictor.layout, model.predictor.peaks.numpy()
    with torch.no_grad():
        shares = model.predictor(torch.from_numpy(trial.inputs)).numpy()
    recorded = np.maximum(trial.envelopes / peaks, 0.02)
    channels = len(layout.channels)
    np.testing.assert_allclose(shares[:, :channels], recorded, rtol=1e-12)
    copies = np.exp(np.log(recorded) @ layout.find_relatives().T)
    np.testing.assert_allclose(shares[:, channels:], copies[:, channels:], rtol=1e-12)


def hide_some(task: Task) -> HiddenTask:
    hidden = hide(task)
    assert hidden is not None
    return hidden


def test_hidden_channels_are_deep_muscles_of_a_task_of_their_own(
    windowed: PreparedTraining,
) -> None:
    task = windowed.task
    hidden = hide_some(task)
    channels = task.declaration.sources.channels
    assert 0 < len(hidden.channels) <= len(channels) // 2
    left = hidden.task.declaration.sources.channels
    assert set(left) == set(channels) - set(hidden.channels)
    assert set(hidden.recordings) <= set(hidden.task.declaration.sources.outputs)
    for trial in (*hidden.task.training, *hidden.judged):
        assert list(trial.emg.columns) == left
        assert trial.envelopes.shape[1] == len(left)
    for source in hidden.task.declaration.sources.deep:
        assert source.recorded_channel is None
        assert not set(source.synergists) & set(hidden.channels)


def poison(trial: PreparedTrial, channels: list[str], names: tuple[str, ...]) -> PreparedTrial:
    columns = [channels.index(name) for name in names]
    values, envelopes = trial.emg.values.copy(), trial.envelopes.copy()
    values[:, columns] = values[::-1, columns] * 3.0 + 0.1
    envelopes[:, columns] = envelopes[::-1, columns] * 3.0 + 0.1
    return replace(trial, emg=replace(trial.emg, values=values), envelopes=envelopes)


def test_what_hidden_channels_recorded_reaches_no_network(windowed: PreparedTraining) -> None:
    task = windowed.task
    names = hide_some(task).channels
    channels = task.declaration.sources.channels
    found = []
    for trials in (task.training, [poison(each, channels, names) for each in task.training]):
        hidden = hide_some(replace(task, training=tuple(trials)))
        schooling = Schooling(
            hidden.task,
            calibrate_muscles(hidden.task, Steps()),
            windowed.setup.optimization,
            SIZE,
        )
        model = schooling.teach(Settings(1.0, 1.0), 1, "a network", Steps())
        found.append([speak(model, trial) for trial in hidden.judged])
    for before, after in zip(*found, strict=True):
        np.testing.assert_array_equal(before, after)


def test_masked_and_deep_muscles_are_the_same_question(windowed: PreparedTraining) -> None:
    hidden = hide_some(windowed.task)
    channels = windowed.declaration.sources.channels
    whole, deep = make_model(windowed.task), make_model(hidden.task)
    with torch.no_grad():
        for model in (whole, deep):
            # What tells muscles apart is theirs alone.
            model.predictor.identity.zero_()
        whole.predictor.readout.add_(torch.linspace(-1.0, 1.0, SIZE.width, dtype=torch.float64))
        shared = {
            name: value
            for name, value in whole.predictor.state_dict().items()
            if name.split(".")[0] in ("own", "copy", "motion", "encoder", "readout", "offset")
        }
        deep.predictor.load_state_dict(shared, strict=False)
    found = name_muscles(hidden)
    for trial in hidden.judged:
        inputs = next(t.inputs for t in windowed.task.training if t.name == trial.name)
        seen = torch.ones((len(inputs), len(channels)), dtype=torch.float64)
        seen[:, [channels.index(name) for name in hidden.channels]] = 0.0
        with torch.no_grad():
            masked = whole.predictor(torch.from_numpy(inputs), seen).numpy()
            asked = deep.predictor(torch.from_numpy(trial.inputs)).numpy()
        layout = deep.predictor.layout
        for channel, muscle in found.items():
            own = asked[:, len(layout.channels) + layout.outputs.index(muscle)]
            np.testing.assert_allclose(masked[:, channels.index(channel)], own, rtol=1e-9)


def name_muscles(hidden: HiddenTask) -> dict[str, str]:
    """The muscle that each hidden channel measured."""
    return dict(zip(hidden.channels, hidden.recordings, strict=True))


def test_a_frame_never_masks_everybody(windowed: PreparedTraining) -> None:
    model = make_model(windowed.task)
    inputs = torch.from_numpy(windowed.trials[TEST].inputs)
    nobody = torch.zeros((len(inputs), len(model.predictor.layout.channels)), dtype=torch.float64)
    with torch.no_grad():
        assert torch.isfinite(model.predictor(inputs, nobody)).all()
    for channels in (1, 2, 5):
        seen = draw_seen(np.random.default_rng(1), 2000, channels).numpy()
        assert seen.any(axis=1).all()
        assert (seen == 0.0).any() == (channels > 1)


def test_a_silent_channel_teaches_nothing(windowed: PreparedTraining) -> None:
    options = windowed.setup.optimization
    silent = []
    for trial in windowed.task.training:
        envelopes = trial.envelopes.copy()
        envelopes[:, 0] = 0.0
        silent.append(replace(trial, envelopes=envelopes))
    model = make_model(windowed.task)
    drives = model.predictor.layout.drives
    loss = HybridLoss(model, silent, options, np.zeros(drives), 1)
    assert float(loss(0)[0].detach()) < 1e3


def test_moments_teach_drives_as_far_as_they_weigh(windowed: PreparedTraining) -> None:
    options = windowed.setup.optimization
    gradients = []
    for weight in (0.0, 1.0):
        model = make_model(windowed.task)
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
    model = make_model(windowed.task)
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


def test_channels_that_are_hidden_together_leave_each_a_synergist() -> None:
    def record(*synergists: str) -> Recorded:
        return Recorded("muscle", (), synergists)

    declared = {"a": record("b"), "b": record("a"), "c": record("d", "e"), "d": record("c")}
    assert choose_hidden(declared, ["a", "b", "c", "d", "e"]) == ["a", "c"]
    assert choose_hidden({"c": record()}, ["a", "b", "c"]) == ["c"]
    assert choose_hidden({"a": record()}, ["a"]) == []
    assert choose_hidden({}, ["a", "b"]) == []


def test_a_hidden_channel_that_is_missed_leaves_no_interval() -> None:
    recording = np.abs(np.sin(np.linspace(0.0, 9.0, 200)))
    met = {"a": recording + 0.01, "b": recording}
    assert find_common_margin(met, {"a": recording, "b": recording}) is not None
    missed = {"a": recording + 0.01, "b": -recording}
    assert find_common_margin(missed, {"a": recording, "b": recording}) is None


@pytest.mark.parametrize(
    ("agreement", "margin", "verdict", "words"),
    [
        (0.9, 0.2, "use with care", "met at a mean r of 0.90, and no other people"),
        (0.5, 0.2, "do not use", "met at a mean r of 0.50"),
        (0.9, None, "do not use", "one of them not at all"),
        (0.9, 9.0, "do not use", "nothing is known"),
    ],
)
def test_verdicts_follow_what_hidden_channels_showed(
    agreement: float, margin: float | None, verdict: str, words: str
) -> None:
    choice = Choice(Settings(1.0, 0.5), ("a", "b"), agreement, margin, 0.1)
    excitation = np.abs(np.sin(np.linspace(0.0, 9.0, 200)))
    judged = judge_muscle(choice, excitation, 0.05)
    assert judged.verdict == verdict
    assert words in judged.reason
    assert (judged.interval is None) == (verdict == "do not use")
    apart = judge_muscle(choice, excitation, 0.15)
    if judged.interval is not None and apart.interval is not None:
        # Networks that disagree more know less.
        assert apart.interval.upper[1] == pytest.approx(1.5 * judged.interval.upper[1])
    assert judge_muscle(None, excitation, 0.05).verdict == "do not use"


def test_without_emg_there_must_be_something_to_see(windowed: PreparedTraining) -> None:
    architecture = replace(
        windowed.declaration.architecture, coordinates=(), speeds=(), external_loads=()
    )
    declaration = replace(windowed.declaration, architecture=architecture)
    blind = replace(windowed, declaration=declaration)
    with pytest.raises(NMMError, match="nothing is left to see"):
        fit_estimator("hybrid_without_emg", blind, 1)


def test_muscles_are_calibrated_and_weighed_by_their_leverage(windowed: PreparedTraining) -> None:
    muscles = calibrate_muscles(windowed.task, Steps())
    sources = windowed.declaration.sources
    assert muscles.leverage.shape == (len(sources.channels) + len(sources.outputs),)
    assert (muscles.leverage >= 0).all()
    assert (muscles.leverage <= 1).all()
    model = make_model(windowed.task)
    model.start(muscles.driven)
    scales = model.calibration.force_scale.value().detach().numpy()
    limits = windowed.declaration.bounds.find_limits("max_isometric_force", sources.muscles)
    expected = np.clip(np.exp(muscles.driven.parameters.force), *limits)
    np.testing.assert_allclose(scales, expected, rtol=0.02)


def test_seeds_share_no_network_but_the_calibration(windowed: PreparedTraining) -> None:
    steps = Steps()
    fitted = [
        fit_estimator("hybrid", windowed, seed, steps.part(part, 2))
        for part, seed in enumerate((1, 2))
    ]
    names = list(steps.found)
    assert len([name for name in names if name.startswith("calibration")]) == 2
    assert len(names) == 2 + 2 * (NETWORKS + 2)
    excitations = [each.estimate(windowed.trials[TEST]).excitations for each in fitted]
    deep = windowed.declaration.sources.deep[0].muscle
    assert not np.array_equal(excitations[0][deep], excitations[1][deep])
