"""The quality of joint angles and moments, by numbers that can be computed by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import Walking, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.external_loads import AppliedLoad, AppliedLoads
from nmm_opensim.formats.tables import Table
from nmm_opensim.formats.trc import Markers
from nmm_opensim.physics.motion import Motion
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.inverse.quality import (
    DynamicsQuality,
    KinematicsQuality,
    examine_dynamics,
    examine_kinematics,
)
from nmm_opensim.recordings.inverse.quality_file import quality_file, read_quality, write_quality

COORDINATES = ["rx", "ry", "rz", "tx", "ty", "tz"]
TIME = np.array([0.0, 0.1, 0.2, 0.3])


@pytest.fixture
def floating(tmp_path: Path) -> OsimModel:
    """A body of 10 kg, free in space, with two markers and its mass centre at its origin."""
    model = opensim.Model()
    body = opensim.Body("box", 10.0, opensim.Vec3(0), opensim.Inertia(1, 1, 1))
    model.addBody(body)
    joint = opensim.FreeJoint("free", model.getGround(), body)
    for i, name in enumerate(COORDINATES):
        joint.upd_coordinates(i).setName(name)
    model.addJoint(joint)
    for name, x in (("a", 0.1), ("b", -0.1)):
        model.addMarker(opensim.Marker(name, body, opensim.Vec3(x, 0, 0)))
    model.finalizeConnections()
    model.printToXML(str(tmp_path / "box.osim"))
    return OsimModel(tmp_path / "box.osim")


def pose(model: OsimModel, heights: Sequence[float]) -> Table:
    values = np.zeros((len(heights), 6))
    values[:, COORDINATES.index("ty")] = heights
    return Table("angles", tuple(COORDINATES), TIME[: len(heights)], values)


def test_errors_of_markers_by_hand(floating: OsimModel) -> None:
    angles = pose(floating, [1.0, 1.0, 1.0, 1.0])
    positions = np.array([[[100.0, 1000, 0], [-100, 1000, 0]]] * 4)
    # 30 mm and 40 mm off, and one frame unseen.
    positions[1, 0] += [30, 0, 0]
    positions[2, 0] += [0, -40, 30]
    positions[3, 1] = np.nan
    markers = Markers("made", ("a", "b"), "mm", TIME, positions, {"b": 1})
    quality = examine_kinematics(markers, angles, floating)
    a, b = quality.markers
    assert (a.name, a.time) == ("a", 0.2)
    assert a.maximum == pytest.approx(0.05)
    assert a.rms == pytest.approx(np.sqrt((0.03**2 + 0.05**2) / 4))
    assert (b.gaps, b.zeros) == (1, 1)
    assert b.rms == pytest.approx(0.0, abs=1e-9)
    assert quality.rms == pytest.approx(np.sqrt((0.03**2 + 0.05**2) / 7))
    assert quality.frames == 4
    assert quality.judgements == [
        "markers are 2.2 cm (RMS) from the model's; 2 cm is usual",
        "1 of 2 markers are at times more than 4 cm from the model's: a 5.0 cm at 0.2 s",
    ]


def make_loads(force: float, frame: str = "ground") -> AppliedLoads:
    forces = np.tile([0.0, force, 0.0], (4, 1))
    expressed = {"applied_to_body": "box", "force_expressed_in_body": frame}
    load = AppliedLoad("plate", "box", expressed, forces, None, None)
    return AppliedLoads(Path("loads.sto"), TIME, (load,))


def make_moments(force: Sequence[float], moment: Sequence[float]) -> Table:
    columns = [f"{name}_{'moment' if name[0] == 'r' else 'force'}" for name in COORDINATES]
    values = np.zeros((4, 6))
    values[:, 3], values[:, 1] = force, moment
    return Table("moments", tuple(columns), TIME, values)


def examine(floating: OsimModel, loads: AppliedLoads | None, moments: Table) -> DynamicsQuality:
    angles = pose(floating, [0.9, 0.9, 1.1, 1.1])
    motion = Motion(TIME, angles.columns, angles.values, np.zeros((4, 6)))
    return examine_dynamics(moments, motion, loads, floating)


def test_residuals_by_hand(floating: OsimModel) -> None:
    moments = make_moments([3.0, -6.0, 0.0, 0.0], [1.0, 1.0, -1.0, 1.5])
    quality = examine(floating, make_loads(100.0), moments)
    assert quality.root == "box"
    assert quality.net_force == pytest.approx(100.0)
    assert quality.centre_height == pytest.approx(1.0)
    assert quality.force is not None
    assert quality.moment is not None
    assert (quality.force.peak, quality.force.time) == (6.0, 0.1)
    assert quality.force.rms == pytest.approx(np.sqrt(45 / 4))
    assert quality.force.limit == pytest.approx(5.0)
    assert quality.moment.limit == pytest.approx(1.0)
    assert quality.moment.rms == pytest.approx(np.sqrt((3 + 2.25) / 4))
    force, moment = quality.judgements
    assert "residual force at 'box' reaches 6 N at 0.1 s; 5 N, 5 %" in force
    assert "residual moment at 'box' is 1.1 N m (RMS); 1.0 N m, 1 %" in moment
    small = make_moments([3.0, -4.0, 0.0, 0.0], [0.5, 0.5, 0.5, 0.5])
    assert examine(floating, make_loads(100.0), small).judgements == []


def test_without_loads_in_ground_there_is_no_threshold(floating: OsimModel) -> None:
    moments = make_moments([3.0, -6.0, 0.0, 0.0], [9.0, 0.0, 0.0, 0.0])
    for loads in (None, make_loads(100.0, "box")):
        quality = examine(floating, loads, moments)
        assert quality.net_force is None
        assert quality.force is not None
        assert (quality.force.peak, quality.force.limit) == (6.0, None)
        assert quality.judgements == []


def test_a_model_that_is_fixed_has_no_residuals(tmp_path: Path) -> None:
    fixed = opensim.Model()
    body = opensim.Body("arm", 1.0, opensim.Vec3(0), opensim.Inertia(1, 1, 1))
    fixed.addBody(body)
    joint = opensim.PinJoint("pin", fixed.getGround(), body)
    joint.updCoordinate().setName("angle")
    fixed.addJoint(joint)
    fixed.finalizeConnections()
    fixed.printToXML(str(tmp_path / "arm.osim"))
    motion = Motion(TIME, ("angle",), np.zeros((4, 1)), np.zeros((4, 1)))
    table = Table("moments", ("angle_moment",), TIME, np.ones((4, 1)))
    quality = examine_dynamics(table, motion, None, OsimModel(tmp_path / "arm.osim"))
    assert (quality.root, quality.force, quality.judgements) == (None, None, [])


def test_what_is_written_is_read_again(floating: OsimModel, tmp_path: Path) -> None:
    result = tmp_path / "walk_moments.sto"
    moments = make_moments([3.0, -6.0, 0.0, 0.0], [1.0, 1.0, -1.0, 1.5])
    for loads in (make_loads(100.0), None):
        quality = examine(floating, loads, moments)
        write_quality(result, quality, ["doubt"])
        assert read_quality(quality_file(result)) == (quality, ["doubt"])
    assert quality_file(result).name == "walk_moments_quality.json"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version": 1', '"version": 2'),
        ('"frames": 4', '"frames": "x"'),
        ('"rms"', '"rma"'),
        ('"peak": 6.0', '"peak": NaN'),
        ('"peak": 6.0', '"peak": ' + "[" * 100_000),
        ('"force": {', '"force": 3, "x": {'),
    ],
)
def test_another_file_is_refused_in_one_line(
    floating: OsimModel, tmp_path: Path, old: str, new: str
) -> None:
    moments = make_moments([3.0, -6.0, 0.0, 0.0], [1.0, 1.0, -1.0, 1.5])
    write_quality(tmp_path / "a.sto", examine(floating, make_loads(100.0), moments), [])
    file = tmp_path / "a_quality.json"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(NMMError, match=r"^quality '.*a_quality\.json': expected nmm-inverse-qual"):
        read_quality(file)


def test_the_verbs_write_and_show_it(walking_inputs: Walking) -> None:
    results = walking_inputs.results
    angles, warnings = read_quality(results / "walking_coordinates_quality.json")
    assert isinstance(angles, KinematicsQuality)
    assert len(angles.markers) == 24
    assert 0.005 < angles.rms < 0.02
    assert any("24 markers are tracked" in text for text in warnings)
    content = json.loads((results / "walking_moments_quality.json").read_text())
    assert content["root"] == "pelvis"
    assert content["gaps_filled"] is False
    setup = walking_inputs.copy(
        walking_inputs.folder / "setups" / "walking_id.xml",
        "shown_id.xml",
        ("walking_moments.sto", "shown_moments.sto"),
    )
    done = run_cli("inverse-dynamics", str(setup))
    assert done.returncode == 0, done.stderr
    assert "residual force at pelvis" in done.stdout
    assert "Warning: shown_moments.sto: the residual" in done.stdout
    moments, _ = read_quality(results / "shown_moments_quality.json")
    assert isinstance(moments, DynamicsQuality)
    assert replace(moments) == moments
