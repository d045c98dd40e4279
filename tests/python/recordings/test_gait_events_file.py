"""Contacts and events that a person corrected are taken as they are, and never written over."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from gait_files import Share, Walk, strike, write_setup
from hypothesis import given, settings
from hypothesis import strategies as st

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.external_loads import read_external_loads
from nmm_opensim.recordings.gait.events_file import read_events
from nmm_opensim.recordings.gait.find import TrialGait, find_gait
from nmm_opensim.recordings.gait.gait_setup import read_gait_setup

WALK = Walk({"1": [Share("right", 1)], "2": [Share("left", 1, end=2.2)]})
LABELS = "kind,side,time,end,plate,source,used,note\n"


def run(setup: Path) -> TrialGait:
    (trial,) = find_gait(read_gait_setup(setup)).trials
    return trial


def correct(folder: Path, *pairs: tuple[str, str]) -> TrialGait:
    """What comes of a walk whose events file a person has changed and named in the setup."""
    found = folder / "results" / "walk_events.csv"
    run(write_setup(folder, WALK))
    text = found.read_text()
    for old, new in pairs:
        changed = re.sub(old, new, text)
        assert changed != text, old
        text = changed
    (folder / "corrected.csv").write_text(text)
    setup = write_setup(folder, WALK, trial="<events_file>corrected.csv</events_file>")
    return run(setup)


def test_what_was_found_is_found_again_in_its_file(tmp_path: Path) -> None:
    first = run(write_setup(tmp_path, WALK))
    contacts, events = read_events(tmp_path / "results" / "walk_events.csv", ["1", "2"])
    for ours, read in ((first.contacts, contacts), (first.events, events)):
        assert len(ours) == len(read)
    assert [c.note for c in contacts] == [c.note for c in first.contacts]
    assert [e.time for e in events] == pytest.approx([e.time for e in first.events], abs=1e-4)
    # Nobody has touched it, so the next call writes it anew.
    text = (tmp_path / "results" / "walk_events.csv").read_text()
    run(tmp_path / "gait.xml")
    assert (tmp_path / "results" / "walk_events.csv").read_text() == text


def test_a_contact_that_a_person_rejects_is_no_load(tmp_path: Path) -> None:
    trial = correct(tmp_path, (r"(contact,right.*),yes,", r"\1,no,"))
    assert not any(contact.used for contact in trial.contacts)
    assert not trial.ranges["right"]
    # Loads of the first call are gone.
    assert not list((tmp_path / "results").glob("*external_loads*"))


def test_a_contact_that_a_person_accepts_is_a_load_while_it_lasts(tmp_path: Path) -> None:
    trial = correct(tmp_path, (r"(contact,left.*forces),no,.*", r"\1,yes,looked at the video"))
    ((start, end),) = trial.ranges["left"]
    assert end == pytest.approx(2.2, abs=0.01)
    assert start < strike("left", 1) - 0.3
    loads = read_external_loads(tmp_path / "results" / "walk_external_loads.xml")[1]
    up = loads.select(["left_ground_force_vy"]).values[:, 0]
    assert up.max() == pytest.approx(700.0)
    assert not up[loads.time > 2.201].any()


def test_events_and_contacts_that_a_person_adds_count(tmp_path: Path) -> None:
    added = (
        "contact;right;1,302;1,6;1;manual;yes;\nheel_strike;right;1,302;;1;;;\n"
        "toe_off;right;1,6;;1;manual;yes;\nheel_strike;right;2,3;;;manual;;\n"
    )
    run(write_setup(tmp_path, WALK))
    (tmp_path / "own.csv").write_text("\ufeff" + LABELS.replace(",", ";") + added, "utf-8")
    trial = run(write_setup(tmp_path, WALK, trial="<events_file>own.csv</events_file>"))
    (stride,) = trial.strides
    assert (stride.start, stride.toe_off, stride.end) == (1.302, 1.6, 2.3)
    assert stride.measured
    assert trial.ranges == {"right": [(1.302, 2.3)], "left": [], "both": []}
    data = read_external_loads(tmp_path / "results" / "walk_external_loads.xml")[1]
    up = data.select(["right_ground_force_vy"]).values[:, 0]
    assert np.ptp(data.time[up > 0]) == pytest.approx(1.6 - 1.302, abs=0.002)


@pytest.mark.parametrize("change", ["a row less", "a cell", "another program"])
def test_corrections_are_never_written_over(tmp_path: Path, change: str) -> None:
    setup = write_setup(tmp_path, WALK)
    run(setup)
    file = tmp_path / "results" / "walk_events.csv"
    lines = file.read_text().splitlines()
    if change == "a row less":
        lines = lines[:-1]
    elif change == "a cell":
        lines[4] = lines[4].replace("yes", "no")
    else:
        lines = lines[1:]
    file.write_text("\n".join([*lines, ""]))
    before = {f.name: f.read_bytes() for f in file.parent.iterdir()}
    with pytest.raises(NMMError, match=r"walk_events.csv': it has been corrected .* rename it"):
        run(setup)
    assert {f.name: f.read_bytes() for f in file.parent.iterdir()} == before


def test_the_corrected_file_needs_a_name_of_its_own(tmp_path: Path) -> None:
    run(write_setup(tmp_path, WALK))
    name = "<events_file>results/walk_events.csv</events_file>"
    with pytest.raises(NMMError, match=r"expected an <events_file> under a name of its own"):
        run(write_setup(tmp_path, WALK, trial=name))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("landing,right,1,,,,,\n", "line 2: expected 'kind' to be one of contact, heel_strike"),
        ("toe_off,rihgt,1,,,,,\n", "line 2: expected 'side' .* found 'rihgt'; nearest: right"),
        ("toe_off,right,soon,,,,,\n", "line 2: expected 'time' to be a time in s, .*'soon'"),
        ("toe_off,right,nan,,,,,\n", "line 2: expected 'time' to be a time in s, .*'nan'"),
        ("toe_off,right,1,,,,maybe,\n", "line 2: expected 'used' to be one of yes, no"),
        ("contact,right,2,1,1,,,\n", "line 2: expected 'time' before 'end', but found 2 and 1"),
        ("contact,right,1,,1,,,\n", "line 2: expected 'end' to be a time in s, but found ''"),
        ("contact,right,1,2,3,,,\n", "line 2: expected 'plate' to be one of 1, 2, but found '3'"),
        ("contact,both,1,2,1,,yes,\n", "line 2: .* right or left side, but found 'both'"),
        ("contact,right,1,2,1,,,\ncontact,left,1.5,2,1,,,\n", "at 1 and 1.5 s overlap"),
    ],
)
def test_rows_that_cannot_be_meant_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    file = tmp_path / "own.csv"
    file.write_text(LABELS + rows)
    with pytest.raises(NMMError, match=message):
        read_events(file, ["1", "2"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"# nothing\n", "expected a line of labels"),
        (b"kind,side,time\n", "line 1: expected the labels kind, side, time, end"),
        (b"\xff\xfe\x00", "expected text in UTF-8"),
        (LABELS.encode() + b"toe_off," + b"x" * 200_000, "line 2: expected cells of a CSV file"),
    ],
)
def test_files_that_are_no_events_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(content)
    with pytest.raises(NMMError, match=message):
        read_events(file, ["1", "2"])


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["contact", "heel_strike", "toe_off", "x"]),
            st.sampled_from(["right", "left", "both", "neither", ""]),
            st.one_of(st.floats().map(str), st.text(max_size=5)),
            st.one_of(st.floats(0, 9).map(str), st.just("")),
            st.sampled_from(["1", "2", "", "9"]),
            st.sampled_from(["forces", "manual", "", "guess"]),
            st.sampled_from(["yes", "no", "", "Y"]),
            st.text(max_size=8),
        ),
        max_size=3,
    )
)
def test_any_rows_are_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]
) -> None:
    file = tmp_path_factory.mktemp("rows") / "own.csv"
    file.write_bytes((LABELS + "\n".join(",".join(row) for row in rows)).encode("utf-8", "replace"))
    refusal = ""
    try:
        contacts, events = read_events(file, ["1", "2"])
    except NMMError as error:
        refusal = str(error)
    if refusal:
        assert "own.csv" in refusal
        assert "\n" not in refusal
    else:
        assert all(contact.start < contact.end for contact in contacts)
        assert np.all(np.isfinite([event.time for event in events]))


def test_times_outside_the_recording_are_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(f"{LABELS}toe_off,right,30,,,,,\n")
    setup = write_setup(tmp_path, WALK, trial="<events_file>own.csv</events_file>")
    with pytest.raises(NMMError, match=r"expected times of the recording, 0 to 3 s, but found 30"):
        run(setup)
