"""Broken files of every kind are one clear line that names them, and nothing hangs."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bad_files import FOLDER, TRC
from c3d_files import write_c3d
from conftest import run_cli
from hypothesis import given, settings
from hypothesis import strategies as st

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.external_loads import read_external_loads
from nmm_opensim.formats.setup_xml import read_setup
from nmm_opensim.formats.tables import read_table
from nmm_opensim.formats.trc import read_trc
from nmm_opensim.models.scaling.marker_map import read_marker_map
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.project.init.channels import read_mapping
from nmm_opensim.recordings.force_plates import read_force_plates
from nmm_opensim.recordings.gait.events_file import read_events
from nmm_opensim.recordings.gait.measured_file import read_measured
from nmm_opensim.recordings.inverse.inverse_setup import read_inverse_setup
from nmm_opensim.recordings.inverse.kinematics import InverseKinematics, compute_inverse_kinematics
from nmm_opensim.recordings.markers import write_markers
from nmm_opensim.recordings.read import choose, read_signals

FILES = sorted(file for file in FOLDER.rglob("*") if file.is_file())
ROOT = FOLDER.parents[2]


def read_everything(file: Path) -> None:
    signals = read_signals(file, "EMG file")
    for signal in signals:
        choose(signals, signal.name).to_volts(signal.unit or "V")


def solve_kinematics(file: Path) -> None:
    made_from = InverseKinematics(ROOT / "models/elbow.osim", file)
    compute_inverse_kinematics(made_from, file.parent / "unwritten.mot")


def select_everything(file: Path) -> None:
    table = read_table(file, "coordinates file")
    table.select(table.columns)


READERS: dict[str, list[Callable[[Path], object]]] = {
    ".csv": [
        read_everything,
        lambda file: read_events(file, ["1"]),
        lambda file: read_measured(file, "right"),
        lambda file: read_marker_map(file, ["a"], ["b"], ["c"]),
    ],
    ".c3d": [read_everything],
    ".sto": [read_everything, select_everything],
    ".mot": [read_everything, select_everything],
    ".trc": [solve_kinematics, read_trc],
    ".xml": [
        lambda file: read_inverse_setup(read_setup(file, "NMMInverseTool")),
        read_external_loads,
    ],
    ".nmm": [read_artefact],
}


def test_every_reader_has_its_bad_files() -> None:
    assert {file.suffix for file in FILES} == set(READERS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.suffix[1:]}-{file.stem}")
def test_a_bad_file_is_one_line(file: Path, tmp_path: Path) -> None:
    # Tests write nothing beside what is kept.
    file = Path(shutil.copy(file, tmp_path))
    for read in READERS[file.suffix]:
        with pytest.raises(NMMError) as caught:
            read(file)
        text = str(caught.value)
        assert file.name in text
        assert "\n" not in text.strip()
        assert len(text) < 600
    assert {made.name for made in tmp_path.iterdir()} <= {file.name, "opensim.log"}


@pytest.mark.parametrize("suffix", [*READERS])
def test_an_enormous_file_is_refused_before_it_is_read(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"enormous{suffix}"
    with file.open("wb") as stream:
        os.truncate(stream.fileno(), 3 * 1024**3)
    for read in READERS[suffix]:
        with pytest.raises(NMMError, match="enormous"):
            read(file)


@pytest.mark.parametrize("name", ["empty.csv", "binary.csv", "mis_encoded.csv"])
def test_a_bad_mapping_is_one_line(name: str) -> None:
    with pytest.raises(NMMError, match=name):
        read_mapping(FOLDER / "csv" / name)


@pytest.fixture(scope="module", params=["intel", "dec", "mips"])
def good_c3d(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> bytes:
    folder = tmp_path_factory.mktemp("c3d")
    return write_c3d(folder / "good.c3d", 2, processor=request.param).read_bytes()


def read_or_refuse(content: bytes, folder: Path) -> None:
    file = folder / "damaged.c3d"
    file.write_bytes(content)
    refusals = []
    for read in C3D_READERS:
        try:
            read(file)
        except NMMError as error:
            refusals.append(str(error))
    for refusal in refusals:
        assert "damaged.c3d" in refusal
        assert "\n" not in refusal


def check_signals(file: Path) -> None:
    signals = read_signals(file, "EMG file")
    assert all(signal.rate > 0 and signal.values.ndim == 1 for signal in signals)


def check_plates(file: Path) -> None:
    _, plates = read_force_plates(file, "x z -y")
    for plate in plates:
        assert np.all(np.isfinite([plate.force, plate.point, plate.torque]))


C3D_READERS: list[Callable[[Path], object]] = [
    check_signals,
    check_plates,
    lambda file: write_markers(file, file.with_suffix(".trc"), "x z -y"),
]


@settings(max_examples=200, deadline=None)
@given(damage=st.dictionaries(st.integers(0, 4000), st.integers(0, 255), min_size=1, max_size=4))
def test_c3d_with_any_bytes_changed_is_read_or_refused(
    good_c3d: bytes, tmp_path_factory: pytest.TempPathFactory, damage: dict[int, int]
) -> None:
    content = bytearray(good_c3d)
    for place, value in damage.items():
        content[place % len(content)] = value
    read_or_refuse(bytes(content), tmp_path_factory.mktemp("changed"))


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0.0, 1.0))
def test_c3d_of_any_length_is_read_or_refused(
    good_c3d: bytes, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    read_or_refuse(good_c3d[: int(share * len(good_c3d))], tmp_path_factory.mktemp("cut"))


@settings(max_examples=100, deadline=None)
@given(
    damage=st.dictionaries(st.integers(0, 400), st.integers(0, 255), max_size=4),
    share=st.floats(0.1, 1.0),
)
def test_trc_with_any_bytes_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, damage: dict[int, int], share: float
) -> None:
    content = bytearray(TRC.encode())
    for place, value in damage.items():
        content[place % len(content)] = value
    file = tmp_path_factory.mktemp("changed") / "damaged.trc"
    file.write_bytes(content[: int(share * len(content))])
    refusal, markers = None, None
    try:
        markers = read_trc(file)
    except NMMError as error:
        refusal = str(error)
    if markers is None:
        assert refusal is not None
        assert "damaged.trc" in refusal
        assert "\n" not in refusal
    else:
        assert markers.positions.shape == (len(markers.time), len(markers.labels), 3)
        assert not np.isinf(markers.positions).any()
        assert not (markers.positions == 0).all(axis=2).any()
        assert np.all(np.diff(markers.time) > 0)


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    done = run_cli("init", str(ROOT / "models/elbow.osim"), "--output", "out", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("nmm-opensim: init: missing option --emg-file")
    assert done.stderr.count("\n") == 1
    assert not done.stdout
    assert not list(tmp_path.iterdir())
