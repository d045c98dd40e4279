"""Markers of C3D files: gaps in any width, what is no marker, names, units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from c3d_files import C3DFile, make_trial
from conftest import run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.trc import Markers
from nmm_opensim.recordings.axes import read_axes
from nmm_opensim.recordings.c3d.content import read_c3d
from nmm_opensim.recordings.markers import MarkerOptions, make_markers, write_markers

AXES = "x z -y"


def make(trial: C3DFile, folder: Path, options: MarkerOptions | None = None) -> Markers:
    return make_with_notes(trial, folder, options)[0]


def make_with_notes(
    trial: C3DFile, folder: Path, options: MarkerOptions | None = None
) -> tuple[Markers, tuple[str, ...]]:
    c3d = read_c3d(trial.write(folder / "trial.c3d"), "C3D file")
    made = make_markers(c3d, read_axes(AXES), options or MarkerOptions())
    return made.markers, made.notes


@pytest.mark.parametrize("processor", ["intel", "dec", "mips"])
@pytest.mark.parametrize(
    ("real", "word"),
    [
        *((True, word) for word in (-1.0, 65535.0, 4294967295.0, 32768.0, 1e30)),
        *((False, word) for word in (-1, 65535)),
    ],
)
def test_a_gap_in_any_width_is_an_empty_cell(
    tmp_path: Path, processor: str, real: bool, word: float
) -> None:
    trial = make_trial(points=3)
    trial.processor, trial.real, trial.scale = processor, real, 0.125
    words = np.zeros((10, 3))
    # Seven cameras and a residual of 5 are no gap.
    words[:, 2] = 0x7F05
    words[4, 1] = word
    trial.words = words
    trial.points[4, 1] = 0
    # Without the word, exact zeros are a gap as well.
    trial.points[6, 0] = 0
    trial.points[7, 0] = [0, 0, 0.125]
    file = trial.write(tmp_path / "trial.c3d")
    assert write_markers(file, tmp_path / "out.trc", AXES) == ["M001", "M002", "M003"]
    rows = [line.split("\t") for line in (tmp_path / "out.trc").read_text().splitlines()[6:]]
    assert rows[4][:2] == ["5", "0.04"]
    # A tab ends each row, or OpenSim would miss a gap that comes last.
    assert rows[4][2:] == ["1", "3", "-2", "", "", "", "3", "9", "-6", ""]
    assert rows[6][2:5] == ["", "", ""]
    assert rows[7][2:5] == ["0", "0.125", "0"]
    assert sum(cell == "" for row in rows for cell in row[:-1]) == 6


def test_outputs_of_a_model_are_no_markers(tmp_path: Path) -> None:
    trial = make_trial(points=7)
    trial.parameters |= {
        "POINT:LABELS": [
            f"S01:{name}" for name in ("LKNE", "LKneeAngles", "Sum", "Odd", "F", "G", "LANK")
        ],
        "POINT:ANGLES": ["LKneeAngles"],
        "POINT:FORCES": ["S01:F"],
        "POINT:FORCES2": ["S01:G"],
        "POINT:SCALARS": ["Sum"],
        "POINT:ODDITIES": ["Odd"],
        # Pairs of a parameter's name and its type, one pair a row.
        "POINT:TYPE_GROUPS": ["ANGLES", "ANGLE", "ODDITIES", "ODDITY", "MARKERS", "MARKER"],
        "POINT:MARKERS": ["S01:LKNE"],
    }
    markers, notes = make_with_notes(trial, tmp_path)
    assert markers.labels == ("S01:LKNE", "S01:LANK")
    assert markers.positions[0, 1].tolist() == [7, 21, -14]
    outputs, prefix = notes
    assert outputs.startswith("5 points are no markers but outputs of a model (ANGLE, FORCE, ODD")
    assert prefix == "all markers begin with 'S01:'; --strip-prefix takes it off."


def test_a_subject_is_taken_off_where_it_is_one(tmp_path: Path) -> None:
    trial = make_trial()
    trial.parameters["POINT:LABELS"] = ["Jane:LKNE", "Jane:LANK"]
    options = MarkerOptions(strip_prefix=True)
    assert make(trial, tmp_path, options).labels == ("LKNE", "LANK")
    for labels, found in [(["Jane:LKNE", "Joe:LANK"], "'Jane', 'Joe'"), (["LKNE", "LANK"], "none")]:
        trial.parameters["POINT:LABELS"] = labels
        assert make(trial, tmp_path).labels == tuple(labels)
        with pytest.raises(NMMError, match=rf"\(--strip-prefix\), but found {found}\."):
            make(trial, tmp_path, options)


def test_points_without_a_name_are_left_out(tmp_path: Path) -> None:
    trial = make_trial(points=9)
    trial.parameters["POINT:LABELS"] = [
        "C7", "*12", "S:*13", "C_12", "U_3", "Unlabeled 4", "*", "C10"
    ]  # fmt: skip
    markers, notes = make_with_notes(trial, tmp_path)
    assert markers.labels == ("C7", "C10")
    assert notes == ("7 points were given no name (such as *12, S:*13, C_12); left out.",)


def test_markers_that_share_a_label(tmp_path: Path) -> None:
    trial = make_trial(points=4)
    trial.parameters |= {"POINT:LABELS": ["A", "B", "B", "B"]}
    with pytest.raises(NMMError, match=r"but found 'B' 3 times; rename them, or .* \(--marker\)"):
        make(trial, tmp_path)
    assert make(trial, tmp_path, MarkerOptions(names=("A",))).labels == ("A",)
    with pytest.raises(NMMError, match=r"expected a marker 'C', but there is none; there are: A"):
        make(trial, tmp_path, MarkerOptions(names=("C",)))
    # Of what is no marker, labels may be what they like.
    trial.parameters |= {"POINT:ANGLES": ["B"]}
    assert make(trial, tmp_path).labels == ("A",)


@pytest.mark.parametrize(
    ("unit", "meant"),
    [("mm", "mm"), ("MM ", "mm"), ("millimeters", "mm"), ("mill", "mm"), ("mete", "m"),
     ("meters", "m"), ("Metres", "m"), ("M", "m"), ("cent", "cm"), ("cm", "cm")],
)  # fmt: skip
def test_spellings_of_lengths(tmp_path: Path, unit: str, meant: str) -> None:
    trial = make_trial()
    trial.parameters["POINT:UNITS"] = [unit]
    assert make(trial, tmp_path).units == meant
    with pytest.raises(NMMError, match="expected the declared --length-units"):
        make(trial, tmp_path, MarkerOptions("m" if meant != "m" else "mm"))


@pytest.mark.parametrize("unit", [None, [""], ["inch"], ["arb"]])
def test_lengths_that_are_not_stated(tmp_path: Path, unit: list[str] | None) -> None:
    trial = make_trial()
    trial.parameters["POINT:UNITS"] = unit
    with pytest.raises(NMMError, match=r"one of m, cm, mm \(POINT:UNITS\).*--length-units"):
        make(trial, tmp_path)
    assert make(trial, tmp_path, MarkerOptions("cm")).units == "cm"


def test_places_that_cannot_be(tmp_path: Path) -> None:
    trial = make_trial(points=3)
    trial.points *= 100
    trial.points[3, 1] = [1e9, 0, 0]
    (note,) = make_with_notes(trial, tmp_path)[1]
    assert note == "marker 'M002' is more than 100 m away in 1 frames; taken for gaps."
    trial.points[:] *= 3
    trial.parameters["POINT:UNITS"] = ["m"]
    with pytest.raises(
        NMMError, match=r"marker 'M001' within 100 m .* found it at \(300 600 900\)"
    ):
        make(trial, tmp_path)
    trial.points[:] = np.eye(3)
    trial.parameters["POINT:UNITS"] = ["mm"]
    assert make_with_notes(trial, tmp_path)[1] == (
        "all markers lie within 1 mm; is their unit right?",
    )


def test_a_first_frame_that_is_not_1(tmp_path: Path) -> None:
    trial = make_trial()
    trial.first = 124
    file = trial.write(tmp_path / "trial.c3d")
    write_markers(file, tmp_path / "out.trc", AXES)
    assert (tmp_path / "out.trc").read_text().splitlines()[6].split("\t")[:2] == ["1", "0"]


def test_the_verb_says_what_was_left_out(tmp_path: Path) -> None:
    trial = make_trial(points=3)
    trial.parameters |= {"POINT:LABELS": ["S:A", "S:B", "S:C"], "POINT:ANGLES": ["C"]}
    trial.parameters |= {"POINT:UNITS": None}
    trial.write(tmp_path / "trial.c3d")
    words = ["convert-c3d", "trial.c3d", "--output", "out", "--axes", AXES]
    done = run_cli(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert not (tmp_path / "out").exists()
    done = run_cli(*words, "--length-units", "mm", "--strip-prefix", "--marker", "B", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 markers: " in done.stdout
    assert "1 points are no markers but outputs of a model (ANGLE); left out." in done.stdout
    text = (tmp_path / "out" / "trial_markers.trc").read_text()
    assert text.splitlines()[3].split("\t")[2] == "B"
