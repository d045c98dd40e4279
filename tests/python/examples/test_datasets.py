"""Published recordings become files that a training setup loads."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from scipy.io import loadmat, savemat
from sto import read_sto

from nmm_opensim.errors import NMMError
from nmm_opensim.examples.datasets.envelopes import find_divisors
from nmm_opensim.examples.datasets.overground import STRIDES, import_overground
from nmm_opensim.examples.datasets.treadmill import import_treadmill
from nmm_opensim.nmm.sources import order_sources
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.training.training_setup import read_training_setup

RECORDINGS = ROOT.parent / "shared" / "data"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}"
)


def copy_setup(name: str, folder: Path) -> Path:
    setup = folder / "setups" / name
    setup.parent.mkdir(exist_ok=True)
    text = (ROOT / "setups" / name).read_text()
    # The other subjects' files are not made here.
    alone = re.sub(r"<prior_subjects>.*</prior_subjects>", "", text, flags=re.DOTALL)
    setup.write_text(alone)
    return setup


@pytest.fixture(scope="module")
def treadmill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder with the treadmill's files."""
    folder = tmp_path_factory.mktemp("datasets")
    import_treadmill(RECORDINGS / "walking_treadmill", folder / "data" / "treadmill")
    return folder


@needs_recordings
def test_treadmill_files_are_the_recording(treadmill: Path) -> None:
    data = treadmill / "data" / "treadmill"
    walk = RECORDINGS / "walking_treadmill" / "walk36"
    emg, raw = read_sto(data / "emg.sto"), np.loadtxt(walk / "emgFilt.sto", skiprows=6)
    divisors = np.array(emg.header["channel_divisors"].split(), dtype=float)
    np.testing.assert_allclose(emg.values * divisors, np.maximum(raw[:, 1:], 0.0), atol=1e-6)
    assert emg.values[emg.time <= 40.0].max(axis=0) == pytest.approx(1.0)
    moments, spiky = read_sto(data / "moments.sto"), np.loadtxt(walk / "id.sto", skiprows=7)
    np.testing.assert_allclose(moments.time, spiky[:, 0], atol=1e-9)
    ankle = moments.column("ankle_angle_r_moment")
    original = spiky[:, 1 + moments.columns.index("ankle_angle_r_moment")]
    # Without spikes, and without lag: no shift by a sample fits the original better.
    fits = [np.corrcoef(ankle[10:-10], np.roll(original, k)[10:-10])[0, 1] for k in (-1, 0, 1)]
    assert fits[1] == max(fits) > 0.98
    assert np.abs(np.diff(ankle, 2)).max() < 0.2 * np.abs(np.diff(original, 2)).max()
    assert (data / "coordinates.sto").read_bytes() == (walk / "ik.sto").read_bytes()


@needs_recordings
def test_the_faster_treadmill_walk_has_the_slower_ones_scales(treadmill: Path) -> None:
    slow = treadmill / "data" / "treadmill"
    fast = slow / "walk45"
    emg, other = read_sto(fast / "emg.sto"), read_sto(slow / "emg.sto")
    assert emg.header["channel_divisors"] == other.header["channel_divisors"]
    assert emg.columns == other.columns
    walk = RECORDINGS / "walking_treadmill" / "walk45"
    raw = np.loadtxt(walk / "emgFilt.sto", skiprows=6)
    divisors = np.array(emg.header["channel_divisors"].split(), dtype=float)
    np.testing.assert_allclose(emg.values * divisors, np.maximum(raw[:, 1:], 0.0), atol=1e-6)
    assert (fast / "coordinates.sto").read_bytes() == (walk / "ik.sto").read_bytes()
    ankle = read_sto(fast / "moments.sto").column("ankle_angle_r_moment")
    assert -120 < ankle.min() < -70
    loads = read_sto(fast / "ground_reactions.sto")
    assert 500 < loads.column("ground_force_vy").max() < 1000
    assert (fast / "external_loads.xml").is_file()


@needs_recordings
def test_treadmill_model_has_the_subjects_mass_and_the_generic_lengths(treadmill: Path) -> None:
    model = OsimModel(treadmill / "data" / "treadmill" / "gait2392_58kg.osim")
    generic = OsimModel(RECORDINGS / "walking_treadmill" / "gait2392.osim")
    mass = model.model.getTotalMass(model.state)
    assert 57.0 < mass < 59.0
    share = mass / generic.model.getTotalMass(generic.state)
    for body in generic.model.getBodySet():
        scaled = model.model.getBodySet().get(body.getName())
        assert scaled.getMass() == pytest.approx(share * body.getMass())
        assert scaled.get_inertia().get(1) == pytest.approx(share * body.get_inertia().get(1))
    names = ["soleus_r", "vas_lat_r"]
    assert model.muscle("soleus_r").get_max_isometric_force() > 0
    np.testing.assert_allclose(model.muscle_lengths({}, names), generic.muscle_lengths({}, names))


