"""Marker files of OpenSim and of other programs, written here byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim
import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.trc import read_trc, strip_prefix, write_trc
from nmm_opensim.recordings.convert_trc import convert_trc

KEYS = (
    "DataRate CameraRate NumFrames NumMarkers Units OrigDataRate OrigDataStartFrame OrigNumFrames"
)
VALUES = "100 100 3 2 mm 100 1 3"
LABELS = "Frame#\tTime\tHip\t\t\tKnee\t\t"
AXES = "\t\tX1\tY1\tZ1\tX2\tY2\tZ2"
ROWS = (
    "1\t0.00\t1\t2\t3\t4\t5\t6",
    "2\t0.01\t1.5\t2\t3\t4\t5\t6e1",
    "3\t0.02\t-1\t2\t3\t4\t5\t6",
)


HEADER = {"keys": KEYS, "values": VALUES, "labels": LABELS, "axes": AXES, "blank": ""}


def write(folder: Path, *rows: str, end: str | None = None, **changed: str | None) -> Path:
    """A file of ``rows``; a line of its header is left out where ``changed`` says None."""
    file = folder / "walk.trc"
    header = HEADER | changed
    for line in ("keys", "values"):
        header[line] = (header[line] or "").replace(" ", "\t")
    lines = ["PathFileType\t4\t(X/Y/Z)\tw.trc", *(s for s in header.values() if s is not None)]
    file.write_bytes((end or "\n").join([*lines, *(rows or ROWS), ""]).encode())
    return file


def test_positions_times_and_labels(tmp_path: Path) -> None:
    markers = read_trc(write(tmp_path))
    assert markers.labels == ("Hip", "Knee")
    assert markers.units == "mm"
    assert markers.time.tolist() == [0.0, 0.01, 0.02]
    assert markers.positions[1].tolist() == [[1.5, 2, 3], [4, 5, 60]]
    np.testing.assert_allclose(markers.metres[1, 1], [0.004, 0.005, 0.06])


@pytest.mark.parametrize(
    "changed",
    [
        # Seven keys, other cases, more tabs between values than between keys.
        {
            "keys": KEYS.removesuffix(" OrigNumFrames"),
            "values": "100 100 3 2 mm 100 1",
        },
        {"keys": KEYS.upper()},
        {"values": "  100.0  100.0   3   2  mm  100.0  1  3"},
        # A value that is left empty.
        {"values": "100\t\t3\t2\tmm\t100\t1\t3"},
        # Axes counted from another number, or not written.
        {"axes": "\t\tX5\tY5\tZ5\tX6\tY6\tZ6"},
        {"axes": "\t\tX\tY\tZ\tX\tY\tZ"},
        {"axes": None},
        {"axes": None, "blank": None},
        {"blank": None},
        # Labels above each column, or without free cells.
        {"labels": "Frame#\tTime\tHip\tHip\tHip\tKnee\tKnee\tKnee"},
        {"labels": "Frame\tTime\tHip\tKnee"},
        {"end": "\r\n"},
    ],
)
def test_headers_of_other_programs(tmp_path: Path, changed: dict[str, str | None]) -> None:
    expected = read_trc(write(tmp_path))
    markers = read_trc(write(tmp_path, **changed))
    assert markers.labels == expected.labels
    assert np.array_equal(markers.positions, expected.positions)


@pytest.mark.parametrize(
    ("spelled", "unit"),
    [("M", "m"), ("meters", "m"), ("Metres", "m"), ("MM", "mm"), ("Millimeters", "mm")],
)
def test_units_as_programs_spell_them(tmp_path: Path, spelled: str, unit: str) -> None:
    assert read_trc(write(tmp_path, values=VALUES.replace("mm", spelled))).units == unit


@pytest.mark.parametrize(
    "gap", ["0\t0\t0", "\t\t", "nan\tNaN\tNAN", "0.000\t-0\t0e0", "1\t\t3", "N/A\tN/A\tN/A"]
)
def test_gaps_are_not_numbers(tmp_path: Path, gap: str) -> None:
    markers = read_trc(write(tmp_path, ROWS[0], f"2\t0.01\t{gap}\t4\t5\t6", ROWS[2]))
    assert markers.seen.tolist() == [[True, True], [False, True], [True, True]]
    assert np.isnan(markers.positions[1, 0]).all()
    assert markers.zeros == ({"Hip": 1} if gap.startswith("0") else {})


@pytest.mark.parametrize(
    ("changed", "rows", "expected"),
    [
        ({"values": VALUES.replace("mm", "in")}, ROWS, "line 3: expected Units of mm, cm, m, but"),
        ({"values": VALUES.replace(" 2 ", " 3 ")}, ROWS, "line 4: expected 3 different labels"),
        ({"labels": LABELS.replace("Knee", "Hip")}, ROWS, "2, 1 of them different"),
        ({"axes": "\t\tX1\tZ1\tY1\tX2\tZ2\tY2"}, ROWS, "line 5: expected the axes X, Y and Z"),
        ({}, (ROWS[0], "2\t0.01\t1,5\t2\t3\t4\t5\t6"), "line 8: .*'1,5' for marker 'Hip'"),
        ({}, (ROWS[0], "2\t0.01\t1\t2\t3\t4\t5\tinf"), "line 8: .*'inf' for marker 'Knee'"),
        ({}, (ROWS[0], f"{ROWS[1]}\t9"), "line 8: expected 8 cells between tabs, but found 9"),
        ({}, (ROWS[0], ROWS[0]), "line 8: expected increasing times"),
        ({}, ROWS[:1], "expected at least 2 frames"),
    ],
)
def test_refusals_name_the_line(
    tmp_path: Path, changed: dict[str, str], rows: tuple[str, ...], expected: str
) -> None:
    with pytest.raises(NMMError, match=rf"marker file '.*walk\.trc'.*{expected}"):
        read_trc(write(tmp_path, *rows, **changed))


def test_names_of_older_programs_are_read(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"Knee", b"Genou gauch\xe9"))
    assert read_trc(file).labels == ("Hip", "Genou gauché")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    markers = read_trc(write(tmp_path, ROWS[0], "2\t0.01\t\t\t\t0.1\t2.00000000000001\t3", ROWS[2]))
    again = tmp_path / "again.trc"
    write_trc(again, markers, 17)
    assert np.array_equal(read_trc(again).positions, markers.positions, equal_nan=True)
    assert read_trc(again).time.tolist() == markers.time.tolist()


def test_a_prefix_is_taken_off(tmp_path: Path) -> None:
    labels = LABELS.replace("Hip", "S01:Hip")
    assert strip_prefix(read_trc(write(tmp_path, labels=labels)), "S01:").labels == ("Hip", "Knee")
    with pytest.raises(NMMError, match="begin with 'S02:', but found none, such as 'S01:Hip'"):
        strip_prefix(read_trc(write(tmp_path, labels=labels)), "S02:")
    same = labels.replace("Knee", "Hip")
    with pytest.raises(NMMError, match="without the prefix 'S01:', but found 'Hip' twice"):
        strip_prefix(read_trc(write(tmp_path, labels=same)), "S01:")


def test_axes_prefix_and_unit_are_converted(tmp_path: Path) -> None:
    source = write(
        tmp_path, ROWS[0], "2\t0.01\t0\t0\t0\t4\t5\t6", labels=LABELS.replace("H", "A:H")
    )
    written = convert_trc(source, tmp_path / "out" / "walk.trc", "x z -y", "A:", "m")
    read = read_trc(tmp_path / "out" / "walk.trc")
    assert read.labels == ("Hip", "Knee")
    assert read.units == "m"
    assert read.positions[0].tolist() == [[1, 3, -2], [4, 6, -5]]
    assert read.seen.tolist() == [[True, True], [False, True]]
    assert written.zeros == {"Hip": 1}


def test_a_conversion_does_not_overwrite_what_it_reads(tmp_path: Path) -> None:
    source = write(tmp_path)
    with pytest.raises(NMMError, match="expected another file"):
        convert_trc(source, source, "x z -y")
    with pytest.raises(NMMError, match=r"expected a \.trc, but found '\.mot'"):
        convert_trc(source, tmp_path / "walk.mot")
    with pytest.raises(NMMError, match="three different axes"):
        convert_trc(source, tmp_path / "other.trc", "x x z")
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize(("unit", "metres"), [("mm", 1e-3), ("cm", 1e-2), ("m", 1.0)])
def test_a_marker_is_selected_in_metres(tmp_path: Path, unit: str, metres: float) -> None:
    markers = read_trc(write(tmp_path, *ROWS, values=VALUES.replace("mm", unit)))
    assert markers.select("Hip")[0] == pytest.approx(metres * np.array([1, 2, 3]))
    with pytest.raises(NMMError, match="expected a marker 'kne', but there is none; nearest: Knee"):
        markers.select("kne")


def test_opensim_reads_gaps_at_the_end_of_a_row(tmp_path: Path) -> None:
    markers = read_trc(write(tmp_path, "1\t0.00\t1\t2\t3\t4\t5\t6", "2\t0.01\t1\t2\t3\t\t\t"))
    write_trc(tmp_path / "again.trc", markers)
    table = opensim.TimeSeriesTableVec3(str(tmp_path / "again.trc"))
    assert table.getNumRows() == 2
    assert np.isnan(table.getRowAtIndex(1).getElt(0, 1).to_numpy()).all()
    assert table.getRowAtIndex(1).getElt(0, 0).to_numpy() == pytest.approx([1, 2, 3])
