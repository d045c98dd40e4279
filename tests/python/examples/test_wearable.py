"""Ten walks from raw recordings: setups of one chain agree with each other and with the plates."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from lxml import etree

from nmm_opensim.recordings.gait.find import find_gait
from nmm_opensim.recordings.gait.gait_setup import read_gait_setup

RECORDINGS = ROOT.parent / "shared" / "data" / "walking_wearable"
SETUPS = ROOT / "setups"
WALKS = [f"walk_{k:02d}" for k in range(1, 11)]


def trials_of(setup: str, tag: str = "Trial") -> dict[str, dict[str, str]]:
    """Trials by name, each with the texts of its elements."""
    root = etree.parse(SETUPS / setup)
    return {
        trial.get("name"): {child.tag: (child.text or "").strip() for child in trial}
        for trial in root.iter(tag)
    }


def test_every_walk_goes_the_whole_way() -> None:
    emg = etree.parse(SETUPS / "wearable_emg.xml")
    recordings = [
        each.get("name") for each in emg.iter("Recording") if each.findtext("role") != "mvc"
    ]
    assert recordings == WALKS
    gait, inverse = trials_of("wearable_gait.xml"), trials_of("wearable_inverse.xml")
    training = trials_of("wearable_train.xml")
    assert list(gait) == list(inverse) == list(training) == WALKS
    for walk, files in training.items():
        assert files["emg_file"].endswith(f"/emg/wearable_{walk}_emg.sto")
        assert files["coordinates_file"].endswith(f"/inverse/{walk}_coordinates.mot")
        assert files["inverse_dynamics_file"].endswith(f"/inverse/{walk}_moments.sto")
        assert files["lowpass_cutoff_frequency_for_coordinates"] == "6"
        # Moments are known in just these times.
        for end in ("initial", "final"):
            assert files[f"{end}_time"] == inverse[walk][f"moments_{end}_time"]


def test_each_walk_and_each_channel_is_left_out_once() -> None:
    root = etree.parse(SETUPS / "wearable_benchmark.xml")
    folds = [fold.findtext("test_trials").split() for fold in root.iter("Fold")]
    assert sorted(walk for fold in folds for walk in fold) == WALKS
    hidden = [channel.get("name") for channel in root.iter("HiddenChannel")]
    emg = etree.parse(SETUPS / "wearable_emg.xml")
    for file in emg.iter("EmgFile"):
        assert sorted(file.findtext("names").split()) == sorted(hidden)


def test_synergists_are_those_of_anatomy() -> None:
    root = etree.parse(SETUPS / "wearable_train.xml")
    declared = {}
    for source in root.iter("MeasuredMuscle", "DeepMuscle"):
        own = source.findtext("channels") or source.findtext("recorded_channel")
        declared[own] = set((source.findtext("synergist_channels") or "").split())
    groups = [
        {"soleus", "medial_gastrocnemius", "lateral_gastrocnemius", "peroneus_longus"},
        {"biceps_femoris", "semitendinosus"},
        {"vastus_lateralis", "vastus_medialis", "rectus_femoris"},
        {"tibialis_anterior"},
    ]
    assert declared == {name: group - {name} for group in groups for name in group}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")
def test_moments_are_asked_for_where_the_right_foot_was_measured(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "wearable").symlink_to(RECORDINGS)
    (tmp_path / "setups").mkdir()
    setup = shutil.copy(SETUPS / "wearable_gait.xml", tmp_path / "setups")
    gait = find_gait(read_gait_setup(Path(setup)))
    training = trials_of("wearable_train.xml")
    for trial in gait.trials:
        ((start, end),) = trial.ranges["right"]
        times = training[trial.name]
        assert float(times["initial_time"]) == pytest.approx(start, abs=1e-4)
        assert float(times["final_time"]) == pytest.approx(end, abs=1e-4)
        (stride,) = [each for each in trial.strides if each.measured]
        assert start < stride.start
        # A heel strike that markers alone tell is 0.02 s away.
        assert end >= stride.end - 0.0201
