"""Angles of other programs become motion files: units are turned, and nothing is guessed."""

from pathlib import Path

import numpy as np
import pytest
from conftest import run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import read_table
from nmm_opensim.recordings.columns import parse_columns
from nmm_opensim.recordings.coordinates import convert_coordinates

ANGLES = "time,knee (rad),hip\n0,0,1\n0.01,1,2\n0.02,2,3\n"


def convert(folder: Path, text: str, columns: dict[str, str], units: str | None = None) -> Path:
    source, output = folder / "angles.csv", folder / "out.mot"
    source.write_text(text, encoding="utf-8")
    convert_coordinates(source, output, columns, units)
    return output


def test_units_of_the_header_and_declared_ones(tmp_path: Path) -> None:
    table = read_table(convert(tmp_path, ANGLES, {"knee": "knee_angle_r"}), "motion")
    assert table.columns == ("knee_angle_r",)
    assert table.values[:, 0] == pytest.approx(np.degrees([0, 1, 2]))
    assert table.time == pytest.approx([0, 0.01, 0.02])
    assert "inDegrees=yes" in (tmp_path / "out.mot").read_text(encoding="utf-8")
    table = read_table(convert(tmp_path, ANGLES, {"hip": "hip_flexion_r"}, "deg"), "motion")
    assert table.values[:, 0] == pytest.approx([1, 2, 3])


@pytest.mark.parametrize(
    ("text", "columns", "units", "message"),
    [
        (ANGLES, {"hip": "h"}, None, "give deg or rad"),
        (ANGLES, {"knee": "k"}, "deg", "the file states 'rad'"),
        (ANGLES, {"kne": "k"}, "deg", "nearest: knee"),
        (ANGLES, {"knee": "k", "hip": "k"}, "rad", "a coordinate of its own"),
        (ANGLES.replace("rad", "mV"), {"knee": "k"}, None, "an angle in deg or rad"),
        (ANGLES.replace("0.01,1", "0.01,nan"), {"knee": "k"}, None, "found nan"),
        ("t,a,t,b\n0,1,0,1\n1,2,2,2\n2,3,,\n", {"a": "a", "b": "b"}, "deg", "found others"),
    ],
)
def test_what_is_unclear_is_refused(
    tmp_path: Path, text: str, columns: dict[str, str], units: str | None, message: str
) -> None:
    with pytest.raises(NMMError, match=message):
        convert(tmp_path, text, columns, units)
    assert not (tmp_path / "out.mot").exists()


def test_columns_are_said_once() -> None:
    assert parse_columns(["a=b=c"]) == {"a=b": "c"}
    for words in (["a"], ["a="], ["=b"], ["a=b", "a=c"]):
        with pytest.raises(NMMError, match="LABEL=COORDINATE"):
            parse_columns(words)


def test_the_verb_refuses_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(ANGLES, encoding="utf-8")
    done = run_cli(
        "convert-coordinates", "a.csv", "--output", "a.txt", "--column", "knee=k", cwd=tmp_path
    )
    assert done.returncode == 2
    assert (
        done.stderr == "nmm-opensim: output 'a.txt': expected a .mot or .sto, but found '.txt'.\n"
    )
