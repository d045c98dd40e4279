"""The elbow with known truth: its model, and simulated trials that obey the physics they claim."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import opensim
import pytest
import torch
from conftest import ROOT
from lxml import etree

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.examples.elbow.anatomy import (
    COORDINATE,
    DEEP_MUSCLES,
    MUSCLE_NAMES,
    MUSCLES,
    RANGE,
)
from nmm_opensim.examples.elbow.model import build_elbow_model, write_elbow_model
from nmm_opensim.examples.elbow.plan import invert_shape, shape
from nmm_opensim.examples.elbow.recording import CHANNELS
from nmm_opensim.examples.elbow.subject import Subject, draw_subject
from nmm_opensim.examples.elbow.trials import Session, TrialCase, list_cases, make_elbow_trials
from nmm_opensim.formats.tables import read_table
from nmm_opensim.physics.motion import read_motion
from nmm_opensim.physics.muscles.activation import ActivationParameters, compute_activations
from nmm_opensim.physics.muscles.millard import MillardMuscle
from nmm_opensim.physics.muscles.parameters import MuscleParameters
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.running.opensim_cmd import find_opensim_cmd

MODEL = ROOT / "models" / "elbow.osim"
SEED = 1
CASES = [TrialCase(0.0, "fast", 1), TrialCase(2.0, "medium", 1), TrialCase(4.0, "fast", 1)]
DEEP = [MUSCLE_NAMES.index(name) for name in DEEP_MUSCLES]
MEASURED = [i for i in range(len(MUSCLE_NAMES)) if i not in DEEP]


@pytest.fixture(scope="module")
def elbow() -> OsimModel:
    return OsimModel(MODEL)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of short trials."""
    folder = tmp_path_factory.mktemp("elbow trials")
    make_elbow_trials(folder, SEED, Session(CASES, duration=5.0))
    return folder


def read_truth(folder: Path, case: TrialCase, name: str) -> Array:
    return read_table(folder / "truth" / case.name / f"{name}.sto", "truth").values


def read_time(folder: Path, case: TrialCase) -> Array:
    return read_table(folder / "truth" / case.name / "motion.sto", "truth").time


def test_the_committed_model_is_the_builders(tmp_path: Path) -> None:
    write_elbow_model(tmp_path / "elbow.osim")
    assert (tmp_path / "elbow.osim").read_bytes() == MODEL.read_bytes(), (
        "make models/elbow.osim again: python -m nmm_opensim.examples.elbow.model models/elbow.osim"
    )


def test_geometry_is_arm26s(elbow: OsimModel) -> None:
    arm26 = opensim.Model(str(ROOT / "data" / "arm26" / "arm26.osim"))
    state = arm26.initSystem()
    flexion = arm26.getCoordinateSet().get("r_elbow_flex")
    shared = [name for name in MUSCLE_NAMES if name != "BRD"]
    for angle in np.linspace(*RANGE, 27).tolist():
        elbow.set_pose({COORDINATE: angle})
        elbow.model.realizePosition(elbow.state)
        flexion.setValue(state, angle)
        arm26.realizePosition(state)
        for name in shared:
            muscle, original = elbow.muscle(name), arm26.getMuscles().get(name)
            arm = muscle.computeMomentArm(elbow.state, elbow.coordinate(COORDINATE))
            assert arm == pytest.approx(original.computeMomentArm(state, flexion), abs=1e-5)
            length = muscle.getLength(elbow.state)
            assert length == pytest.approx(original.getLength(state), abs=1e-5)
    for name in shared:
        original = arm26.getMuscles().get(name)
        for what in ("max_isometric_force", "optimal_fiber_length", "tendon_slack_length"):
            value = getattr(elbow.muscle(name), f"get_{what}")()
            assert value == pytest.approx(getattr(original, f"get_{what}")())
    assert elbow.model.getTotalMass(elbow.state) == pytest.approx(arm26.getTotalMass(state))


def test_moment_arms_are_those_of_flexors_and_extensors(elbow: OsimModel) -> None:
    angles = np.linspace(*RANGE, 131)[:, None]
    geometry = elbow.sample_geometry(
        MUSCLE_NAMES, [COORDINATE], [COORDINATE], angles, np.zeros_like(angles)
    )
    arms = geometry.moment_arms[:, :, 0]
    for i, anatomy in enumerate(MUSCLES):
        assert (np.sign(arms[:, i]) == (1 if anatomy.group == "flexor" else -1)).all()
    # Murray, Delp, Buchanan (1995): of the flexors, brachioradialis has the longest one by far.
    bent = arms[np.degrees(angles[:, 0]) > 90]
    assert (bent[:, MUSCLE_NAMES.index("BRD")] > 0.06).all()
    assert bent.max() == bent[:, MUSCLE_NAMES.index("BRD")].max() < 0.09
    # A moment arm is the change of length with angle, across every wrapping surface.
    by_length = -np.gradient(geometry.lengths, angles[:, 0], axis=0)
    assert np.abs(by_length - arms)[1:-1].max() < 1e-3


