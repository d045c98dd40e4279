"""Whole C3D files of two laboratories convert, and their numbers are those of people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.axes import read_axes
from nmm_opensim.recordings.c3d.content import read_c3d
from nmm_opensim.recordings.columns import Reading
from nmm_opensim.recordings.convert_c3d import convert_c3d
from nmm_opensim.recordings.force_plates import PlateOptions, make_plate
from nmm_opensim.recordings.moments import MomentUnits, convert_moments

FOLDER = ROOT.parent / "shared" / "data" / "walking_c3d"
FILES = sorted(FOLDER.rglob("*.c3d"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"needs the recordings of {FOLDER}")
AXES = "x z -y"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_all_that_is_loaded_converts(file: Path, tmp_path: Path) -> None:
    c3d = read_c3d(file, "C3D file")
    rotation = read_axes(AXES)
    count = 5 if file.parent.name == "athlete" else 2
    plates = [make_plate(c3d, n, rotation, PlateOptions()) for n in range(1, count + 1)]
    weight = 9.81 * (c3d.parameters.find_number("PROCESSING", "BODYMASS") or 60.0)
    # Some of the athlete's plates are idle, with drift and jolts of up to 112 N.
    loaded = [plate for plate in plates if plate.force[:, 1].max() > 150]
    assert loaded or file.stem == "walking_1"
    for plate in loaded:
        assert 0.3 * weight < plate.force[:, 1].max() < 4.5 * weight
        assert np.abs(plate.point[:, 1]).max() < 0.02
    bodies = {plate.number: "calcn_r" for plate in plates}
    converted = convert_c3d(file, tmp_path, AXES, bodies)
    assert len(converted.markers) > 20
    # That walk goes beside the plates.
    far = [note for note in converted.notes if "nearest low marker" in note]
    assert bool(far) == (file.stem == "walking_1")


@pytest.mark.parametrize(
    "file", [file for file in FILES if "straight" in file.stem], ids=lambda file: file.stem
)
def test_stored_moments_are_those_of_a_walk(file: Path, tmp_path: Path) -> None:
    mass = read_c3d(file, "C3D file").parameters.find_number("PROCESSING", "BODYMASS")
    columns, output = {"RAnkleMoment:X": "ankle_angle_r"}, tmp_path / "moments.sto"
    units = MomentUnits("Nmm/kg", mass)
    try:
        table, notes = convert_moments(file, output, columns, units)
    except NMMError as error:
        # Stances beside the plates are gaps, and the message names the longest stretches.
        stretches = str(error).partition("--final-time): ")[2].rstrip(".").split(", ")
        times = [tuple(map(float, s.removesuffix(" s").split(" to "))) for s in stretches]
        first, last = max(times, key=lambda time: time[1] - time[0])
        table, notes = convert_moments(
            file, output, columns, units, Reading(None, None, first, last)
        )
    assert not notes
    assert 1.0 < table.values.max() / float(mass or 0) < 1.6
