"""A laboratory's markers and the model's: suggested by landmark, said by a person."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nmm_opensim.errors import NMMError
from nmm_opensim.models.scaling.landmarks import (
    Landmark,
    find_landmark,
    suggest_bodies,
    suggest_markers,
)
from nmm_opensim.models.scaling.marker_map import read_marker_map, write_marker_map

MODEL = ["R.ASIS", "R.Knee", "R.MKnee", "R.KneeJoint", "L.Knee", "R.Ankle", "R.MAnkle", "R.Heel"]
MODEL += ["R.Toe", "R.MT5", "S2", "R.Shoulder", "R.TH1"]
BODIES = ["pelvis", "femur_r", "tibia_r", "femur_l"]
LAB = ["right_lat_femoral_epicondyle", "right_heel", "R.ASIS", "right_thigh_cluster1"]


@pytest.mark.parametrize(
    ("names", "side", "place"),
    [
        ("RKNE R.Knee R.Knee.Lat RLFC right_lat_femoral_epicondyle R_FLE", "r", "lateral knee"),
        ("RKNM R.MKnee R.Knee.Med RMFC MedialFemoralEpicondyle_R rmknee", "r", "medial knee"),
        ("LANK L.Ankle L.Ankle.Lat LLMAL left_lateral_malleolus L_FAL", "l", "lateral ankle"),
        ("LMMA L.MAnkle LMMAL leftMedMalleolus", "l", "medial ankle"),
        ("RASI R.ASIS right_asis R_IAS", "r", "anterior superior iliac spine"),
        ("LHEE L.Heel LCAL left_heel LFCC", "l", "heel"),
        ("RMT5 RD5M R.MT5 right_metatarsal5 R_FM5 RTO5", "r", "metatarsal 5"),
        ("RTOE R.Toe", "r", "toe"),
        ("RSHO R.Acromium RACR Subject:RSHO", "r", "acromion"),
        ("SACR V.Sacral S2", "", "sacrum"),
        ("C7", "", "C7"),
        ("L5", "", "L5"),
        ("R.KneeJoint RKJC", "r", "knee center"),
    ],
)
def test_conventions_name_one_landmark(names: str, side: str, place: str) -> None:
    assert {find_landmark(name) for name in names.split()} == {Landmark(side, place)}


@pytest.mark.parametrize(
    "name", ["right_thigh_cluster1", "R.TH1", "RTHI", "heel", "LFHD", "RP5M", "*12", "", ":", "Ŕ"]
)
def test_what_is_no_landmark_or_has_no_side_suggests_nothing(name: str) -> None:
    assert find_landmark(name) is None
    assert suggest_markers(name, MODEL) == []


def test_suggestions_are_of_the_same_side_and_the_landmark_comes_first() -> None:
    assert suggest_markers("RKNE", MODEL) == ["R.Knee"]
    assert suggest_markers("right_metatarsal2", MODEL) == ["R.Toe"]
    assert suggest_markers("LHEE", MODEL) == []


def test_only_equal_names_are_filled_in_and_suggestions_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    assert write_marker_map(file, LAB, MODEL, BODIES) == [
        label for label in LAB if label != "R.ASIS"
    ]
    with file.open(newline="") as text:
        rows = list(csv.DictReader(text))
    assert [row["suggestions"] for row in rows] == ["R.Knee", "R.Heel", "", "femur_r"]
    read = read_marker_map(file, LAB, MODEL, BODIES)
    assert read.landmarks == {"R.ASIS": "R.ASIS"}
    assert read.open == ("right_lat_femoral_epicondyle", "right_heel", "right_thigh_cluster1")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("right_thigh_cluster1", ["femur_r"]),
        ("left_anterior_thigh15", ["femur_l"]),
        ("sacrum_cluster2", ["pelvis"]),
        ("right_fibular_head", ["tibia_r"]),
        ("thigh_cluster1", []),
        ("*12", []),
    ],
)
def test_a_cluster_suggests_the_body_that_carries_it(name: str, expected: list[str]) -> None:
    assert suggest_bodies(name, BODIES) == expected


def test_a_marker_of_a_cluster_gets_a_body(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text("marker,model_marker\nright_heel,R.Heel\nright_thigh_cluster1,femur_r\n")
    read = read_marker_map(file, LAB, MODEL, BODIES)
    assert read.landmarks == {"right_heel": "R.Heel"}
    assert read.bodies == {"right_thigh_cluster1": "femur_r"}


def test_a_filled_map_from_a_spreadsheet(tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_bytes(
        "\ufeffmarker;model_marker;suggestions\r\n"
        "right_heel; R.Heel ;R.Heel\r\n"
        "right_thigh_cluster1;none;\r\n;;\r\n"
        "R.ASIS;;\r\n".encode()
    )
    read = read_marker_map(file, LAB, MODEL, BODIES)
    assert read.landmarks == {"right_heel": "R.Heel"}
    assert read.unused == ("right_thigh_cluster1",)
    assert read.open == ("right_lat_femoral_epicondyle", "R.ASIS")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("rigth_heel,R.Heel", "line 2.*'rigth_heel'; nearest: right_heel"),
        ("right_heel,R.Heal", "line 2.*or none, but found 'R.Heal'; nearest: R.Heel"),
        ("right_heel,R.Heel\nright_heel,R.Toe", "line 3.*has a row already, line 2"),
        ("right_heel,R.Heel\nR.ASIS,R.Heel", "line 3.*'R.Heel' is 'right_heel' already"),
        ("right_heel,R.Heel R.Toe", "line 2: expected one marker or body of the model"),
        (",R.Heel", "line 2.*found none"),
        ("", "expected a row for each marker, but found none"),
        ('"right_heel,R.Heel', "expected CSV"),
    ],
)
def test_what_a_map_cannot_mean_is_refused(rows: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_text(f"marker,model_marker\n{rows}\n")
    with pytest.raises(NMMError, match=f"(?s)marker map.*{words}"):
        read_marker_map(file, LAB, MODEL, BODIES)


@pytest.mark.parametrize("content", [b"marker,muscles\na,b\n", b"\xff\xfe\n", b"", b"marker\n"])
def test_what_is_no_map_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "map.csv"
    file.write_bytes(content)
    with pytest.raises(NMMError, match="marker map"):
        read_marker_map(file, LAB, MODEL, BODIES)