def test_it_equilibrates_over_its_range(elbow: OsimModel) -> None:
    coordinate = elbow.coordinate(COORDINATE)
    assert (coordinate.getRangeMin(), coordinate.getRangeMax()) == pytest.approx(RANGE)
    for angle in np.linspace(*RANGE, 5).tolist():
        elbow.set_pose({COORDINATE: angle})
        for name in MUSCLE_NAMES:
            elbow.muscle(name).setActivation(elbow.state, 0.5)
        elbow.model.equilibrateMuscles(elbow.state)
        elbow.model.realizeDynamics(elbow.state)
        for name in MUSCLE_NAMES:
            muscle = elbow.muscle(name)
            assert 0.4 < muscle.getNormalizedFiberLength(elbow.state) < 1.5
            assert muscle.getTendonForce(elbow.state) == pytest.approx(
                muscle.getFiberForceAlongTendon(elbow.state), rel=1e-4, abs=0.1
            )


def test_a_load_is_held_in_the_hand() -> None:
    empty, loaded = build_elbow_model(), build_elbow_model(4.0)
    state = loaded.initSystem()
    assert loaded.getTotalMass(state) == pytest.approx(empty.getTotalMass(empty.initSystem()) + 4.0)
    loaded.realizePosition(state)
    elbow_height = loaded.getBodySet().get("forearm").getPositionInGround(state).get(1)
    hand_height = loaded.getBodySet().get("hand_load").getPositionInGround(state).get(1)
    assert 0.28 < elbow_height - hand_height < 0.33


def test_opensim_cmd_computes_the_same_moments(trials: Path, tmp_path: Path) -> None:
    trial = trials / CASES[1].name
    setup = tmp_path / "id.xml"
    setup.write_text(
        f"""<OpenSimDocument Version="40500"><InverseDynamicsTool>
        <results_directory>{tmp_path}</results_directory>
        <model_file>{MODEL}</model_file>
        <forces_to_exclude>Muscles</forces_to_exclude>
        <time_range>0 10</time_range>
        <external_loads_file>{trial / "hand_load.xml"}</external_loads_file>
        <coordinates_file>{trial / "coordinates.mot"}</coordinates_file>
        <lowpass_cutoff_frequency_for_coordinates>-1</lowpass_cutoff_frequency_for_coordinates>
        <output_gen_force_file>moments.sto</output_gen_force_file>
        </InverseDynamicsTool></OpenSimDocument>""",
        encoding="utf-8",
    )
    # `import opensim` puts its own libraries on the path.
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    subprocess.run(
        [str(find_opensim_cmd()), "run-tool", str(setup)],
        cwd=trial,
        env=environment,
        check=True,
        capture_output=True,
    )
    found, expected = (
        read_table(folder / "moments.sto", "moments") for folder in (tmp_path, trial)
    )
    np.testing.assert_allclose(found.values, expected.values, atol=1e-5)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_inverse_dynamics_of_the_motion_is_the_muscles_moment(
    trials: Path, case: TrialCase
) -> None:
    moments = read_table(trials / case.name / "moments.sto", "moments")
    expected = np.interp(
        moments.time, read_time(trials, case), read_truth(trials, case, "motion")[:, 2]
    )
    error = np.abs(moments.values[:, 0] - expected)
    # Splines know less of accelerations at the ends.
    assert error[5:-5].max() < 0.05
    assert error.max() < 0.2


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_activations_follow_from_delayed_excitations(trials: Path, case: TrialCase) -> None:
    subject, time = draw_subject(SEED), read_time(trials, case)

    def find_error(delay: float) -> float:
        found = compute_activations(
            time,
            torch.tensor(read_truth(trials, case, "excitations")),
            ActivationParameters(
                torch.tensor(subject.shape_factor),
                torch.tensor(subject.activation_time_constant),
                torch.tensor(subject.deactivation_time_constant),
                np.full(len(MUSCLE_NAMES), 0.01),
                torch.full((len(MUSCLE_NAMES),), delay, dtype=torch.float64),
            ),
        )
        error = found.numpy() - read_truth(trials, case, "activations")
        return float(np.abs(error[time >= 0.5]).max())

    # OpenSim integrates; the kernel takes one step per sample.
    exact = find_error(subject.electromechanical_delay)
    assert exact < 2e-3
    for wrong in (-0.01, 0.01):
        assert find_error(subject.electromechanical_delay + wrong) > 5 * exact


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_trainings_muscle_gives_the_true_forces(
    trials: Path, elbow: OsimModel, case: TrialCase
) -> None:
    subject = draw_subject(SEED)
    motion = read_motion(
        trials / case.name / "coordinates.mot", elbow, [COORDINATE], None, None, None
    )
    geometry = elbow.sample_geometry(
        MUSCLE_NAMES, [COORDINATE], [COORDINATE], motion.values, motion.speeds
    )
    frames = len(motion.time)
    forces = MillardMuscle(elbow, MUSCLE_NAMES, "rigid")(
        motion.time,
        torch.tensor(read_truth(trials, case, "activations")[-frames:]),
        torch.tensor(geometry.lengths),
        torch.tensor(geometry.speeds),
        MuscleParameters(
            torch.tensor(subject.max_isometric_force),
            torch.tensor(subject.optimal_fiber_length),
            torch.tensor(subject.tendon_slack_length),
            torch.tensor([anatomy.pennation_angle for anatomy in MUSCLES], dtype=torch.float64),
        ),
    ).tendon_force.numpy()
    error = np.abs(forces - read_truth(trials, case, "forces")[-frames:])
    assert (error / subject.max_isometric_force)[5:-5].max() < 1e-3


