"""Regimes of the simulated elbow: how regularly muscles share a moment."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT

from nmm_opensim.arrays import Array
from nmm_opensim.examples.elbow.anatomy import DEEP_MUSCLES, MUSCLE_NAMES
from nmm_opensim.examples.elbow.capacity import Capacity, Elbow
from nmm_opensim.examples.elbow.model import build_elbow_model
from nmm_opensim.examples.elbow.movement import EXTENDED, FLEXED, Movement, plan_movement
from nmm_opensim.examples.elbow.plan import IS_FLEXOR, Plan, plan_excitations
from nmm_opensim.examples.elbow.regime import (
    REGIMES,
    Regime,
    draw_pose_slopes,
    find_place_in_range,
)
from nmm_opensim.examples.elbow.subject import draw_subject
from nmm_opensim.examples.elbow.trials import Session, TrialCase, make_elbow_trials

DEEP = [MUSCLE_NAMES.index(name) for name in DEEP_MUSCLES]
MEASURED = [i for i in range(len(MUSCLE_NAMES)) if i not in DEEP]
SEED = 1


def draw_trial(name: str, duration: float) -> tuple[np.random.Generator, Movement]:
    random = np.random.default_rng([SEED, *name.encode()])
    time = np.linspace(0.0, duration, round(duration * 100) + 1)
    return random, plan_movement(random, 1.3, time)


def plan_against_sine(regime: Regime, trial: str = "2kg_slow_1") -> tuple[Plan, Movement, float]:
    """A plan for equally strong muscles, its movement, and what the generator draws next."""
    random, movement = draw_trial(trial, 3.0)
    active = np.where(IS_FLEXOR, 12.0, -12.0) * np.ones((len(movement.time), 1))
    capacity = Capacity(active, np.zeros_like(active), 10 * np.sin(2 * movement.time))
    plan = plan_excitations(random, draw_subject(SEED), capacity, movement, regime)
    return plan, movement, random.random()


def test_drifting_draws_what_it_always_drew() -> None:
    plan, _, following = plan_against_sine(REGIMES["drifting"])
    # Of the version that knew no other regime.
    first = (
        "0.1757179901 0.1708118186 0.1159991381 0.0916362136 0.0827375129 0.1290273612 0.1059977367"
    )
    last = (
        "0.1152206952 0.1152424492 0.0731888044 0.0366735719 0.0339806361 0.0394028355 0.0461485030"
    )
    expected = [[float(number) for number in row.split()] for row in (first, last)]
    np.testing.assert_allclose(plan.excitations[[0, -1]], expected, atol=1.1e-10)
    assert following == 0.8793098215931999


@pytest.mark.parametrize("name", REGIMES)
def test_a_regime_changes_neither_movement_nor_noise(name: str) -> None:
    _, movement, following = plan_against_sine(REGIMES[name])
    _, same_movement, expected = plan_against_sine(REGIMES["drifting"])
    np.testing.assert_array_equal(movement.angle, same_movement.angle)
    assert following == expected


def test_shares_follow_pose_alike_in_all_trials_of_a_subject() -> None:
    still = Regime(0.0, 0.0, 0.0, (2.0, 2.0), 0.0, (0.1, 0.1), pose=0.5)
    slopes = draw_pose_slopes(still, SEED)
    for trial in ("2kg_slow_1", "4kg_fast_2"):
        plan, movement, _ = plan_against_sine(still, trial)
        place = find_place_in_range(movement.angle)
        for group in (IS_FLEXOR, ~IS_FLEXOR):
            share = np.log(plan.per_moment[:, group])
            first = share - share[:, :1]
            expected = place[:, None] * (slopes[group] - slopes[group][0])
            np.testing.assert_allclose(first, expected, atol=1e-12)


def test_slopes_belong_to_a_subject_and_have_the_spread_of_the_regime() -> None:
    regime = REGIMES["pose_sharing"]
    slopes = np.array([draw_pose_slopes(regime, seed) for seed in range(200)])
    assert slopes.std() == pytest.approx(0.5, rel=0.1)
    assert abs(slopes.mean()) < 0.05
    assert (np.abs(np.diff(slopes, axis=0)) > 0).all()
    np.testing.assert_array_equal(draw_pose_slopes(regime, 3), slopes[3])
    for name in ("drifting", "small_drift"):
        assert (draw_pose_slopes(REGIMES[name], SEED) == 0).all()


def test_the_range_of_motion_is_centred() -> None:
    whole = np.radians(np.linspace(EXTENDED[0], FLEXED[1], 11))
    np.testing.assert_allclose(find_place_in_range(whole), np.linspace(-0.5, 0.5, 11), atol=1e-12)


def test_small_drift_is_a_quarter() -> None:
    drifting, small = REGIMES["drifting"], REGIMES["small_drift"]

    def spread(regime: Regime) -> list[float]:
        low, high = regime.co_contraction
        return [
            regime.trial_share,
            regime.drift_share,
            regime.deep_drift_share,
            regime.drift_co_contraction,
            np.log(high / low),
            regime.co_contraction_of_moment[1] - regime.co_contraction_of_moment[0],
        ]

    assert spread(small) == pytest.approx(np.array(spread(drifting)) / 4, rel=0.02)
    assert np.prod(small.co_contraction) == pytest.approx(
        np.prod(drifting.co_contraction), rel=0.01
    )
    assert sum(small.co_contraction_of_moment) == pytest.approx(
        sum(drifting.co_contraction_of_moment)
    )


def explain_linearly(excitations: Array) -> Array:
    """How much of deep excitations' variance the measured ones explain, (deep,)."""
    inputs = np.column_stack([excitations[:, MEASURED], np.ones(len(excitations))])
    deep = excitations[:, DEEP]
    error = deep - inputs @ np.linalg.lstsq(inputs, deep, rcond=None)[0]
    explained: Array = 1 - error.var(axis=0) / deep.var(axis=0)
    return explained


