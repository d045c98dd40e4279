"""A static trial tells the sizes that it was made with, and its markers come onto the model."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import run_cli

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.models.scaling.scale import ScaledModel, Sizes, scale_model
from nmm_opensim.models.scaling.scaling_report import list_warnings
from nmm_opensim.models.scaling.static_trial import read_static_trial
from nmm_opensim.physics.osim_model import OsimModel

LANDMARKS = {
    f"{side}_{name}": f"{side[0].upper()}.{own}"
    for side in ("right", "left")
    for name, own in {
        "asis": "ASIS",
        "psis": "PSIS",
        "knee": "Knee",
        "medial_knee": "MKnee",
        "ankle": "Ankle",
        "medial_ankle": "MAnkle",
        "heel": "Heel",
        "mt5": "MT5",
        "toe": "Toe",
    }.items()
}
CLUSTER = opensim.Vec3(0.05, -0.2, 0.03)
"""A tracking marker on the right thigh that the model does not know, m."""
TRUE = {"pelvis": 0.95, "femur": 1.08, "tibia": 0.93, "foot": 1.04}
FOOT = ("talus", "calcn", "toes")
POSE = {"pelvis_rotation": 2.6, "pelvis_tx": 0.7, "pelvis_tz": -0.3, "hip_flexion_r": 0.05}
"""Of the subject (rad, m), who need not face where the model does."""


def true_factor(body: str) -> float:
    stem = body.rpartition("_")[0] or body
    return TRUE["foot" if stem in FOOT else stem] if stem in (*TRUE, *FOOT) else 1.0


@pytest.fixture(scope="module")
def person(model: OsimModel) -> tuple[opensim.Model, dict[str, Array]]:
    """A person made from the model with known factors, and where the markers are (m)."""
    person = opensim.Model(str(model.path))
    scales = opensim.ScaleSet()
    for body in person.getBodySet():
        scale = opensim.Scale()
        scale.setSegmentName(body.getName())
        scale.setScaleFactors(opensim.Vec3(true_factor(body.getName())))
        scale.setApply(True)
        scales.cloneAndAppend(scale)
    state = person.initSystem()
    person.scale(state, scales, True, -1.0)
    state = person.initSystem()
    for name, value in POSE.items():
        person.getCoordinateSet().get(name).setValue(state, value, False)
    person.assemble(state)
    person.realizePosition(state)
    places = {
        name: np.array(person.getMarkerSet().get(own).getLocationInGround(state).to_numpy())
        for name, own in LANDMARKS.items()
    }
    thigh = person.getBodySet().get("femur_r")
    places["thigh_cluster"] = np.array(thigh.findStationLocationInGround(state, CLUSTER).to_numpy())
    return person, places


def write_trc(file: Path, places: dict[str, Array], unit: float = 1e3, sway: float = 0.0) -> Path:
    names = list(places)
    header = ["PathFileType\t4\t(X/Y/Z)\tstatic.trc", "DataRate\tNumFrames\tNumMarkers\tUnits"]
    header += [f"100\t4\t{len(names)}\tmm", "Frame#\tTime\t" + "\t\t\t".join(names), ""]
    rows = []
    for k in range(4):
        moved = [unit * (places[name] + (sway * (-1) ** k, 0.0, 0.0)) for name in names]
        cells = [f"{value:.6f}" for value in np.concatenate(moved)]
        if k == 1:
            cells[:3] = ["", "", ""]
        rows.append("\t".join([f"{k + 1}\t{k / 100}", *cells]))
    file.write_text("\n".join([*header, *rows, ""]))
    return file


def write_map(file: Path, **changes: str) -> Path:
    said = {**LANDMARKS, "thigh_cluster": "femur_r"} | changes
    file.write_text("\n".join(["marker,model_marker", *map(",".join, said.items()), ""]))
    return file


@pytest.fixture(scope="module")
def scaled(
    model: OsimModel,
    person: tuple[opensim.Model, dict[str, Array]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[ScaledModel, Path]:
    folder = tmp_path_factory.mktemp("static")
    static = write_trc(folder / "static.trc", person[1])
    trial = read_static_trial(model.path, static, write_map(folder / "map.csv"))
    output = folder / "person.osim"
    return scale_model(model.path, output, Sizes(70.0), static_trial=trial), output


def test_each_segment_gets_the_factor_of_the_person(scaled: tuple[ScaledModel, Path]) -> None:
    factors = scaled[0].length_factors
    for body, factor in factors.items():
        stem = body.rpartition("_")[0] or body
        if stem in ("pelvis", "femur", "calcn", "talus", "toes"):
            assert factor.value == pytest.approx(true_factor(body), abs=0.015), body
        # Markers of the knee are the thigh's: a shank is measured between them and its own.
        if stem == "tibia":
            assert factor.value == pytest.approx(true_factor(body), abs=0.015), body
    assert factors["toes_r"].source == "as calcn_r"
    assert factors["patella_r"].value == factors["femur_r"].value
    assert factors["torso"].source == "mean of the measured"
    assert factors["torso"].value == factors["hand_l"].value


def test_landmarks_fit_and_markers_come_where_they_were_seen(
    scaled: tuple[ScaledModel, Path], person: tuple[opensim.Model, dict[str, Array]]
) -> None:
    report, output = scaled
    errors = {m.name: m.error for m in report.markers if m.error is not None}
    assert set(errors) == set(LANDMARKS)
    assert max(errors.values()) < 0.006
    made = opensim.Model(str(output))
    made.initSystem()
    assert {marker.getName() for marker in made.getMarkerSet()} == {*LANDMARKS, "thigh_cluster"}
    marker = made.getMarkerSet().get("thigh_cluster")
    assert marker.getParentFrame().getName() == "femur_r"
    # The person's frame of the thigh is found to a few mm.
    np.testing.assert_allclose(marker.get_location().to_numpy(), CLUSTER.to_numpy(), atol=0.012)
    assert list_warnings(report) == []


def test_a_segment_that_is_said_goes_before_the_trial(
    model: OsimModel, person: tuple[opensim.Model, dict[str, Array]], tmp_path: Path
) -> None:
    static = write_trc(tmp_path / "static.trc", person[1])
    trial = read_static_trial(model.path, static, write_map(tmp_path / "map.csv"))
    sizes = Sizes(70.0, 1.8, 2.0, {"tibia_r": 0.5})
    report = scale_model(model.path, tmp_path / "made.osim", sizes, static_trial=trial)
    assert report.length_factors["tibia_r"].source == "segment"
    assert report.length_factors["torso"].value == pytest.approx(0.9)
    assert report.length_factors["pelvis"].value == pytest.approx(0.95, abs=0.01)
    warnings = "\n".join(list_warnings(report))
    assert "body 'tibia_r'" in warnings
    assert "'tibia_l'" in warnings


def test_the_verb_writes_what_it_found(
    model: OsimModel, person: tuple[opensim.Model, dict[str, Array]], tmp_path: Path
) -> None:
    places = {**person[1], "left_heel": person[1]["left_heel"] + (0.0, 0.08, 0.0)}
    static = write_trc(tmp_path / "static.trc", places)
    output = tmp_path / "made.osim"
    arguments = ["scale", str(model.path), "--output", str(output), "--mass", "70"]
    arguments += ["--static", str(static), "--static-times", "0", "0.03"]
    ran = run_cli(*arguments, "--marker-map", str(write_map(tmp_path / "map.csv", right_toe="")))
    assert ran.returncode == 0, ran.stderr
    printed = " ".join((ran.stdout + ran.stderr).split())
    assert "landmark 'left_heel' lies" in printed
    assert "1 markers have no place in marker map" in printed
    with (tmp_path / "made_markers.csv").open(newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert rows["thigh_cluster"] == {
        "name": "thigh_cluster", "body": "femur_r", "landmark": "", "error": ""
    }  # fmt: skip
    assert float(rows["left_heel"]["error"]) > 0.02
    assert "right_toe" not in rows


def refuse(
    model: OsimModel, places: dict[str, Array], folder: Path, **how: object
) -> Callable[[], object]:
    times = how.pop("times", None)
    changes = how.pop("changes", {})
    static = write_trc(folder / "static.trc", places, **how)  # type: ignore[arg-type]
    map_file = write_map(folder / "map.csv", **changes)  # type: ignore[arg-type]

    def act() -> object:
        trial = read_static_trial(model.path, static, map_file, times)  # type: ignore[arg-type]
        return scale_model(model.path, folder / "m.osim", Sizes(70.0), static_trial=trial)

    return act


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"sway": 0.05}, "marker 'right_asis': expected a subject who stands still"),
        ({"times": (5.0, 6.0)}, "expected frames from 5 to 6 s, but it goes from 0 to 0.03 s"),
        ({"times": (0.01, 0.01)}, "'right_asis': expected it to be seen"),
        ({"unit": 1.0}, "look at the units of the file"),
        ({"changes": dict.fromkeys(LANDMARKS, "none")}, "at least 3 markers of the model"),
    ],
)
def test_what_a_static_trial_cannot_mean_is_refused(
    model: OsimModel,
    person: tuple[opensim.Model, dict[str, Array]],
    tmp_path: Path,
    how: dict[str, object],
    expected: str,
) -> None:
    with pytest.raises(NMMError, match=expected):
        refuse(model, person[1], tmp_path, **how)()
    assert not (tmp_path / "m.osim").exists()


def test_a_static_trial_without_a_map_is_refused(model: OsimModel, tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"--static and --marker-map.*prepares the map"):
        read_static_trial(model.path, tmp_path / "static.trc", None)
    assert read_static_trial(model.path, None, None) is None
