"""Angles and moments that Plug-in Gait stored: axes, signs, units, mass, gaps, and their file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from c3d_files import C3DFile, make_trial, reals
from conftest import run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import read_header_entries, read_table
from nmm_opensim.recordings.columns import Reading, parse_columns
from nmm_opensim.recordings.coordinates import convert_coordinates
from nmm_opensim.recordings.moments import MomentUnits, convert_moments

KNEE = {"RKneeMoment:X": "-knee_angle_r", "S:RAnkleMoment:Y": "ankle_angle_r"}
PER_MASS = MomentUnits("Nmm/kg", 50.0)


def make_model_outputs() -> C3DFile:
    """Ten frames at 100 Hz; the knee's angle begins at the third, moments end before the last."""
    trial = make_trial(points=4)
    trial.parameters |= {
        "POINT:LABELS": ["S:LKNE", "S:RKneeAngles", "S:RKneeMoment", "S:RAnkleMoment"],
        "POINT:ANGLES": ["RKneeAngles"],
        "POINT:MOMENTS": ["RKneeMoment", "RAnkleMoment"],
        "POINT:ANGLE_UNITS": ["deg"],
        "POINT:MOMENT_UNITS": ["Nmm"],
        "PROCESSING:BODYMASS": reals(50.0),
    }
    time = np.arange(10.0)
    trial.points[:, 1] = np.stack([time, time * 2, time * 3], axis=1)
    trial.points[:, 2] = np.stack([time * 100, time, time], axis=1)
    trial.points[:, 3] = np.stack([time, time * -50, time], axis=1)
    words = np.zeros((10, 4))
    words[:2, 1] = -1
    words[9, 2] = 65535
    trial.words = words
    return trial


def write(trial: C3DFile, folder: Path) -> Path:
    return trial.write(folder / "trial.c3d")


def test_axes_and_signs_of_stored_angles(tmp_path: Path) -> None:
    file = write(make_model_outputs(), tmp_path)
    columns = {"RKneeAngles:X": "-knee_angle_r", "S:RKneeAngles:Z": "knee_rotation_r"}
    convert_coordinates(file, tmp_path / "out.mot", columns)
    table = read_table(tmp_path / "out.mot", "motion")
    assert table.columns == ("knee_angle_r", "knee_rotation_r")
    # The first two frames are a gap at the end: times are those of the file.
    assert table.time == pytest.approx(np.arange(2, 10) / 100)
    assert table.values == pytest.approx(np.arange(2.0, 10)[:, None] * [-1, 3])


def test_moments_per_mass(tmp_path: Path) -> None:
    file = write(make_model_outputs(), tmp_path)
    written, notes = convert_moments(file, tmp_path / "out.sto", KNEE, PER_MASS)
    table = read_table(tmp_path / "out.sto", "moments")
    assert table.columns == written.columns == ("knee_angle_r_moment", "ankle_angle_r_moment")
    assert table.time == pytest.approx(np.arange(9) / 100)
    # 100 N mm/kg of 50 kg are 5 N m.
    assert table.values == pytest.approx(np.arange(9.0)[:, None] * [-5, -2.5])
    assert not notes
    entries = read_header_entries(tmp_path / "out.sto")
    assert (entries["moments_file"], entries["inDegrees"]) == ("trial.c3d", "no")
    assert (entries["moments_units"], entries["moments_mass"]) == ("Nmm/kg", "50")
    assert entries["moments_columns"].startswith("RKneeMoment:X=-knee_angle_r")


def test_moments_that_are_whole(tmp_path: Path) -> None:
    trial = make_model_outputs()
    trial.points[:, 2:] *= 100
    table, notes = convert_moments(
        write(trial, tmp_path), tmp_path / "out.sto", KNEE, MomentUnits("Nmm")
    )
    assert table.values[8] == pytest.approx([-80, -40])
    assert not notes


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (MomentUnits(), "the file states 'Nmm', which Plug-in Gait also does .* Nmm or Nmm/kg"),
        (MomentUnits("Nmm/kg"), r"the subject's mass \(--mass, kg\) for moments in Nmm/kg"),
        (MomentUnits("Nmm", 50.0), "no --mass for moments in Nmm"),
        (MomentUnits("Nm"), "declared unit 'Nm', but the file states 'Nmm'"),
        (MomentUnits("Nm/kg", 50.0), "declared unit 'Nm/kg', but the file states 'Nmm'"),
    ],
)
def test_units_that_are_unclear_are_refused(
    tmp_path: Path, units: MomentUnits, message: str
) -> None:
    file = write(make_model_outputs(), tmp_path)
    with pytest.raises(NMMError, match=message):
        convert_moments(file, tmp_path / "out.sto", KNEE, units)
    assert not (tmp_path / "out.sto").exists()


