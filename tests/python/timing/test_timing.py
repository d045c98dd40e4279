"""The lag between EMG and motion: known ones are found, implausible ones are warned of."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import ROOT, Walking
from rich.console import Console
from scipy.ndimage import gaussian_filter1d

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.emg_driven.lag import Lag, estimate_lags
from nmm_opensim.formats.tables import Table
from nmm_opensim.nmm.chain import PreparedTrial, resample_emg
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources, Unscored
from nmm_opensim.physics.motion import Motion
from nmm_opensim.physics.muscles.activation import POSSIBLE_DELAY
from nmm_opensim.physics.muscles.millard import MillardMuscle, MuscleProperties, read_properties
from nmm_opensim.physics.muscles.parameters import MuscleParameters
from nmm_opensim.physics.osim_model import Geometry, OsimModel
from nmm_opensim.timing.recordings import estimate_setup_timing, estimate_timing
from nmm_opensim.timing.timing_table import make_table
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

COORDINATE = "elbow_flexion"
CHANNELS = {"TRIlong": "a", "TRIlat": "b", "BIClong": "c", "BICshort": "d", "BRD": "e"}
SYNERGISTS = {"TRImed": ("a", "b"), "BRA": ("c", "d", "e")}
STEP = 0.01


def declare(model: OsimModel) -> MuscleSources:
    return MuscleSources(
        tuple(
            Measured(m, (CHANNELS[m],), (1.0,)) if m in CHANNELS else Deep(m, None, SYNERGISTS[m])
            for m in model.muscle_names
        )
    )


def simulate(model: OsimModel, lag: float, seed: int, duration: float = 12.0) -> PreparedTrial:
    """A trial of a subject whose strengths, lengths, shape and gains are not the model's.

    Deep muscles follow their synergists only roughly, and EMG and moments are noisy.
    """
    random = np.random.default_rng(seed)
    muscles = model.muscle_names
    emg_time = np.arange(-0.5, duration, STEP)
    time = emg_time[emg_time >= 0]
    excitations = draw_excitations(muscles, emg_time, random)
    angle = 1.2 + 0.6 * np.sin(2 * np.pi * 0.6 * time + np.sin(0.9 * time))
    motion = Motion(time, (COORDINATE,), angle[:, None], np.gradient(angle, STEP)[:, None])
    geometry = model.sample_geometry(
        muscles, [COORDINATE], [COORDINATE], motion.values, motion.speeds
    )
    properties = read_properties(model, muscles)
    activations = activate(properties, time, emg_time + lag, excitations)
    forces = pull(
        MillardMuscle(model, muscles, "rigid"), properties, time, activations, geometry, random
    )
    moments = np.einsum("tm,tmc->tc", forces, geometry.moment_arms)
    moments += 0.05 * moments.std() * random.normal(size=moments.shape)

    measured = excitations[:, [muscles.index(name) for name in CHANNELS]]
    emg = Table("EMG", tuple(CHANNELS.values()), emg_time, record(measured, random))
    return PreparedTrial(
        "simulated",
        "train",
        emg,
        motion,
        moments,
        np.empty((len(moments), 0)),
        np.zeros((0, 0)),
        np.zeros((0, 0)),
        geometry.lengths,
        geometry.speeds,
        geometry.moment_arms,
    )


def draw_excitations(muscles: list[str], time: Array, random: np.random.Generator) -> Array:
    """Flexors and extensors by turns, each muscle in its own way."""
    phase = 2 * np.pi * random.uniform(0.4, 1.0) * time
    flexing = 0.5 + 0.5 * np.sin(phase + np.sin(1.7 * time))
    excitations = np.empty((len(time), len(muscles)))
    for i, name in enumerate(muscles):
        own = gaussian_filter1d(random.normal(size=len(time)), 12, mode="wrap")
        drive = (1.0 - flexing if name.startswith("TRI") else flexing) ** 2
        excitations[:, i] = np.clip(drive * (0.35 + 0.1 * own / own.std()), 0, 1)
    return excitations


def activate(
    properties: MuscleProperties, time: Array, excitation_time: Array, excitations: Array
) -> Array:
    """Activations of muscles with a shape factor that is not the model's, and no delay."""
    count = excitations.shape[1]
    return _core.compute_activations(
        time,
        excitation_time,
        excitations,
        np.full(count, -1.2),
        properties.activation_time_constant,
        properties.deactivation_time_constant,
        properties.minimum_activation,
        np.full(count, 0.0),
    )


def pull(
    muscle: MillardMuscle,
    properties: MuscleProperties,
    time: Array,
    activations: Array,
    geometry: Geometry,
    random: np.random.Generator,
) -> Array:
    """Forces (N) of muscles whose strengths and lengths are not the model's."""
    count = activations.shape[1]
    own = properties.parameters
    force: Array = muscle(
        time,
        torch.tensor(activations),
        torch.tensor(geometry.lengths),
        torch.tensor(geometry.speeds),
        MuscleParameters(
            torch.tensor(own.max_isometric_force * random.uniform(0.7, 1.5, count)),
            torch.tensor(own.optimal_fiber_length * random.uniform(0.93, 1.07, count)),
            torch.tensor(own.tendon_slack_length * random.uniform(0.98, 1.02, count)),
            torch.tensor(own.pennation_angle_at_optimal),
        ),
    ).tendon_force.numpy()
    return force


def record(excitations: Array, random: np.random.Generator) -> Array:
    """EMG with noise, each channel in a unit of its own."""
    noise = gaussian_filter1d(random.normal(size=excitations.shape), 5, axis=0)
    recorded: Array = np.maximum(excitations * (1 + 0.1 * noise / noise.std()), 0)
    return recorded * random.uniform(0.1, 3.0, excitations.shape[1])