def test_regimes_differ_in_how_deep_muscles_follow_the_measured_ones() -> None:
    elbow, subject = Elbow(ROOT / "models" / "elbow.osim"), draw_subject(SEED)

    def plan_all(regime: Regime) -> Array:
        planned = []
        for load in (0.0, 2.0, 4.0):
            for repetition in (1, 2):
                random, movement = draw_trial(f"{load:g}kg_medium_{repetition}", 8.0)
                capacity = elbow.find_capacity(subject, movement, build_elbow_model(load))
                plan = plan_excitations(random, subject, capacity, movement, regime)
                planned.append(plan.excitations)
        return np.vstack(planned)

    drifting, small, by_pose = (explain_linearly(plan_all(regime)) for regime in REGIMES.values())
    assert (drifting < 0.85).all()
    assert (small > 0.9).all()
    # Other synergists' shares tell the pose too: little is lost.
    assert (drifting < by_pose).all()
    assert (by_pose < small).all()


def test_truth_tells_the_regime(tmp_path: Path) -> None:
    case = TrialCase(2.0, "fast", 1)
    made = {}
    for name in ("small_drift", "pose_sharing"):
        make_elbow_trials(tmp_path / name, SEED, Session([case], 1.0, regime=name))
        made[name] = json.loads((tmp_path / name / "truth" / "regime.json").read_text("utf-8"))
        assert made[name]["name"] == name
        assert made[name]["drift_share"] == REGIMES[name].drift_share
    slopes = draw_pose_slopes(REGIMES["pose_sharing"], SEED)
    assert made["pose_sharing"]["pose_slopes"] == dict(
        zip(MUSCLE_NAMES, slopes.tolist(), strict=True)
    )
    emg = [(tmp_path / name / case.name / "emg.sto").read_bytes() for name in made]
    assert emg[0] != emg[1]