@needs_recordings
def test_treadmill_setup_declares_every_muscle(treadmill: Path) -> None:
    setup = read_training_setup(copy_setup("treadmill_train.xml", treadmill))
    assert [trial.role for trial in setup.trials] == ["train", "validation", "test"]
    model = OsimModel(setup.model_file)
    crossing = model.find_crossing_muscles(setup.moment_coordinates)
    sources = order_sources(setup.sources, crossing, model.muscle_names)
    assert sources.muscles == crossing
    assert "soleus_r" not in sources.channels


@needs_recordings
def test_overground_strides_have_the_recordings_speeds(tmp_path: Path) -> None:
    import_overground(RECORDINGS / "walking_overground", tmp_path / "data" / "overground")
    data = tmp_path / "data" / "overground"
    file = RECORDINGS / "walking_overground" / "ExperimentalData.mat"
    recorded = loadmat(file, squeeze_me=True, struct_as_record=False)["ExperimentalData"]
    for k in STRIDES:
        motion = read_sto(data / f"stride_{k}" / "coordinates.sto")
        # The recording tells no times: its speeds must be those of the times found.
        assert 1.0 < motion.time[-1] < 1.1
        knee = np.gradient(motion.column("knee_angle_r"), motion.time)[1:-1]
        speed = recorded.Q.subject1.Qdots.all[1:-1, motion.columns.index("knee_angle_r"), k]
        np.testing.assert_allclose(knee, speed, atol=0.02 * np.abs(speed).max())
        emg = read_sto(data / f"stride_{k}" / "emg.sto")
        assert emg.time[0] < -0.2
        assert emg.time[-1] > motion.time[-1] + 0.2
        assert emg.values.min() >= 0
        inside = np.searchsorted(emg.time, motion.time - 1e-6)
        raw = recorded.EMG.subject1.all[:, :, k]
        divisors = np.array(emg.header["channel_divisors"].split(), dtype=float)
        np.testing.assert_allclose(emg.values[inside] * divisors, np.maximum(raw, 0), atol=1e-6)
        ankle = read_sto(data / f"stride_{k}" / "moments.sto").column("ankle_angle_r_moment")
        assert -100 < ankle.min() < -80
        with (data / f"stride_{k}" / "strides.csv").open() as events:
            ((row),) = list(csv.DictReader(events))
        assert (row["name"], row["side"]) == (f"stride_{k}", "right")
        times = [float(row[name]) for name in ("initial_time", "toe_off", "final_time")]
        assert times[0] == 0
        assert times[2] == pytest.approx(motion.time[-1], abs=1e-4)
        # Of body weight, which 20 N are 3.3 % of; toe off is between two samples.
        vertical = recorded.GRFs.subject1.all[:, 1, k]
        before = np.searchsorted(motion.time, times[1]) - 1
        assert vertical[before] >= 3.29 > vertical[before + 1]
        assert 0.6 < times[1] / times[2] < 0.68

    setup = read_training_setup(copy_setup("overground_train.xml", tmp_path))
    model = OsimModel(setup.model_file)
    crossing = model.find_crossing_muscles(setup.moment_coordinates)
    declared = order_sources(setup.sources, crossing, model.muscle_names).muscles
    # All fourteen channels, though two of them cross neither knee nor ankle.
    assert set(declared) == {*crossing, "glut_med1_r", "add_long_r"}


def test_another_matlab_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ExperimentalData.mat"
    savemat(file, {"other": 1})
    with pytest.raises(NMMError, match="expected a MATLAB file"):
        import_overground(tmp_path, tmp_path / "data")
    savemat(file, {"ExperimentalData": {"Q": {"subject1": {"Qs": {"all": [1.0]}}}}})
    with pytest.raises(NMMError, match="expected Q of subject1 as 100 samples"):
        import_overground(tmp_path, tmp_path / "data")


def test_an_empty_channel_is_named() -> None:
    with pytest.raises(NMMError, match=r"channel 'b'.* is 0; take the recordings"):
        find_divisors(["a", "b"], np.array([[0.5, 0.0], [0.2, 0.0]]), "EMG file 'x.sto'")


def test_a_folder_without_the_recordings_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"EMG file .*expected a file, but found nothing"):
        import_treadmill(tmp_path, tmp_path / "data")
    assert not (tmp_path / "data").exists()
