"""Metrics, coverage and checks of EMG with answers known by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.estimate import Interval
from nmm_opensim.nmm.trial import Trial
from nmm_opensim.training.emg_check import check_emg
from nmm_opensim.training.intervals import compute_coverage
from nmm_opensim.training.preparation import PreparedTraining
from nmm_opensim.training.scoring import EMG, Subject, compare

SUBJECT = Subject("trial", "test", EMG, "muscle")


def test_metrics_once_as_predicted_and_once_after_the_best_scale() -> None:
    estimate, reference = np.array([1.0, 1.0, 2.0]), np.array([2.0, 2.0, 2.0])
    score = compare(SUBJECT, "estimator", 1, estimate, reference)
    assert score.vaf == pytest.approx(1 - 2 / 12)
    assert score.mae == pytest.approx(2 / 3)
    # Best scale: (2 + 2 + 4)/(1 + 1 + 4) = 4/3; errors 2/3, 2/3, -2/3.
    assert score.scaled_rmse == pytest.approx(2 / 3)
    assert score.scaled_mae == pytest.approx(2 / 3)
    assert score.scaled_vaf == pytest.approx(1 - (12 / 9) / 12)


def test_a_scale_is_never_negative() -> None:
    score = compare(SUBJECT, "estimator", None, np.array([-1.0, -2.0]), np.array([1.0, 2.0]))
    assert score.scaled_vaf == pytest.approx(0.0)
    assert score.scaled_mae == pytest.approx(1.5)


def test_coverage_by_hand() -> None:
    reference = np.array([2.0, 4.0, 6.0, 8.0])
    estimate = reference / 2
    # The scale is 2: the intervals become [1, 3], [3, 5], [7, 8] and [8, 12].
    lower, upper = np.array([0.5, 1.5, 3.5, 4.0]), np.array([1.5, 2.5, 4.0, 6.0])
    coverage = compute_coverage(lower, upper, estimate, reference)
    assert coverage.share == pytest.approx(0.75)
    assert coverage.width == pytest.approx((2 + 2 + 1 + 4) / 4)


def test_an_interval_is_judged_after_the_best_scale() -> None:
    estimate, reference = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 9.0])
    interval = Interval(estimate - 0.5, estimate + 0.5)
    score = compare(SUBJECT, "estimator", 1, estimate, reference, interval)
    # The best scale is 37/14: the last of the three lies above 3.5 * 37/14 = 9.25 only just.
    assert score.coverage == pytest.approx(1.0)
    assert score.interval_width == pytest.approx(37 / 14)
    narrow = Interval(estimate - 0.1, estimate + 0.1)
    assert compare(SUBJECT, "estimator", 1, estimate, reference, narrow).coverage == 0.0
    assert compare(SUBJECT, "estimator", 1, estimate, reference).coverage is None


def test_coverage_refuses_what_is_no_interval() -> None:
    two = np.array([1.0, 2.0])
    with pytest.raises(NMMError, match="frame 2"):
        compute_coverage(two, np.array([1.0, 1.5]), two, two)
    with pytest.raises(NMMError, match="one length"):
        compute_coverage(two, two, two, np.ones(3))


def spoil(training: PreparedTraining, name: str, change: Array) -> list[Trial]:
    """The training trial with another recording in one channel."""
    trial = training.training_trials[0]
    values = trial.emg.values.copy()
    values[:, trial.emg.columns.index(name)] = change
    return [replace(trial, emg=replace(trial.emg, values=values))]


def test_unusable_channels_are_named(training: PreparedTraining) -> None:
    emg = training.training_trials[0].emg
    gastrocnemius = emg.select(["gastrocnemius"]).values[:, 0]
    with pytest.raises(NMMError, match=r"'vastus_medius', but it is 0\.2 throughout"):
        check_emg(spoil(training, "vastus_medius", np.full(len(emg.time), 0.2)))
    clipped = np.minimum(gastrocnemius, 0.5 * gastrocnemius.max())
    with pytest.raises(NMMError, match=r"'gastrocnemius' to touch .* clipped"):
        check_emg(spoil(training, "gastrocnemius", clipped))
    # A gain does not make it another recording.
    with pytest.raises(NMMError, match="'gastrocnemius' and 'rectus_femoris' are the same"):
        check_emg(spoil(training, "rectus_femoris", 0.3 * gastrocnemius))


def test_a_flat_line_outside_the_trial_is_nobodys_business(training: PreparedTraining) -> None:
    trial = training.training_trials[0]
    series = trial.emg.select(["gastrocnemius"]).values[:, 0].copy()
    series[trial.emg.time > trial.time[-1]] = 2 * series.max()
    check_emg(spoil(training, "gastrocnemius", series))
