"""The second treadmill walk: its published files, written byte by byte, become a trial."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import ROOT
from sto import read_sto

from nmm_opensim.errors import NMMError
from nmm_opensim.examples.datasets.treadmill_left import import_treadmill_left
from nmm_opensim.formats.external_loads import read_external_loads
from nmm_opensim.nmm.sources import order_sources
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.training.training_setup import read_training_setup

RECORDINGS = ROOT.parent / "shared" / "data" / "walking_treadmill_left"
CHANNELS = ["soleus_l", "gasmed_l", "gaslat_l", "vasmed_l", "vaslat_l", "recfem_l"]
TIME = np.arange(0, 50, 0.02)


def write(file: Path, head: str, columns: list[str], values: np.ndarray) -> None:
    rows = "".join(
        "\t".join(f"{value:.6f}" for value in row) + "\n"
        for row in np.column_stack([TIME[: len(values)], values])
    )
    file.write_bytes(f"{head}endheader\n{chr(9).join(['time', *columns])}\n{rows}".encode())


def write_recordings(folder: Path, model: Path) -> Path:
    """As published: activations, negative at first; a force header of another rate's rows."""
    folder.mkdir()
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * TIME)[:, None] * np.ones(6)
    wave[:3, 4] = -0.06
    # Beyond the training part: no scale may come from here.
    wave[-1] = 3.0
    emg = np.column_stack([wave, wave[:, 4]])
    write(
        folder / "EMG_allMuscles.sto",
        f"EMG_allMuscles\nnRows={len(TIME)}\nnColumns=8\n",
        [f"{name}_activation" for name in [*CHANNELS, "vasint_l"]],
        emg,
    )
    head = f"version=1\nnRows={len(TIME)}\nnColumns=2\ninDegrees=yes\n"
    knee = 30 - 30 * np.cos(2 * np.pi * TIME)[:, None]
    write(folder / "results_ik.sto", f"Coordinates\n{head}", ["knee_angle_l"], knee)
    noise = np.where(np.arange(len(TIME)) % 2, 5.0, -5.0)[:, None]
    write(folder / "results_id.sto", f"Moments\n{head}", ["knee_angle_l_moment"], knee + noise)
    axes = "xyz"
    columns = [f"{foot}ground_force_{kind}{axis}"
               for foot in ("", "1_") for kind in "vp" for axis in axes]  # fmt: skip
    columns += [f"{foot}ground_torque_{axis}" for foot in ("", "1_") for axis in axes]
    forces = np.zeros((len(TIME), 18))
    forces[:, columns.index("1_ground_force_vy")] = 700.0
    write(
        folder / "walking_baseline1_forces.mot",
        "walking_baseline1_forces.mot\nversion=1\nnRows=121120\nnColumns=19\ninDegrees=yes\n",
        columns,
        forces,
    )
    (folder / "model.osim").write_bytes(model.read_bytes())
    return folder


def test_files_are_the_recording_of_the_left_leg(tmp_path: Path, example: Path) -> None:
    recordings = write_recordings(tmp_path / "recordings", example / "subject_walk_scaled.osim")
    data = tmp_path / "data"
    import_treadmill_left(recordings, data)
    emg = read_sto(data / "emg.sto")
    assert emg.columns == CHANNELS
    assert emg.values[emg.time <= 40].max(axis=0) == pytest.approx(1.0)
    assert emg.values.min() == 0.0
    divisors = np.array(emg.header["channel_divisors"].split(), dtype=float)
    assert divisors == pytest.approx(0.9, abs=0.01)
    assert emg.values[-1] * divisors == pytest.approx(3.0, abs=1e-5)
    moments = read_sto(data / "moments.sto")
    truth = 30 - 30 * np.cos(2 * np.pi * TIME)
    np.testing.assert_allclose(
        moments.column("knee_angle_l_moment")[50:-50], truth[50:-50], atol=0.5
    )
    loads, table = read_external_loads(data / "external_loads.xml")
    found = {}
    for k in range(loads.getSize()):
        load = opensim.ExternalForce.safeDownCast(loads.get(k))
        column = f"{load.get_force_identifier()}y"
        found[load.get_applied_to_body()] = table.select([column]).values.max()
    assert found == pytest.approx({"calcn_l": 700.0, "calcn_r": 0.0})
    assert len(table.time) == len(TIME)


def test_a_damaged_force_file_is_named_by_its_own_path(tmp_path: Path, example: Path) -> None:
    recordings = write_recordings(tmp_path / "recordings", example / "subject_walk_scaled.osim")
    file = recordings / "walking_baseline1_forces.mot"
    file.write_text(file.read_text().replace("endheader", "end"))
    with pytest.raises(NMMError, match=re.escape(str(file))):
        import_treadmill_left(recordings, tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}")
def test_the_published_walk(tmp_path: Path) -> None:
    data = tmp_path / "data" / "treadmill_left"
    import_treadmill_left(RECORDINGS, data)
    assert read_sto(data / "emg.sto").columns == CHANNELS
    ankle = read_sto(data / "moments.sto").column("ankle_angle_l_moment") / 86
    assert -1.8 < ankle.min() < -1.4
    (tmp_path / "setups").mkdir()
    setup_file = tmp_path / "setups" / "treadmill_left_train.xml"
    text = (ROOT / "setups" / "treadmill_left_train.xml").read_text()
    # The other subjects' files are not made here.
    setup_file.write_text(re.sub(r"<prior_subjects>.*</prior_subjects>", "", text, flags=re.S))
    setup = read_training_setup(setup_file)
    assert [trial.role for trial in setup.trials] == ["train", "validation", "test"]
    model = OsimModel(setup.model_file)
    crossing = model.find_crossing_muscles(setup.moment_coordinates)
    sources = order_sources(setup.sources, crossing, model.muscle_names)
    assert sources.muscles == crossing
    assert set(sources.channels) == set(CHANNELS) - {"soleus_l"}