def test_emg_is_the_excitation_with_gain_and_noise(trials: Path) -> None:
    subject = draw_subject(SEED)
    for case in CASES:
        emg = read_table(trials / case.name / "emg.sto", "EMG")
        emg = emg.select([CHANNELS[name] for name in MUSCLE_NAMES])
        truth = read_truth(trials, case, "excitations")
        np.testing.assert_allclose(emg.values[:, DEEP], truth[:, DEEP], atol=1e-11)
        for i in MEASURED:
            gain = (emg.values[:, i] @ truth[:, i]) / (truth[:, i] @ truth[:, i])
            assert gain == pytest.approx(subject.emg_gain[i], rel=0.1)
            error = emg.values[:, i] / subject.emg_gain[i] - truth[:, i]
            assert 0 < np.abs(error).max() < 0.5 * truth[:, i].max() + 0.03
        # The EMG covers the whole delay before the first frame of the motion.
        motion = read_table(trials / case.name / "coordinates.mot", "coordinates")
        assert motion.time[0] - emg.time[0] >= 0.125


def test_excitations_are_possible_and_deep_ones_no_function_of_the_others(trials: Path) -> None:
    excitations = np.vstack([read_truth(trials, case, "excitations") for case in CASES])
    assert excitations.min() >= 0
    assert excitations.max() <= 1
    assert (np.ptp(excitations, axis=0) > 0.05).all()
    inputs = np.column_stack([excitations[:, MEASURED], np.ones(len(excitations))])
    for i in DEEP:
        truth = excitations[:, i]
        predicted = inputs @ np.linalg.lstsq(inputs, truth, rcond=None)[0]
        explained = 1 - ((truth - predicted) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()
        assert 0.2 < explained < 0.88


def test_movements_are_those_planned(trials: Path) -> None:
    for case in CASES:
        angle = np.degrees(read_truth(trials, case, "motion")[:, 0])
        assert 0 < angle.min() < 25
        assert 85 < angle.max() < 130


def test_a_seed_decides_everything(trials: Path, tmp_path: Path) -> None:
    case = CASES[0]
    # Whatever else is made along.
    make_elbow_trials(tmp_path / "again", SEED, Session([case], duration=5.0))
    for name in ("emg.sto", "coordinates.mot", "moments.sto"):
        again, first = (folder / case.name / name for folder in (tmp_path / "again", trials))
        assert again.read_bytes() == first.read_bytes(), name
    assert (tmp_path / "again" / "truth" / "subject.json").read_bytes() == (
        trials / "truth" / "subject.json"
    ).read_bytes()


def test_subjects_differ_from_the_generic_model_within_bounds() -> None:
    subjects = [draw_subject(seed) for seed in range(20)]
    force = [s.max_isometric_force / [m.max_isometric_force for m in MUSCLES] for s in subjects]
    fiber = [s.optimal_fiber_length / [m.optimal_fiber_length for m in MUSCLES] for s in subjects]
    tendon = [s.tendon_slack_length / [m.tendon_slack_length for m in MUSCLES] for s in subjects]
    for ratios, low, high in ((force, 0.65, 1.65), (fiber, 0.93, 1.07), (tendon, 0.98, 1.02)):
        found = np.array(ratios)
        assert low <= found.min()
        assert found.max() <= high
        assert found.std() > 0.3 * (high - low) / np.sqrt(12)
    for subject in subjects:
        assert 0.03 <= subject.electromechanical_delay <= 0.07
        assert (subject.emg_gain[DEEP] == 1).all()


def test_shape_and_its_inverse() -> None:
    subject = draw_subject(2)
    excitations = np.linspace(0, 1, 11)[:, None] * np.ones(len(MUSCLE_NAMES))
    controls = shape(subject, excitations)
    assert controls[[0, -1]] == pytest.approx(excitations[[0, -1]])
    np.testing.assert_allclose(invert_shape(subject, controls), excitations, atol=1e-12)


def test_truth_holds_the_subject(trials: Path) -> None:
    record = json.loads((trials / "truth" / "subject.json").read_text(encoding="utf-8"))
    subject: Subject = draw_subject(SEED)
    assert record["electromechanical_delay"] == subject.electromechanical_delay
    model = opensim.Model(str(trials / "truth" / "subject_4kg.osim"))
    for i, name in enumerate(MUSCLE_NAMES):
        assert record["muscles"][name]["max_isometric_force"] == subject.max_isometric_force[i]
        muscle = model.getMuscles().get(name)
        assert muscle.get_tendon_slack_length() == subject.tendon_slack_length[i]


def test_elastic_tendons_too(tmp_path: Path) -> None:
    case = TrialCase(2.0, "fast", 1)
    make_elbow_trials(tmp_path, SEED, Session([case], duration=1.5, tendon="elastic"))
    moments = read_table(tmp_path / case.name / "moments.sto", "moments")
    truth = read_truth(tmp_path, case, "motion")[-len(moments.time) :, 2]
    assert np.abs(moments.values[:, 0] - truth)[5:-5].max() < 0.05


def test_noise_of_the_motion_is_filtered_by_inverse_dynamics(tmp_path: Path) -> None:
    case = CASES[0]
    noisy = Session([case], duration=2.0, angle_noise=0.1, lowpass_cutoff_frequency=6.0)
    make_elbow_trials(tmp_path, SEED, noisy)
    moments = read_table(tmp_path / case.name / "moments.sto", "moments")
    angle = read_table(tmp_path / case.name / "coordinates.mot", "coordinates")
    truth = read_truth(tmp_path, case, "motion")[-len(angle.time) :]
    noise = angle.values[:, 0] - np.degrees(truth[:, 0])
    assert noise.std() == pytest.approx(0.1, rel=0.3)
    found = np.interp(angle.time, moments.time, moments.values[:, 0])
    assert np.abs(found - truth[:, 2])[20:-20].max() < 0.5


def test_the_setup_names_the_trials_that_are_made() -> None:
    setup = etree.parse(ROOT / "setups" / "elbow_train.xml").getroot()
    roles = {trial.get("name"): trial.findtext("role") for trial in setup.iter("Trial")}
    assert roles == {case.name: "test" if case.load == 4 else "train" for case in list_cases()}
    for element, name in (("emg_file", "emg.sto"), ("inverse_dynamics_file", "moments.sto")):
        for trial in setup.iter("Trial"):
            assert trial.findtext(element) == f"../results/elbow/{trial.get('name')}/{name}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duration": 0.1}, "at least 1 s"),
        ({"duration": np.inf}, "at least 1 s, but found inf"),
        ({"emg_noise": -1.0}, "noise of the EMG of at least 0, but found -1"),
        ({"angle_noise": np.nan}, "noise of the angle of at least 0, but found nan"),
        ({"regime": "loose"}, "drifting, small_drift, pose_sharing, but found 'loose'"),
        ({"cases": []}, "expected a trial to make"),
        ({"tendon": "soft"}, "rigid, elastic, but found 'soft'"),
        ({"cases": [replace(CASES[0], speed="hasty")]}, "but found 'hasty'"),
        ({"cases": [replace(CASES[0], load=80.0)]}, "but found 80 kg"),
    ],
)
def test_refuses_what_cannot_be_simulated(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    options: dict[str, Any] = {"cases": CASES} | change
    with pytest.raises(NMMError, match=message):
        make_elbow_trials(tmp_path / "new", SEED, Session(**options))
    assert not (tmp_path / "new").exists()


def test_the_command_fails_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nmm_opensim.elbow", str(tmp_path / "x"), "--duration", "0.1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "at least 1 s" in done.stderr
