"""Which foot is on which plate, when, and what that makes of events, strides and loads."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import ROOT, Walking, run_cli
from gait_files import SIDES, Share, Walk, off, place, strike, write_setup

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.external_loads import read_external_loads
from nmm_opensim.recordings.gait.find import Gait, TrialGait, find_gait
from nmm_opensim.recordings.gait.gait_record import HEEL_STRIKE, TOE_OFF
from nmm_opensim.recordings.gait.gait_setup import read_gait_setup

CLEAN = {"1": [Share("right", 1)], "2": [Share("left", 1)]}
# A force of 20 N is 3 ms after the first.
NEAR = 0.005
HEEL = place("right", 1)[0]
RECORDINGS = ROOT.parent / "shared" / "data"
needs_recordings = pytest.mark.skipif(
    not RECORDINGS.is_dir(), reason=f"the recordings are not at {RECORDINGS}"
)


def find_all(folder: Path, walk: Walk, **elements: str) -> Gait:
    return find_gait(read_gait_setup(write_setup(folder, walk, **elements)))


def find(folder: Path, walk: Walk, **elements: str) -> TrialGait:
    (trial,) = find_all(folder, walk, **elements).trials
    return trial


def read_loads(trial: TrialGait) -> dict[str, np.ndarray]:
    """Force, point and torque by body and kind, as OpenSim finds them; and ``time``."""
    file = next(file for file in trial.files if file.suffix == ".xml")
    loads, data = read_external_loads(file)
    found = {"time": data.time}
    for k in range(loads.getSize()):
        load = opensim.ExternalForce.safeDownCast(loads.get(k))
        for kind in ("force", "point", "torque"):
            identifier = getattr(load, f"get_{kind}_identifier")()
            columns = [f"{identifier}{axis}" for axis in "xyz"]
            found[f"{load.get_applied_to_body()} {kind}"] = data.select(columns).values
    return found


def test_each_foot_on_its_plate_is_found_with_its_times(tmp_path: Path) -> None:
    trial = find(tmp_path, Walk(CLEAN))
    assert [(c.plate, c.side, c.used, c.note) for c in trial.contacts] == [
        ("1", "right", True, ""),
        ("2", "left", True, ""),
    ]
    for contact in trial.contacts:
        assert contact.start == pytest.approx(strike(contact.side, 1), abs=NEAR)
        assert contact.end == pytest.approx(off(contact.side, 1), abs=NEAR)
    for event in trial.events:
        truth = strike if event.kind == HEEL_STRIKE else off
        error = min(abs(event.time - truth(event.side, k)) for k in range(-1, 4))
        # Markers are as good once the plates have told how late they are.
        assert error < (NEAR if event.source == "forces" else 0.015), event
    assert [e.plate for e in trial.events if e.source == "forces"] == ["1", "2", "1", "2"]
    for side in SIDES:
        own = [event.kind for event in trial.events if event.side == side]
        assert set(own[::2]) | set(own[1::2]) == {HEEL_STRIKE, TOE_OFF}
        assert len(set(own[::2])) == len(set(own[1::2])) == 1
    assert not trial.warnings


def test_loads_are_measured_in_a_stance_and_the_swing_around_it(tmp_path: Path) -> None:
    trial = find(tmp_path, Walk(CLEAN))
    for side in SIDES:
        ((start, end),) = trial.ranges[side]
        assert off(side, 0) <= start == pytest.approx(off(side, 0), abs=0.04)
        assert strike(side, 2) >= end == pytest.approx(strike(side, 2), abs=0.04)
    assert trial.ranges["both"] == [(trial.ranges["left"][0][0], trial.ranges["right"][0][1])]
    measured = {stride.name: stride.measured for stride in trial.strides}
    assert measured == {"right_1": False, "right_2": True, "left_1": False, "left_2": True}
    assert [stride.time for stride in trial.strides] == pytest.approx([1.0] * 4, abs=0.02)
    assert not any(stride.both_measured for stride in trial.strides)
    with next(f for f in trial.files if f.name == "walk_strides.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["measured"] for row in rows] == ["no", "yes", "no", "yes"]
    assert float(rows[1]["initial_time"]) == pytest.approx(strike("right", 1), abs=NEAR)


def test_one_plate_carries_the_right_foot_and_later_the_left(tmp_path: Path) -> None:
    walk = Walk({"1": [Share("right", 0), Share("left", 1)]})
    trial = find(tmp_path, walk)
    assert [(c.side, c.used) for c in trial.contacts] == [("right", True), ("left", True)]
    loads = read_loads(trial)
    force, point, torque = walk.plate("1")
    right = loads["time"] < 1.2
    for body, mask in (("calcn_r", right), ("calcn_l", ~right)):
        on = mask & (force[:, 1] >= 20)
        for kind, truth in (("force", force), ("point", point), ("torque", torque)):
            np.testing.assert_allclose(loads[f"{body} {kind}"][on], truth[on], atol=1e-6)
            assert not loads[f"{body} {kind}"][~on].any()


def test_a_foot_on_two_plates_is_one_load(tmp_path: Path) -> None:
    walk = Walk(
        {
            "1": [Share("right", 1, shares=(1.0, 0.0))],
            "2": [Share("right", 1, shares=(0.0, 1.0))],
        }
    )
    trial = find(tmp_path, walk)
    assert [(c.plate, c.side, c.used) for c in trial.contacts] == [
        ("1", "right", True),
        ("2", "right", True),
    ]
    strikes = [e for e in trial.events if e.source == "forces"]
    assert [(e.kind, e.plate) for e in strikes] == [(HEEL_STRIKE, "1"), (TOE_OFF, "2")]
    loads = read_loads(trial)
    truth, point = walk.foot("right", 1)
    both = (loads["time"] > trial.contacts[1].start) & (loads["time"] < trial.contacts[0].end)
    assert both.sum() > 400
    np.testing.assert_allclose(loads["calcn_r force"][both], truth[both], atol=1e-5)
    # The wrench is that of the foot, wherever the point is.
    moment = np.cross(point, truth) + np.outer(truth[:, 1] > 0, [0, 3.0, 0])
    own = np.cross(loads["calcn_r point"], loads["calcn_r force"]) + loads["calcn_r torque"]
    np.testing.assert_allclose(own[both], moment[both], atol=1e-4)
    np.testing.assert_allclose(loads["calcn_r point"][both], point[both], atol=1e-6)


@pytest.mark.parametrize(
    ("plates", "side", "why"),
    [
        ([Share("right", 1), Share("left", 1)], "both", r"both feet stand on it .*right 4\d%"),
        (
            [Share("right", 1), Share("left", 1, end=strike("left", 1) + 0.3, shares=(0.3, 0.3))],
            "right",
            "ends 0.17 s after the right foot is off: another foot is there",
        ),
        (
            [Share("right", 1), Share("left", 0, start=off("left", 0) - 0.3, shares=(0.3, 0.3))],
            "right",
            "begins 0.1. s before the right foot strikes: another foot was there",
        ),
        ([Share("right", 1, end=1.7)], "right", "ends 0.2. s before the right foot is off"),
        ([Share("right", 1, start=1.5)], "right", "begins 0.2. s after the right foot stands"),
        (
            [Share("right", 1, shares=(0.1, 0.1))],
            "neither",
            "carries at most 70 N: a touch",
        ),
    ],
)
def test_a_contact_that_is_not_one_whole_foot_is_left_out(
    tmp_path: Path, plates: list[Share], side: str, why: str
) -> None:
    trial = find(tmp_path, Walk({"1": plates, "2": [Share("left", 2)]}))
    first = trial.contacts[0]
    assert (first.plate, first.side, first.used) == ("1", side, False)
    assert re.search(why, first.note), first.note
    assert not trial.ranges["right"]
    assert not read_loads(trial)["calcn_r force"].any()


@pytest.mark.parametrize(
    ("span", "cut", "measured"),
    [
        ((0.0, 1.7), "end", (off("right", 0), 1.7)),
        ((1.5, 3.0), "start", (1.5, strike("right", 2))),
    ],
)
def test_a_contact_that_the_recording_cuts_is_used_as_far_as_it_goes(
    tmp_path: Path, span: tuple[float, float], cut: str, measured: tuple[float, float]
) -> None:
    trial = find(tmp_path, Walk({"1": [Share("right", 1)]}, span=span))
    (contact,) = trial.contacts
    assert (contact.side, contact.used) == ("right", True)
    assert contact.note == f"cut by the recording's {cut}"
    assert trial.ranges["right"][0] == pytest.approx(measured, abs=0.05)
    # The recording's end is no event of the foot's.
    assert len([e for e in trial.events if e.source == "forces"]) == 1


def test_belts_of_a_treadmill_measure_everything(tmp_path: Path) -> None:
    walk = Walk(
        {side: [Share(side, k) for k in range(-1, 3)] for side in SIDES},
        belt=1.4,
    )
    gait = find_all(tmp_path, walk)
    (trial,) = gait.trials
    assert all(contact.used and contact.side == contact.plate for contact in trial.contacts)
    assert len(trial.contacts) == 7
    assert all(event.source == "forces" for event in trial.events)
    ((start, end),) = trial.ranges["both"]
    assert (start, end) == pytest.approx((0.303, 2.947), abs=NEAR)
    assert all(stride.both_measured for stride in trial.strides)
    assert {kind: len(values) for kind, values in gait.offsets.items()} == {
        HEEL_STRIKE: 5,
        TOE_OFF: 5,
    }


def test_a_belt_that_both_feet_share_is_said(tmp_path: Path) -> None:
    shares = [Share(side, k) for k in range(-1, 3) for side in SIDES]
    trial = find(tmp_path, Walk({"1": shares}, belt=1.4))
    assert [(c.side, c.used) for c in trial.contacts] == [("both", False)]
    assert any("no contact can be used" in warning for warning in trial.warnings)
    assert not any(file.suffix in (".xml", ".mot") for file in trial.files)


def test_gaps_of_a_foot_are_filled_or_said(tmp_path: Path) -> None:
    short = find(tmp_path, Walk(CLEAN, hidden={"R_heel": (1.5, 1.6)}))
    assert all(contact.used for contact in short.contacts)
    assert not short.warnings
    lost = find(tmp_path, Walk(CLEAN, hidden={"R_heel": (1.2, 1.8)}))
    right, left = lost.contacts
    assert (right.side, right.used, left.used) == ("neither", False, True)
    assert right.note == "markers of the right foot are missing from 1.32 to 1.80 s"
    assert any("lacks markers in 61 frames between 1.20 and 1.80 s" in w for w in lost.warnings)
    assert not lost.ranges["right"]


def corners(first: float, last: float) -> str:
    return f"<corners>{first} 0.3 {last} 0.3 {last} -0.3 {first} -0.3</corners>"


@pytest.mark.parametrize(
    ("first", "last", "note"),
    [
        (HEEL - 0.1, HEEL + 0.4, ""),
        (HEEL + 0.07, HEEL + 0.5, "the heel marker is 0.07 m beside the plate"),
        (HEEL - 0.3, HEEL + 0.1, "the toe marker is 0.10 m beside the plate"),
    ],
)
def test_corners_show_a_foot_that_is_partly_off(
    tmp_path: Path, first: float, last: float, note: str
) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    text = setup.read_text().replace("</Plate>", f"{corners(first, last)}</Plate>", 1)
    setup.write_text(text)
    right = find_gait(read_gait_setup(setup)).trials[0].contacts[0]
    assert right.used == (not note)
    assert right.note.startswith(note)


def test_a_foot_that_carries_too_little_is_partly_off(tmp_path: Path) -> None:
    walk = Walk({"1": [Share("right", 1, shares=(0.4, 0.4))], "2": [Share("left", 1)]})
    setup = write_setup(tmp_path, walk, tool="<body_mass>71.4</body_mass>")
    right, left = find_gait(read_gait_setup(setup)).trials[0].contacts
    assert (right.used, left.used) == (False, True)
    assert right.note == "carries 40% of the weight in mid-stance: the foot is partly off the plate"


def replace_in(file: Path, *pairs: tuple[str, str]) -> None:
    text = file.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text)


def change_columns(file: Path, kind: str, factor: float, swap: bool = False) -> None:
    """Scale a kind of column of all plates, or exchange y and z of all."""
    lines = file.read_text().splitlines()
    end = lines.index("endheader")
    labels = lines[end + 1].split("\t")
    table = np.array([line.split("\t") for line in lines[end + 2 :]], dtype=float)
    order = list(range(len(labels)))
    for i, label in enumerate(labels):
        if label[-2] == kind:
            table[:, i] *= factor
        if swap and label[-1] in "yz":
            order[i] = labels.index(label[:-1] + {"y": "z", "z": "y"}[label[-1]])
    rows = ["\t".join(f"{x:.9g}" for x in row[order]) for row in table]
    file.write_text("\n".join([*lines[: end + 2], *rows, ""]))


@pytest.mark.parametrize(
    ("kind", "factor", "message"),
    [
        ("v", -1.0, r"walk.mot': plate '1': expected forces that push the subject up"),
        ("p", 1000.0, "trial 'walk': expected a foot near each centre of pressure"),
    ],
)
def test_forces_of_another_sign_or_unit_are_refused(
    tmp_path: Path, kind: str, factor: float, message: str
) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    change_columns(tmp_path / "walk.mot", kind, factor)
    with pytest.raises(NMMError, match=message):
        find_gait(read_gait_setup(setup))
    assert not (tmp_path / "results").exists()


def test_forces_whose_z_points_up_are_refused(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    change_columns(tmp_path / "walk.mot", "", 1.0, swap=True)
    with pytest.raises(NMMError, match=r"act along y, which points up, but most .* along z"):
        find_gait(read_gait_setup(setup))


def test_centres_of_pressure_that_are_not_on_a_floor_are_refused(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    labels = ("plate1_px", "other"), ("plate1_py", "plate1_px"), ("other", "plate1_py")
    replace_in(tmp_path / "walk.mot", *labels)
    with pytest.raises(NMMError, match=r"on the floor, within 0.1 m of y = 0, but found y = 1.5"):
        find_gait(read_gait_setup(setup))


def test_markers_in_another_unit_or_of_no_foot_are_refused(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    replace_in(tmp_path / "walk.trc", ("\tmm\n", "\tm\n"))
    with pytest.raises(NMMError, match=r"expected 0.05 to 0.4 m from 'R_heel' to 'R_toe', but"):
        find_gait(read_gait_setup(setup))
    setup = write_setup(tmp_path, Walk(CLEAN))
    replace_in(setup, ("R_heel", "R_heal"))
    with pytest.raises(
        NMMError, match=r"expected a marker 'R_heal', but there is none; nearest: R"
    ):
        find_gait(read_gait_setup(setup))
    setup = write_setup(tmp_path, Walk(CLEAN))
    replace_in(setup, ("plate1_p", "plate_p"))
    with pytest.raises(NMMError, match="expected a column 'plate_px', but there is none; nearest"):
        find_gait(read_gait_setup(setup))


def add_to(file: Path, label: str, change: float) -> None:
    """Add a number to a column."""
    lines = file.read_text().splitlines()
    end = lines.index("endheader")
    column = lines[end + 1].split("\t").index(label)
    for i in range(end + 2, len(lines)):
        cells = lines[i].split("\t")
        cells[column] = f"{float(cells[column]) + change:.9g}"
        lines[i] = "\t".join(cells)
    file.write_text("\n".join([*lines, ""]))


def test_a_plate_that_is_not_zero_at_rest_is_said(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    add_to(tmp_path / "walk.mot", "plate1_vy", 25.0)
    first = find_gait(read_gait_setup(setup)).trials[0].contacts[0]
    assert not first.used
    assert "never below 25 N: the other foot stands on it too, or it is not zero" in first.note
    replace_in(setup, ("<trials>", "<contact_threshold>55</contact_threshold><trials>"))
    assert all(c.used for c in find_gait(read_gait_setup(setup)).trials[0].contacts)


def test_a_load_where_no_foot_is_belongs_to_neither(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    add_to(tmp_path / "walk.mot", "plate1_pz", 0.3)
    right, left = find_gait(read_gait_setup(setup)).trials[0].contacts
    assert (right.side, right.used, left.used) == ("neither", False, True)
    assert "right 0.30 m away, with 0% of the impulse; left" in right.note


@pytest.mark.parametrize("shift", [0.1, -0.1])
def test_clocks_that_differ_are_said(tmp_path: Path, shift: float) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    add_to(tmp_path / "walk.mot", "time", shift)
    for contact in find_gait(read_gait_setup(setup)).trials[0].contacts:
        assert not contact.used
        assert re.match(r"begins and ends [+-]0.[01]\d s from .* not on one clock", contact.note)


def test_sides_that_are_exchanged_are_said(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    replace_in(setup, ("R_", "X_"), ("L_", "R_"), ("X_", "L_"))
    (trial,) = find_gait(read_gait_setup(setup)).trials
    assert any("the right foot is 0.20 m to the left of the left one" in w for w in trial.warnings)


def test_a_plate_without_a_centre_of_pressure_at_rest_is_read(tmp_path: Path) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    lines = (tmp_path / "walk.mot").read_text().splitlines()
    labels = lines[6].split("\t")
    point = [i for i, label in enumerate(labels) if label.startswith("plate1_p")]
    cells = lines[7].split("\t")
    lines[7] = "\t".join("nan" if i in point else cell for i, cell in enumerate(cells))
    (tmp_path / "walk.mot").write_text("\n".join([*lines, ""]))
    assert find_gait(read_gait_setup(setup)).trials[0].contacts[0].used
    stands = 7 + 1500
    cells = lines[stands].split("\t")
    lines[stands] = "\t".join("nan" if i in point else cell for i, cell in enumerate(cells))
    (tmp_path / "walk.mot").write_text("\n".join([*lines, ""]))
    with pytest.raises(NMMError, match=r"found nan in column 'plate1_px' at 1.5 s"):
        find_gait(read_gait_setup(setup))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<Foot name="left">', '<Foot name="both">', "the name right or left, but found 'both'"),
        ("L_toe", "R_toe", "a body and two markers of its own"),
        ("plate2_p", "plate1_p", "'plate1_p' is already one of plate '1'"),
        ("</Plate>", "<corners>0 0 1 1 1 0 0 1</corners></Plate>", "do not go round a plate"),
        ("</Plate>", "<corners>0 0 1 1</corners></Plate>", "expected 8 numbers, but found 4"),
        ("</trials>", "</trials><threshold>20</threshold>", "has no element <threshold>"),
        ("walk.mot", "run.mot", "<force_file>.*expected a file"),
    ],
)
def test_setups_that_cannot_be_meant_are_refused_with_their_line(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    setup = write_setup(tmp_path, Walk(CLEAN))
    replace_in(setup, (old, new))
    with pytest.raises(NMMError, match=rf"gait.xml:\d+: .*{message}"):
        read_gait_setup(setup)


def test_the_command_shows_what_it_found(tmp_path: Path) -> None:
    walk = Walk({"1": [Share("right", 1), Share("left", 1)], "2": [Share("left", 2)]})
    done = run_cli("gait-events", str(write_setup(tmp_path, walk)))
    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert "both no both feet stand on it" in words
    assert "left yes cut by the recording's end" in words
    assert "right_1" in words
    assert "measured, right (s)" in words
    replace_in(tmp_path / "gait.xml", ("R_heel", "heel"))
    done = run_cli("gait-events", str(tmp_path / "gait.xml"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_the_walking_trial_keeps_its_loads(walking_inputs: Walking) -> None:
    setup = walking_inputs.folder / "setups" / "walking_gait.xml"
    (trial,) = find_gait(read_gait_setup(setup)).trials
    assert [(c.plate, c.side, c.used) for c in trial.contacts] == [
        ("1", "right", True),
        ("2", "left", True),
        ("1", "right", True),
    ]
    assert [stride.name for stride in trial.strides if stride.both_measured] == ["left_1"]
    data = read_external_loads(walking_inputs.folder / "data/example3DWalking/grf_walk.xml")[1]
    loads = read_loads(trial)
    for side, body in (("r", "calcn_r"), ("l", "calcn_l")):
        force = data.select([f"ground_force_{side}_v{axis}" for axis in "xyz"]).values
        on = force[:, 1] >= 20
        assert on.sum() > 1000
        np.testing.assert_allclose(loads[f"{body} force"][on], force[on], rtol=1e-9, atol=1e-9)


WEARABLE = {
    "plates": "".join(
        f'<Plate name="{k}"><force_identifier>ground_force{k}_v</force_identifier>'
        f"<point_identifier>ground_force{k}_p</point_identifier>"
        f"<torque_identifier>ground_torque{k}_</torque_identifier></Plate>"
        for k in (1, 2)
    ),
    "feet": "".join(
        f'<Foot name="{side}"><body>calcn_{side[0]}</body><heel_marker>{side}_heel</heel_marker>'
        f"<toe_marker>{side}_metatarsal2</toe_marker></Foot>"
        for side in SIDES
    ),
}


@needs_recordings
def test_ten_walks_of_a_laboratory(tmp_path: Path) -> None:
    folder = RECORDINGS / "walking_wearable"
    trials = "".join(
        f'<Trial name="walk_{k:02d}"><marker_file>{folder}/markers/walk_{k:02d}.trc</marker_file>'
        f"<force_file>{folder}/forces/walk_{k:02d}.mot</force_file></Trial>"
        for k in range(1, 11)
    )
    setup = tmp_path / "gait.xml"
    setup.write_text(
        '<OpenSimDocument Version="40500"><NMMGaitTool name="walks">'
        f"<plates>{WEARABLE['plates']}</plates><feet>{WEARABLE['feet']}</feet>"
        f"<trials>{trials}</trials><results_directory>out</results_directory>"
        "</NMMGaitTool></OpenSimDocument>"
    )
    gait = find_gait(read_gait_setup(setup))
    for trial in gait.trials:
        (right,) = [contact for contact in trial.contacts if contact.side == "right"]
        assert (right.plate, right.used) == ("1", True)
        ((start, end),) = trial.ranges["right"]
        assert start < right.start - 0.3
        assert end > right.end + 0.3
        # Its toes are always beyond the rim of plate 2: a left stance is never whole.
        left = [contact for contact in trial.contacts if contact.side == "left"]
        assert len(left) == (trial.name not in ("walk_02", "walk_03"))
        for contact in left:
            assert (contact.plate, contact.used) == ("2", False)
            assert "before the left foot is off" in contact.note
        assert [s.name for s in trial.strides if s.measured] == ["right_2"]
        times = [stride.time for stride in trial.strides]
        assert 0.9 < min(times) <= max(times) < 1.2
    for kind, limit in ((HEEL_STRIKE, 0.01), (TOE_OFF, 0.02)):
        errors = np.array(gait.offsets[kind])
        assert len(errors) == 10
        assert np.abs(errors - np.median(errors)).max() < limit
