"""Tables: what OpenSim's reader lets pass in silence is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import (
    Header,
    insert_header_entries,
    read_header_entries,
    read_table,
    write_table,
)
from nmm_opensim.physics.motion import read_motion, select_frames
from nmm_opensim.physics.osim_model import OsimModel

HEADER = "t\nversion=1\nnRows={rows}\nnColumns=3\n{degrees}endheader\ntime\tx\tknee_angle_r\n"


def write(folder: Path, rows: list[str], degrees: str = "inDegrees=no\n") -> Path:
    file = folder / "table.sto"
    file.write_text(HEADER.format(rows=len(rows), degrees=degrees) + "\n".join(rows) + "\n")
    return file


ROWS = [f"{0.1 * k:.1f}\t{k}\t{k * k}" for k in range(8)]


def test_columns_by_name(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, ROWS), "EMG file").select(["knee_angle_r", "x"])
    assert table.values[3].tolist() == [9.0, 3.0]
    assert table.time[3] == 0.3


def test_a_header_is_written_with_the_table(tmp_path: Path) -> None:
    file = tmp_path / "table.sto"
    header = Header("Angles", degrees=True, entries={"made_of": "a=b", "cutoff": "6"})
    write_table(file, ["x", "y"], np.array([0.0, 0.1]), np.array([[1.0, 2.0], [3.0, 4.5]]), header)
    assert file.read_text().splitlines() == [
        "table",
        "Angles",
        "version=1",
        "nRows=2",
        "nColumns=3",
        "inDegrees=yes",
        "made_of=a=b",
        "cutoff=6",
        "endheader",
        "time\tx\ty",
        "0\t1\t2",
        "0.1\t3\t4.5",
    ]
    entries = read_header_entries(file)
    assert (entries["made_of"], entries["cutoff"]) == ("a=b", "6")
    assert read_table(file, "table").values.tolist() == [[1.0, 2.0], [3.0, 4.5]]
    assert list(tmp_path.iterdir()) == [file]


def test_entries_go_to_the_end_of_a_header_of_opensim() -> None:
    text = "t\nversion=1\nendheader\ntime\tx\n0\t1\n"
    completed = insert_header_entries(text, {"cutoff": "6"})
    assert completed == text.replace("endheader", "cutoff=6\nendheader")
    assert insert_header_entries(text, {}) == text


def test_unknown_column_names_the_nearest(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, ROWS), "EMG file")
    with pytest.raises(NMMError, match=r"'knee_angle_l'.*nearest: knee_angle_r"):
        table.select(["knee_angle_l"])


def test_nan_names_column_and_time(tmp_path: Path) -> None:
    rows = [*ROWS[:5], "0.5\tnan\t1", *ROWS[6:]]
    table = read_table(write(tmp_path, rows), "EMG file")
    assert table.select(["knee_angle_r"]).values.shape == (8, 1)
    with pytest.raises(NMMError, match=r"found nan in column 'x' at 0.5 s"):
        table.select(["x"])


def test_times_must_increase(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"expected increasing times|OpenSim cannot read"):
        read_table(write(tmp_path, [*ROWS[:4], ROWS[2], *ROWS[4:]]), "EMG file")


@pytest.mark.parametrize(
    "text", ["", "endheader\n", "time x\n1 2\n", "\0\1\2", "nRows=3\nendheader\n"]
)
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "table.sto"
    file.write_text(text)
    with pytest.raises(NMMError, match=r"EMG file '.*table.sto'"):
        read_table(file, "EMG file")
    with pytest.raises(NMMError, match="expected a file, but found nothing"):
        read_table(tmp_path / "absent.sto", "EMG file")


def test_angles_need_a_declared_unit(tmp_path: Path, model: OsimModel) -> None:
    file = write(tmp_path, ROWS, degrees="")
    with pytest.raises(NMMError, match=r"expected inDegrees=yes or inDegrees=no.*found nothing"):
        read_motion(file, model, ["knee_angle_r"], None, None, None)


def test_required_coordinates_must_be_there(tmp_path: Path, model: OsimModel) -> None:
    with pytest.raises(NMMError, match="expected a column 'ankle_angle_r'"):
        read_motion(write(tmp_path, ROWS), model, ["ankle_angle_r"], None, None, None)


def test_degrees_become_radians_and_speeds_are_derivatives(
    tmp_path: Path, model: OsimModel
) -> None:
    rows = [f"{0.1 * k:.1f}\t0\t{10 * 0.1 * k}" for k in range(20)]
    file = write(tmp_path, rows, degrees="inDegrees=yes\n")
    motion = read_motion(file, model, ["knee_angle_r"], None, 0.5, 1.0)
    assert motion.time.tolist() == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    values, speeds = motion.select(["knee_angle_r"])
    assert values[:, 0] == pytest.approx(motion.time * 10 * 3.141592653589793 / 180, abs=1e-9)
    assert speeds[:, 0] == pytest.approx(10 * 3.141592653589793 / 180, abs=1e-6)


def test_ranges_must_lie_inside_the_data() -> None:
    time = np.arange(10.0) * 0.1
    assert len(select_frames(time, None, None, "file")) == 10
    for low, high in ((-0.5, 0.5), (0.5, 5.0), (0.6, 0.4), (0.41, 0.49)):
        with pytest.raises(NMMError, match="expected"):
            select_frames(time, low, high, "file")


@pytest.mark.parametrize("count", ["nRows=8", "nrows = 8", "datarows 8"])
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, count: str) -> None:
    file = write(tmp_path, ROWS)
    file.write_text(file.read_text().replace("nRows=8", count))
    assert len(read_table(file, "coordinates file").time) == 8
    file.write_text("\n".join(file.read_text().splitlines()[:-3]) + "\n")
    with pytest.raises(NMMError, match=r"coordinates file .*expected 8 rows.* but found 5: it was"):
        read_table(file, "coordinates file")


@pytest.mark.parametrize("stated", [3, None])
def test_more_rows_than_stated_and_none_stated_are_read(tmp_path: Path, stated: int | None) -> None:
    file = write(tmp_path, ROWS)
    count = "" if stated is None else f"nRows={stated}\n"
    file.write_text(file.read_text().replace("nRows=8\n", count))
    assert len(read_table(file, "EMG file").time) == 8


def test_labels_that_are_no_utf_8_are_refused_by_line(tmp_path: Path) -> None:
    file = write(tmp_path, ROWS)
    file.write_bytes(file.read_bytes().replace(b"time\tx", b"time\tgl\xfcteus"))
    with pytest.raises(NMMError, match=r"line 7: expected text in UTF-8, but found the byte 0xfc"):
        read_table(file, "EMG file")


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match="expected the name of a file"):
        read_table(tmp_path / ("x" * 3000), "EMG file")
