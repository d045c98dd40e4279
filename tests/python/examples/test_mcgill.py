"""Straight walks of a laboratory become trials of the wired leg."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from sto import read_sto

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.examples.datasets.live_channels import find_fault
from nmm_opensim.examples.datasets.mcgill import import_mcgill
from nmm_opensim.examples.datasets.treadmill import import_treadmill
from nmm_opensim.nmm.sources import order_sources
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.c3d.content import read_c3d
from nmm_opensim.recordings.c3d.outputs import list_outputs
from nmm_opensim.recordings.signal import Signal
from nmm_opensim.training.training_setup import read_training_setup

SHARED = ROOT.parent / "shared" / "data"
RECORDINGS = SHARED / "walking_c3d" / "mcgill"
RIGHT = {"HC002D", "HC031A", "HC033A", "HC038A", "HC044A"}
LEFT = {"HC030A", "HC032A", "HC036A"}
RATE, COUNT = 1000.0, 2000


def make_emg(rest: float = 0.05, burst: float = 1.0) -> Array:
    """Noise of 60 to 140 Hz in two bursts, as a walking muscle gives it."""
    time = np.arange(COUNT) / RATE
    spectrum = np.fft.rfft(np.random.default_rng(2).normal(size=COUNT))
    frequency = np.fft.rfftfreq(COUNT, 1 / RATE)
    spectrum[(frequency < 60) | (frequency > 140)] = 0
    level = rest + burst * np.exp(-(((time % 1.0) - 0.5) ** 2) / 0.01)
    emg: Array = 0.1 * level * np.fft.irfft(spectrum, COUNT)
    return emg


def judge(values: Array) -> str:
    return find_fault(Signal("EMG file 'x.c3d'", "a", "V", RATE, 0.0, values))


def test_a_channel_that_shows_a_muscle_is_live_and_others_are_not() -> None:
    emg = make_emg()
    assert judge(emg) == ""
    assert judge(np.zeros(COUNT)) == "nothing changes"
    assert judge(np.random.default_rng(1).normal(0, 5e-4, COUNT)).startswith("noise: its median")
    assert "held at an extreme" in judge(np.clip(1000 * emg, -1.25, 1.25))
    assert "its envelope rises to" in judge(make_emg(1.0, 0.0))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"C3D files of straight walks, \*_straight.c3d"):
        import_mcgill(tmp_path, tmp_path / "out")
    (tmp_path / "A_straight.c3d").write_bytes(b"x")
    with pytest.raises(NMMError, match=r"make it first: python -m nmm_opensim\.datasets treadmill"):
        import_mcgill(tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")
def test_the_published_walks(tmp_path: Path) -> None:
    import_treadmill(SHARED / "walking_treadmill", tmp_path / "treadmill")
    import_mcgill(RECORDINGS, tmp_path / "mcgill")
    with (tmp_path / "mcgill" / "people.csv").open() as file:
        people = {row["person"]: row for row in csv.DictReader(file)}
    assert {name for name, row in people.items() if row["side"] == "right"} == RIGHT
    assert {name for name, row in people.items() if row["side"] == "left"} == LEFT
    assert people["HC055A"]["left_out"].startswith("live channels are 0 on the left")
    for name in RIGHT | LEFT:
        side = people[name]["side"]
        folder = tmp_path / "mcgill" / name
        setup = read_training_setup(folder / "train.xml")
        model = OsimModel(setup.model_file)
        mass = float(model.model.getTotalMass(model.state))
        assert mass == pytest.approx(float(people[name]["mass"]), abs=0.06)
        crossing = model.find_crossing_muscles(setup.moment_coordinates)
        assert order_sources(setup.sources, crossing, model.muscle_names).muscles == crossing
        emg = read_sto(folder / "emg.sto")
        assert len(emg.columns) == 4
        moments = read_sto(folder / "moments.sto")
        ankle = moments.column(f"ankle_angle_{side[0]}_moment") / mass
        assert -1.7 < ankle.min() < -1.0
        check_power(RECORDINGS / f"{name}_straight.c3d", folder, side[0], mass)


def check_power(file: Path, folder: Path, suffix: str, mass: float) -> None:
    """Moment times speed is the power that Plug-in Gait stored, so both have the model's signs."""
    c3d = read_c3d(file, "C3D file")
    motion, moments = read_sto(folder / "coordinates.sto"), read_sto(folder / "moments.sto")
    for joint in ("knee", "ankle"):
        (power,) = list_outputs(c3d, "POWER", [f"{suffix.upper()}{joint.capitalize()}Power:Z"])
        angle = np.radians(motion.column(f"{joint}_angle_{suffix}"))
        speed = np.interp(moments.time, motion.time, np.gradient(angle, motion.time))
        ours = moments.column(f"{joint}_angle_{suffix}_moment") / mass * speed
        stored = np.interp(moments.time, power.time, power.values)
        known = np.isfinite(stored)
        assert np.corrcoef(ours[known], stored[known])[0, 1] > 0.8
