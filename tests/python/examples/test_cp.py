"""A child's strides of a gait laboratory become trials."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from cycles_files import SAMPLES, Quantity, make_force, make_motion, write_experiment
from sto import read_sto

from nmm_opensim.errors import NMMError
from nmm_opensim.examples.datasets.cp import CHANNELS, MASS, RECORDED, import_cp
from nmm_opensim.examples.datasets.cycles import find_toe_off
from nmm_opensim.models.scaling.scale import Sizes, scale_model
from nmm_opensim.nmm.sources import order_sources
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.training.training_setup import read_training_setup

RECORDINGS = ROOT.parent / "shared" / "data" / "walking_cp"
DURATIONS = [1.0, 1.1, 0.9, 1.2]
OFF = 62.25
SLOPE = 10.0


def write_recordings(folder: Path, **changes: Quantity) -> Path:
    folder.mkdir()
    names = ["lower_torso_RX", *RECORDED, "knee_flex_l"]
    angles, speeds = make_motion(names, DURATIONS)
    random = np.random.default_rng(3)
    quantities: dict[str, Quantity] = {
        "q": (names, angles),
        "grf": (["Fore-aft-r", "Vertical-r"], np.stack([make_force(OFF, SLOPE, 4)] * 2, axis=1)),
        "torques": (names, 2 * angles),
        "emg": (["RVAL", *CHANNELS], random.uniform(0.1, 1.0, (SAMPLES, 7, 4))),
    }
    write_experiment(folder / "ExperimentalData_r.mat", speeds=speeds, **{**quantities, **changes})
    return folder


def test_strides_get_their_times_names_and_events(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "recordings")
    import_cp(recordings, tmp_path / "out")
    for k, duration in enumerate(DURATIONS):
        folder = tmp_path / "out" / f"stride_{k}"
        motion = read_sto(folder / "coordinates.sto")
        # Speeds by differences of 100 samples are 0.1 % short.
        assert motion.time[-1] == pytest.approx(duration, rel=2e-3)
        assert motion.columns == [
            "hip_flexion_r", "hip_adduction_r", "hip_rotation_r", "knee_angle_r",
            "ankle_angle_r", "subtalar_angle_r", "mtp_angle_r",
        ]  # fmt: skip
        knee = 20 * np.sin(2 * np.pi * motion.time / motion.time[-1] + 4)
        np.testing.assert_allclose(motion.column("knee_angle_r"), knee, atol=1e-6)
        assert not motion.column("mtp_angle_r").any()
        moments = read_sto(folder / "moments.sto")
        np.testing.assert_allclose(moments.column("knee_angle_r_moment"), 2 * knee, atol=1e-6)
        emg = read_sto(folder / "emg.sto")
        assert emg.columns == list(CHANNELS)
        assert emg.time[0] < -0.2
        assert emg.time[-1] > motion.time[-1] + 0.2
        with (folder / "strides.csv").open() as file:
            ((row),) = list(csv.DictReader(file))
        assert row["side"] == "right"
        assert float(row["initial_time"]) == 0.0
        assert float(row["final_time"]) == pytest.approx(motion.time[-1], abs=1e-4)
        # The force falls evenly to 0 at OFF.
        threshold = 100 * 20 / (MASS * 9.80665)
        truth = (OFF - threshold / SLOPE) * motion.time[-1] / (SAMPLES - 1)
        assert float(row["toe_off"]) == pytest.approx(truth, abs=1e-3)


def test_scales_come_from_the_training_strides(tmp_path: Path) -> None:
    values = np.full((SAMPLES, 6, 4), 0.1)
    values[10, :, 1] = 0.5
    values[10, :, 3] = 2.0
    recordings = write_recordings(tmp_path / "recordings", emg=(list(CHANNELS), values))
    import_cp(recordings, tmp_path / "out")
    largest = [read_sto(tmp_path / "out" / f"stride_{k}" / "emg.sto").values.max() for k in (1, 3)]
    assert largest == pytest.approx([1.0, 4.0])


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    few = (["RREF", "RTIA"], np.ones((SAMPLES, 2, 4)))
    with pytest.raises(NMMError, match="expected a column 'RBIF' of EMG, but found RREF RTIA"):
        import_cp(write_recordings(tmp_path / "a", emg=few), tmp_path / "out")
    short = (["Fore-aft-r", "Vertical-r"], np.stack([make_force(OFF, SLOPE, 3)] * 2, axis=1))
    with pytest.raises(NMMError, match=r"expected GRFs of subject1 .* at least 4 strides"):
        import_cp(write_recordings(tmp_path / "b", grf=short), tmp_path / "out")
    gap = np.ones((SAMPLES, 6, 4))
    gap[5, 2, 3] = np.nan
    with pytest.raises(NMMError, match=r"expected numbers in strides .* of EMG"):
        import_cp(write_recordings(tmp_path / "c", emg=(list(CHANNELS), gap)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "vertical",
    [
        [0.0, 300.0, 300.0, 0.0],
        [300.0, 300.0, 300.0, 300.0],
        [300.0, 0.0, 300.0, 0.0],
    ],
    ids=["in the air at first", "never off", "two stances"],
)
def test_a_stride_without_one_stance_is_refused(vertical: list[float]) -> None:
    time = np.arange(4.0)
    with pytest.raises(NMMError, match="expected one stance of more than 20 N"):
        find_toe_off(time, np.array(vertical), "stride")


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")
def test_the_published_child(tmp_path: Path, example: Path) -> None:
    data = tmp_path / "data" / "cp"
    import_cp(RECORDINGS, data)
    scale_model(example / "subject_walk_scaled.osim", data / "subject.osim", Sizes(MASS))
    for k in range(4):
        motion = read_sto(data / f"stride_{k}" / "coordinates.sto")
        assert 0.95 < motion.time[-1] < 1.1
        # In crouch: flexion is positive, as in the model, and the knee is never straight.
        assert motion.column("knee_angle_r").min() > 25
        moments = read_sto(data / f"stride_{k}" / "moments.sto")
        ankle = moments.column("ankle_angle_r_moment") / MASS
        assert -1.0 < ankle.min() < -0.7
        with (data / f"stride_{k}" / "strides.csv").open() as file:
            ((row),) = list(csv.DictReader(file))
        assert 0.58 < float(row["toe_off"]) / motion.time[-1] < 0.68
    (tmp_path / "setups").mkdir()
    setup_file = tmp_path / "setups" / "cp_train.xml"
    setup_file.write_text((ROOT / "setups" / "cp_train.xml").read_text())
    setup = read_training_setup(setup_file)
    model = OsimModel(setup.model_file)
    crossing = model.find_crossing_muscles(setup.moment_coordinates)
    sources = order_sources(setup.sources, crossing, model.muscle_names)
    assert sources.muscles == crossing
    assert "RSOL" not in sources.channels
