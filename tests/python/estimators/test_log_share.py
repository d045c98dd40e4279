"""What witnesses say is added and weighed: answers known by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nmm_opensim.estimators.prior.log_share import LogShare, average
from nmm_opensim.estimators.prior.own_poses import Expansion
from nmm_opensim.estimators.prior.shares import (
    find_peaks,
    to_logarithms,
    to_shares,
    to_statistics,
)


def test_a_share_times_a_number() -> None:
    twice = LogShare(Expansion(np.array([1.0, -2.0]), 0.5), {"a": 0.25}) * 2.0
    assert twice.pose is not None
    assert (twice.pose.weights.tolist(), twice.pose.offset) == ([2.0, -4.0], 1.0)
    assert twice.channels == {"a": 0.5}
    assert (LogShare(None, {"a": 1.0}) * 3.0).pose is None


def test_shares_are_added_by_channel() -> None:
    posed = LogShare(Expansion(np.array([1.0, 2.0]), -1.0), {"a": 0.5, "b": -0.25})
    together = posed + LogShare(None, {"b": 1.0, "c": 2.0})
    assert together.channels == {"a": 0.5, "b": 0.75, "c": 2.0}
    assert together.pose is posed.pose
    both = (posed + posed).pose
    assert both is not None
    assert (both.weights.tolist(), both.offset) == ([2.0, 4.0], -2.0)


def test_weights_need_not_add_up_to_1() -> None:
    posed = LogShare(Expansion(np.array([4.0]), -2.0))
    said = average([LogShare(None, {"a": 1.0}), posed], [1.0, 3.0])
    assert said.channels == {"a": 0.25}
    assert said.pose is not None
    assert (said.pose.weights.tolist(), said.pose.offset) == ([3.0], -1.5)


def test_who_has_no_weight_is_not_there() -> None:
    posed = LogShare(Expansion(np.array([np.nan]), np.nan), {"a": 1.0})
    said = average([posed, LogShare(None, {"b": 1.0})], [0.0, 1.0])
    assert said == LogShare(None, {"b": 1.0})


def test_shares_are_no_less_than_rest_and_go_on_beyond_the_peak() -> None:
    shares = np.array([0.0, 0.02, 0.5, 1.0, 7.0])
    assert to_logarithms(shares) == pytest.approx(np.log([0.02, 0.02, 0.5, 1.0, 7.0]))
    assert to_shares(np.array([-9.0, np.log(0.3), 2.0])) == pytest.approx([0.02, 0.3, np.exp(2.0)])
    assert np.isfinite(to_shares(np.array([1e6]))).all()


def test_other_people_are_held_between_rest_and_peak() -> None:
    logarithms = to_statistics(np.array([0.0, 0.02, 0.5, 1.0, 7.0]))
    assert logarithms == pytest.approx(np.log([0.02, 0.02, 0.5, 1.0, 1.0]))


def test_a_channel_that_hardly_ever_works_has_a_peak() -> None:
    usual = np.linspace(0.0, 1.0, 1001)
    rare = np.where(np.arange(1001) < 5, 0.4, 0.0)
    assert find_peaks(np.column_stack([usual, rare])) == pytest.approx([0.99, 0.04])
