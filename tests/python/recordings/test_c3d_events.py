"""Heel strikes and toe offs that lie in C3D files, written byte by byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from c3d_files import Value, integers, make_trial

from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.c3d.content import C3D, read_c3d
from nmm_opensim.recordings.c3d.events import list_gait_events

START = 125  # frames of 0.01 s before it were cut off


def write(file: Path, processor: str = "intel", **changes: Value | None) -> C3D:
    trial = make_trial(frames=200)
    trial.processor = processor
    seconds = [1.64, 1.2, 61.5, 2.14, 2.34, 1.9]
    times = [[second // 60, second % 60] for second in seconds]
    trial.parameters |= {
        "TRIAL:ACTUAL_START_FIELD": integers(START, 0),
        "EVENT:USED": integers(6),
        "EVENT:LABELS": ["Foot Strike"] * 3 + ["Foot Off", "Foot Strike", "Event"],
        "EVENT:CONTEXTS": ["Left", "Left", "Right", "Left", "Right", "General"],
        "EVENT:TIMES": np.array(times, np.float32).T,
        **{f"EVENT:{name}": value for name, value in changes.items()},
    }
    return read_c3d(trial.write(file), "C3D file")


@pytest.mark.parametrize("processor", ["intel", "dec", "mips"])
def test_times_count_from_the_first_frame_of_the_data(tmp_path: Path, processor: str) -> None:
    events = list_gait_events(write(tmp_path / "walk.c3d", processor))
    # What was cut off, comes after the data or is no foot's is left out.
    assert [(event.side, event.kind) for event in events] == [
        ("left", "heel_strike"),
        ("left", "toe_off"),
        ("right", "heel_strike"),
    ]
    assert [event.time for event in events] == pytest.approx([0.4, 0.9, 1.1], abs=1e-5)


def test_a_file_without_events_has_none(tmp_path: Path) -> None:
    assert list_gait_events(read_c3d(make_trial().write(tmp_path / "a.c3d"), "C3D file")) == []


def test_events_that_do_not_fit_together_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(NMMError, match=r"6 events .EVENT:USED., but found 1 labels, 6 contexts"):
        list_gait_events(write(tmp_path / "a.c3d", LABELS=["Foot Off"]))
    broken = np.full((2, 6), np.nan, np.float32)
    with pytest.raises(NMMError, match="the time of event 1, 'Foot Strike', to be a number"):
        list_gait_events(write(tmp_path / "b.c3d", TIMES=broken))


def test_a_start_that_is_not_stated_is_not_guessed(tmp_path: Path) -> None:
    trial = make_trial()
    trial.parameters |= {
        "EVENT:USED": integers(1),
        "EVENT:LABELS": ["Foot Off"],
        "EVENT:CONTEXTS": ["Left"],
        "EVENT:TIMES": np.array([[0.0], [0.05]], np.float32),
    }
    with pytest.raises(NMMError, match="expected TRIAL:ACTUAL_START_FIELD"):
        list_gait_events(read_c3d(trial.write(tmp_path / "a.c3d"), "C3D file"))