def test_sizes_that_no_person_has(tmp_path: Path) -> None:
    trial = make_model_outputs()
    _, notes = convert_moments(
        write(trial, tmp_path), tmp_path / "out.sto", KNEE, MomentUnits("Nmm")
    )
    assert "no moment exceeds 0.8 N m; were they divided" in notes[0]
    _, notes = convert_moments(
        tmp_path / "trial.c3d", tmp_path / "out.sto", KNEE, MomentUnits("Nmm/kg", 60.0)
    )
    assert notes == [
        "the file has a body mass of 50 kg (PROCESSING:BODYMASS), but --mass says 60 kg."
    ]
    trial.points[:, 2] *= 1000
    with pytest.raises(NMMError, match="'knee_angle_r_moment' reaches 4e"):
        convert_moments(write(trial, tmp_path), tmp_path / "out.sto", KNEE, PER_MASS)
    with pytest.raises(NMMError, match="expected kg, 1 to 400, but found 5000"):
        MomentUnits("Nmm/kg", 5000.0)


def test_a_gap_inside_is_named_and_left_out_by_times(tmp_path: Path) -> None:
    trial = make_model_outputs()
    assert trial.words is not None
    trial.words[4, 2] = -1
    file = write(trial, tmp_path)
    with pytest.raises(
        NMMError, match=r"'RKneeMoment:X': .* one at 0\.04 s; .*: 0 to 0\.03 s, 0\.05 to 0\.08 s\."
    ):
        convert_moments(file, tmp_path / "out.sto", KNEE, PER_MASS)
    later = Reading(initial_time=0.05)
    table, _ = convert_moments(file, tmp_path / "out.sto", KNEE, PER_MASS, later)
    assert table.time == pytest.approx([0.05, 0.06, 0.07, 0.08])
    with pytest.raises(NMMError, match=r"at which all of .* exist, but found 0"):
        convert_moments(file, tmp_path / "o.sto", KNEE, PER_MASS, Reading(initial_time=1.0))


def test_what_a_point_is_decides_what_it_can_be(tmp_path: Path) -> None:
    file = write(make_model_outputs(), tmp_path)
    output = tmp_path / "out.mot"
    for label, found in [("RKneeMoment:X", "of type MOMENT"), ("LKNE:X", "a marker")]:
        with pytest.raises(NMMError, match=f"'{label}' cannot be used: .* it is {found}"):
            convert_coordinates(file, output, {label: "knee_angle_r"}, "deg")
    with pytest.raises(NMMError, match="expected a channel 'RKneeAngles', but there is none"):
        convert_coordinates(file, output, {"RKneeAngles": "knee_angle_r"})
    # An analog channel is a column as before.
    with pytest.raises(NMMError, match="an angle in deg or rad, but found 'V'"):
        convert_coordinates(file, output, {"EMG1": "knee_angle_r"})


def test_a_file_without_analog_channels_names_its_points(tmp_path: Path) -> None:
    trial = make_trial(channels=0)
    file = write(trial, tmp_path)
    with pytest.raises(NMMError, match="such as RKneeAngles:X, but there is no 'KNEE'"):
        convert_coordinates(file, tmp_path / "out.mot", {"KNEE": "knee_angle_r"})
    # Where a file lists no outputs at all, a point is what the user says.
    convert_coordinates(file, tmp_path / "out.mot", {"M001:Y": "knee_angle_r"}, "deg")
    assert set(read_table(tmp_path / "out.mot", "motion").values[:, 0]) == {2.0}


def test_moments_of_a_table(tmp_path: Path) -> None:
    file = tmp_path / "moments.csv"
    file.write_text("time,knee (Nm)\n0,10\n0.01,20\n0.02,30\n", encoding="utf-8")
    table, _ = convert_moments(file, tmp_path / "out.sto", {"knee": "knee_angle_r"})
    assert table.values[:, 0].tolist() == [10, 20, 30]
    assert table.columns == ("knee_angle_r_moment",)


def test_signs_are_said_once() -> None:
    assert parse_columns(["A:X=-knee"]) == {"A:X": "-knee"}
    with pytest.raises(NMMError, match="LABEL=COORDINATE"):
        parse_columns(["A:X=-"])


def test_the_verb_writes_inverse_dynamics(tmp_path: Path) -> None:
    write(make_model_outputs(), tmp_path)
    words = ["convert-moments", "trial.c3d", "--output", "out.sto"]
    words += ["--column", "RKneeMoment:X=-knee_angle_r"]
    done = run_cli(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    done = run_cli(*words, "--units", "Nmm/kg", "--mass", "50", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "knee_angle_r_moment: -40 to 0 N m, 0 to 0.08 s" in done.stdout