def estimate(
    trial: PreparedTrial, model: OsimModel, sources: MuscleSources, coordinates: Sequence[str]
) -> Lag:
    return estimate_lags({"x": [trial]}, model, sources, coordinates)[0]["x"]


def shift(trial: PreparedTrial, lead: float) -> PreparedTrial:
    """The same trial with EMG earlier by ``lead`` (s)."""
    emg = trial.emg
    return replace(trial, emg=replace(emg, time=emg.time - lead))


@pytest.fixture(scope="module")
def elbow() -> OsimModel:
    return OsimModel(ROOT / "models" / "elbow.osim")


@pytest.mark.parametrize(("lag", "seed"), [(0.0, 1), (0.05, 2), (0.11, 3), (-0.04, 4)])
def test_a_known_lag_is_found(elbow: OsimModel, lag: float, seed: int) -> None:
    found = estimate(simulate(elbow, lag, seed), elbow, declare(elbow), [COORDINATE])
    assert found.seconds == pytest.approx(lag, abs=0.01)
    assert 0.0 < found.spread < 0.02
    assert found.explained[COORDINATE] > 0.8


def test_streams_apart_are_warned_of(elbow: OsimModel) -> None:
    late, right = simulate(elbow, 0.04, 5, 8.0), simulate(elbow, 0.04, 6, 8.0)
    trials = {"shifted.sto": [shift(late, 0.15)], "right.sto": [right]}
    timing = estimate_timing(trials, elbow, declare(elbow), [COORDINATE])
    apart = timing.stream_lag("shifted.sto") - timing.stream_lag("right.sto")
    assert apart == pytest.approx(0.15, abs=0.01)
    far = [text for text in timing.warnings if "electromechanical delay is 0-125 ms" in text]
    assert len(far) == 1
    assert "recording 'shifted.sto': EMG leads by" in far[0]
    assert any("one delay cannot serve them all" in text for text in timing.warnings)


def test_a_plausible_lag_is_all_delay_and_no_warning(elbow: OsimModel) -> None:
    trials = {"x.sto": [simulate(elbow, 0.06, 7, 8.0)]}
    timing = estimate_timing(trials, elbow, declare(elbow), [COORDINATE])
    assert timing.warnings == []
    assert timing.delay == timing.mean.seconds
    assert timing.stream_lag("x.sto") == pytest.approx(0.0, abs=1e-12)


def test_a_lag_of_a_model_that_does_not_fit_is_not_trusted(elbow: OsimModel) -> None:
    trial = simulate(elbow, 0.06, 9, 8.0)
    random = np.random.default_rng(9)
    trial.emg.values[:] = random.uniform(size=trial.emg.values.shape)
    timing = estimate_timing({"noise.sto": [trial]}, elbow, declare(elbow), [COORDINATE])
    (warning,) = timing.warnings
    assert "recording 'noise.sto'" in warning
    assert "do not trust this lag" in warning


def test_muscles_without_emg_are_refused(elbow: OsimModel) -> None:
    sources = declare(elbow).sources
    without = [Unscored(s.muscle) if s.muscle == "BRA" else s for s in sources]
    trial = simulate(elbow, 0.0, 8, 2.0)
    with pytest.raises(NMMError, match=r"moved by muscles without \(BRA\); declare"):
        estimate(trial, elbow, MuscleSources(tuple(without)), [COORDINATE])


@pytest.mark.parametrize("lead", [-0.05, 0.1])
def test_a_recording_shifted_on_purpose(training: PreparedTraining, lead: float) -> None:
    (trial,) = training.training_trials
    declared = training.model, training.declaration.sources, training.setup.moment_coordinates
    original = estimate(trial, *declared)
    # Example3DWalking's streams agree: what is left is an electromechanical delay.
    assert 0.0 < original.seconds < 0.125
    moved = estimate(shift(trial, lead), *declared)
    assert moved.seconds - original.seconds == pytest.approx(lead, abs=0.01)


def test_a_setups_timing_as_a_table(training: PreparedTraining) -> None:
    timing = estimate_setup_timing(training)
    assert list(timing.recordings) == ["electromyography.sto"]
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(make_table(timing))
    text = console.export_text()
    assert "Electromechanical delay" in text
    assert f"{1000 * timing.mean.seconds:.0f} ± " in text


def test_a_setup_may_leave_the_delay_to_be_estimated(
    walking_inputs: Walking, training: PreparedTraining
) -> None:
    mean = estimate_setup_timing(training).mean.seconds
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "estimate_train.xml", ("delay>0.04<", "delay>estimate<")
    )
    found = prepare_training(read_training_setup(setup))
    assert found.declaration.electromechanical_delay == pytest.approx(mean, abs=0.005)
    # The network's inputs and all envelopes are those of that delay.
    (trial,) = found.training_trials
    fixed = resample_emg(training.training_trials[0], found.declaration)
    np.testing.assert_array_equal(trial.envelopes, fixed.envelopes)
    np.testing.assert_array_equal(trial.inputs, fixed.inputs)

    shifted = walking_inputs.copy(
        setup,
        "apart_train.xml",
        ("</emg_file>", "</emg_file><emg_time_offset>-0.1</emg_time_offset>"),
        ("<final_time>2.37", "<final_time>2.2"),
    )
    apart = prepare_training(read_training_setup(shifted))
    assert apart.declaration.electromechanical_delay == POSSIBLE_DELAY[1]
    # That the moments do not fit at such a lag is said too.
    said = "EMG leads the motion by 1\\d\\d ms.*<emg_time_offset>"
    assert [re.search(said, warning) is not None for warning in apart.warnings].count(True) == 1
