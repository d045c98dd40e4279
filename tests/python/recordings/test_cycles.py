"""Strides of one foot from forces, from the pose and from a file, and which are regular."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.recordings.gait.cycles import (
    Cycle,
    find_cycles_in_force,
    find_cycles_in_pose,
    read_cycles,
    select_regular,
)

STRIDE, STANCE = 1.1, 0.7  # s
FIRST = 0.4  # s, the first heel strike
RATE = 1000.0  # Hz
TIME = np.arange(0.0, 8.0, 1.0 / RATE)
STRIKES = np.arange(FIRST, TIME[-1], STRIDE)


def make_force(strikes: Array, noise: float = 3.0) -> Array:
    """A walk's vertical force: two humps of 750 N in each stance, and a plate's noise."""
    force = np.random.default_rng(1).normal(0.0, noise, len(TIME))
    for strike in strikes:
        share = (TIME - strike) / STANCE
        inside = (share >= 0.0) & (share <= 1.0)
        wave = np.sin(np.pi * share) + 0.35 * np.sin(3.0 * np.pi * share)
        force[inside] += 750.0 * wave[inside]
    return force


def test_strides_are_found_in_a_noisy_force() -> None:
    cycles = find_cycles_in_force(TIME, make_force(STRIKES))
    # The last contact ends with the recording: it ends a stride, and begins none.
    assert len(cycles) == len(STRIKES) - 1 == 6
    for cycle, strike in zip(cycles, STRIKES, strict=False):
        assert cycle.start == pytest.approx(strike, abs=0.02)
        assert cycle.toe_off == pytest.approx(strike + STANCE, abs=0.02)
        assert cycle.end == pytest.approx(strike + STRIDE, abs=0.02)
    assert select_regular(cycles) == cycles


def test_a_recording_that_begins_on_the_plate_has_no_heel_strike_there() -> None:
    cycles = find_cycles_in_force(TIME, make_force(STRIKES - 0.6))
    assert cycles[0].start == pytest.approx(STRIKES[1] - 0.6, abs=0.02)


def test_a_dropout_in_stance_is_no_toe_off() -> None:
    force = make_force(STRIKES)
    force[(STRIKES[2] + 0.3 < TIME) & (STRIKES[2] + 0.36 > TIME)] = 0.0
    cycles = find_cycles_in_force(TIME, force)
    assert len(cycles) == 6
    assert cycles[2].toe_off == pytest.approx(STRIKES[2] + STANCE, abs=0.02)


def test_a_touch_is_no_contact() -> None:
    force = make_force(STRIKES)
    swing = STRIKES[1] + 0.9
    force[(swing < TIME) & (swing + 0.03 > TIME)] = 200.0
    assert len(find_cycles_in_force(TIME, force)) == 6


def test_a_step_that_a_plate_missed_gives_an_irregular_stride() -> None:
    missing = np.delete(STRIKES, 3)
    cycles = find_cycles_in_force(TIME, make_force(missing))
    assert [round(c.duration, 1) for c in cycles].count(2.2) == 1
    regular = select_regular(cycles)
    assert len(regular) == len(cycles) - 1
    assert max(c.duration for c in regular) < 1.2
    # Every other step: they are regular, but no stance is as long as a walk's.
    for cycle in find_cycles_in_force(TIME, make_force(STRIKES[::2])):
        assert (cycle.toe_off - cycle.start) / cycle.duration < 0.4


@pytest.mark.parametrize(
    "force", [np.zeros(len(TIME)), make_force(np.empty(0)), -make_force(STRIKES)]
)
def test_without_a_load_there_are_no_strides(force: Array) -> None:
    assert find_cycles_in_force(TIME, force) == []


def test_strides_are_found_in_the_pose() -> None:
    time = np.arange(0.0, 8.0, 0.01)
    angle = 2.0 * np.pi * (time - FIRST) / STRIDE
    # m before the pelvis: forward at heel strike, slower back than forth.
    forward = 0.3 * np.cos(angle) + 0.06 * np.sin(angle) + 0.04 * np.sin(2.0 * angle)
    noisy = forward + np.random.default_rng(2).normal(0.0, 0.002, len(time))
    cycles = find_cycles_in_pose(time, noisy)
    assert len(cycles) in (5, 6)
    for cycle in cycles:
        assert cycle.duration == pytest.approx(STRIDE, abs=0.06)
        assert cycle.start < cycle.toe_off < cycle.end
    assert select_regular(cycles) == cycles
    exact = find_cycles_in_pose(time, forward)
    within = np.arange(0.0, STRIDE, 0.001)
    angles = 2.0 * np.pi * within / STRIDE
    wave = 0.3 * np.cos(angles) + 0.06 * np.sin(angles) + 0.04 * np.sin(2.0 * angles)
    strike = within[np.argmax(wave)]
    assert (exact[0].start - FIRST - strike + STRIDE / 2) % STRIDE == pytest.approx(
        STRIDE / 2, abs=0.011
    )
    assert exact[0].toe_off - exact[0].start == pytest.approx(
        within[np.argmin(wave)] - strike, abs=0.011
    )


def test_a_foot_that_stays_has_no_strides() -> None:
    time = np.arange(0.0, 3.0, 0.01)
    assert find_cycles_in_pose(time, np.full(len(time), 0.1)) == []


def test_only_what_lasts_as_long_as_most_is_regular() -> None:
    lengths = [1.0, 1.1, 1.05, 1.3, 0.8, 0.1, 9.0]
    cycles = [Cycle(10.0 * k, 10.0 * k + 0.05, 10.0 * k + d) for k, d in enumerate(lengths)]
    assert [round(c.duration, 2) for c in select_regular(cycles)] == [1.0, 1.1, 1.05]
    assert select_regular([]) == []
    assert select_regular(cycles[5:]) == []


HEADER = "name,side,initial_time,toe_off,final_time,measured,both_measured\n"


def test_a_strides_file_is_read_by_its_side(tmp_path: Path) -> None:
    file = tmp_path / "walk_strides.csv"
    rows = ["right_2,right,1.5,2.2,2.6,yes,no", "left_1,left,0.9,1.6,2.0,yes,no"]
    file.write_text(HEADER + "\n".join([*rows, "right_1,right,0.4,1.1,1.5,yes,yes"]) + "\n")
    assert read_cycles(file, "right") == [Cycle(0.4, 1.1, 1.5), Cycle(1.5, 2.2, 2.6)]
    assert read_cycles(file, "left") == [Cycle(0.9, 1.6, 2.0)]
    # Four columns are enough, in any order.
    file.write_text("toe_off,final_time,side,initial_time\n1.1,1.5,right,0.4\n")
    assert read_cycles(file, "right") == [Cycle(0.4, 1.1, 1.5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("side,initial_time,final_time\nright,1,2\n", "expected the columns .* found no toe_off"),
        (HEADER + "a,up,0,1,2,,\n", "line 2: expected right or left in 'side', but found 'up'"),
        (HEADER + "a,right,0,1,2,,\na,left,0,2,1,,\n", "line 3: expected initial_time < toe_off"),
        (HEADER + "a,right,0,x,2,,\n", "line 2: expected initial_time < .*but found 0, x, 2"),
        (HEADER + "a,right,0,1\n", "line 2: expected initial_time < toe_off < final_time"),
        (HEADER + "a,right,0,nan,2,,\n", "line 2: expected initial_time < toe_off"),
        (HEADER + "a,right,0,1,inf,,\n", "line 2: expected initial_time < toe_off"),
        (HEADER + 'a,right,"0,1\n', "expected CSV in UTF-8"),
    ],
)
def test_what_is_no_stride_names_the_line(text: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "walk_strides.csv"
    file.write_text(text)
    with pytest.raises(NMMError, match=f"strides file '.*walk_strides.csv'.*{expected}"):
        read_cycles(file, "right")
