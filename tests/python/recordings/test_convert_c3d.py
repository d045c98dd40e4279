"""C3D trials for OpenSim: markers, and force plates of a known force and centre of pressure."""

from pathlib import Path

import numpy as np
import opensim
import pytest
from c3d_files import write_c3d
from conftest import run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.external_loads import read_external_loads
from nmm_opensim.recordings.axes import read_axes
from nmm_opensim.recordings.convert_c3d import convert_c3d, parse_plates
from nmm_opensim.recordings.force_plates import read_force_plates

# The laboratory's z points up and its y to the left.
AXES = "x z -y"
FORCE, POINT, TORQUE = [30, 700, 40], [1.05, 0, -2.1], [0, 5, 0]


@pytest.mark.parametrize("plate_type", [1, 2, 3, 4])
@pytest.mark.parametrize("units", ["mm", "m"])
def test_plates_give_the_force_that_acted(tmp_path: Path, plate_type: int, units: str) -> None:
    file = write_c3d(tmp_path / "trial.c3d", plate_type, units)
    time, (plate,) = read_force_plates(file, AXES)
    assert time[[0, 1]] == pytest.approx([0, 0.001])
    assert plate.force[:50] == pytest.approx(np.tile(FORCE, (50, 1)), abs=1e-3)
    assert plate.point[:50] == pytest.approx(np.tile(POINT, (50, 1)), abs=1e-5)
    assert plate.torque[:50] == pytest.approx(np.tile(TORQUE, (50, 1)), abs=1e-3)
    for values in (plate.force, plate.point, plate.torque):
        assert not values[50:].any()


def test_opensim_reads_what_is_written(tmp_path: Path) -> None:
    file = write_c3d(tmp_path / "trial.c3d", 2)
    converted = convert_c3d(file, tmp_path / "out", AXES, {1: "calcn_r"})
    assert converted.external_loads_file is not None
    loads, data = read_external_loads(converted.external_loads_file)
    load = opensim.ExternalForce.safeDownCast(loads.get(0))
    assert load.get_applied_to_body() == "calcn_r"
    assert data.source.startswith("external loads file")
    first = dict(zip(data.columns, data.values[0], strict=True))
    for kind, name, expected in [
        ("force", "ground_force_1_v", FORCE),
        ("point", "ground_force_1_p", POINT),
        ("torque", "ground_torque_1_", TORQUE),
    ]:
        assert getattr(load, f"get_{kind}_identifier")() == name
        assert [first[f"{name}{axis}"] for axis in "xyz"] == pytest.approx(expected, abs=1e-3)
    markers = opensim.TimeSeriesTableVec3(str(converted.marker_file))
    hip = markers.getDependentColumn("hip")[0]
    assert [hip[i] for i in range(3)] == [1, 3, -2]


def test_actions_are_refused_unless_declared(tmp_path: Path) -> None:
    file = write_c3d(tmp_path / "trial.c3d", 2, sign=-1.0)
    with pytest.raises(NMMError, match=r"force plate 1: .* push down; look at the axes"):
        read_force_plates(file, AXES)
    _, (plate,) = read_force_plates(file, AXES, action=True)
    assert plate.force[0] == pytest.approx(FORCE, abs=1e-3)
    assert plate.point[0] == pytest.approx(POINT, abs=1e-5)
    assert plate.torque[0] == pytest.approx(TORQUE, abs=1e-3)


def test_units_that_contradict_each_other_and_unknown_types_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match="moments in Nmm"):
        read_force_plates(write_c3d(tmp_path / "a.c3d", 2, "mm", "Nm"), AXES)
    with pytest.raises(NMMError, match="force plate 1 is of type 6"):
        read_force_plates(write_c3d(tmp_path / "b.c3d", 6), AXES)


def test_a_file_without_plates_gives_markers_only(tmp_path: Path) -> None:
    file = write_c3d(tmp_path / "trial.c3d")
    assert convert_c3d(file, tmp_path / "out", AXES, {}).external_loads_file is None
    with pytest.raises(NMMError, match=r"expected force plate 1 .*, but found none"):
        convert_c3d(file, tmp_path / "none", AXES, {1: "calcn_r"})
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("axes", ["x", "x y y", "x z q", "x z y", "-x -y -z"])
def test_axes_are_a_right_handed_system(axes: str) -> None:
    with pytest.raises(NMMError, match="axes"):
        read_axes(axes)


def test_plates_whose_feet_are_not_known_give_their_forces(tmp_path: Path) -> None:
    write_c3d(tmp_path / "trial.c3d", 2)
    file = tmp_path / "trial.c3d"
    named = convert_c3d(file, tmp_path / "named", AXES, parse_plates(["1=calcn_r"]))
    alone = convert_c3d(file, tmp_path / "alone", AXES, parse_plates(["1"]))
    assert (alone.external_loads_file, alone.unused_plates) == (None, [])
    assert {path.name for path in (tmp_path / "alone").iterdir()} == {
        "trial_markers.trc", "trial_forces.mot"
    }  # fmt: skip
    assert named.force_file is not None
    assert alone.force_file is not None
    assert alone.force_file.read_bytes() == named.force_file.read_bytes()


@pytest.mark.parametrize("words", [["calcn_r"], ["a=b"], ["1="], ["1=a", "1=b"], ["²=a"]])
def test_plates_are_said_once(words: list[str]) -> None:
    with pytest.raises(NMMError, match="NUMBER=BODY"):
        parse_plates(words)


def test_the_verb_tells_what_it_leaves_out(tmp_path: Path) -> None:
    write_c3d(tmp_path / "trial.c3d", 2)
    words = ["convert-c3d", "trial.c3d", "--output", "out", "--axes", AXES]
    done = run_cli(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no --plate 1 asks for it" in done.stdout
    done = run_cli(*words, "--plate", "1=calcn_r", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [
        "trial_external_loads.xml",
        "trial_forces.mot",
        "trial_markers.trc",
    ]
