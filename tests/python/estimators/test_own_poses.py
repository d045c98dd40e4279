"""Curves carried to a subject's own poses."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel
from walkers import COORDINATES, STRIDES, TIME, make_walk, work

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.prior.own_poses import (
    KERNEL_WIDTH,
    MOST_FRAMES,
    RIDGE,
    Expansion,
    OwnPoses,
)
from nmm_opensim.nmm.chain import PreparedTrial

WALK = make_walk({"a": 0.2})


@pytest.fixture(scope="module")
def poses() -> OwnPoses:
    return OwnPoses([WALK], COORDINATES, np.arange(len(TIME)))


def read(expansion: Expansion, poses: OwnPoses, trial: PreparedTrial) -> Array:
    said: Array = poses.compute_kernels(trial) @ expansion.weights + expansion.offset
    return said


def test_a_known_curve_comes_back_at_poses(poses: OwnPoses) -> None:
    curves = np.log(np.column_stack([work(TIME % 1.0 - centre) for centre in (0.2, 0.6)]))
    for expansion, curve in zip(poses.carry(curves[poses.picked]), curves.T, strict=True):
        said = read(expansion, poses, WALK)
        assert np.corrcoef(said, curve)[0, 1] > 0.98
        assert np.abs(said - curve).mean() < 0.3


def test_a_curve_that_never_changes_is_an_offset(poses: OwnPoses) -> None:
    (expansion,) = poses.carry(np.full((len(poses.picked), 1), -1.5))
    assert expansion.offset == pytest.approx(-1.5)
    assert np.abs(expansion.weights).max() < 1e-12


def test_weights_solve_the_ridge_regression(poses: OwnPoses) -> None:
    labels = np.random.default_rng(1).normal(size=(len(poses.picked), 1))
    (expansion,) = poses.carry(labels)
    kernel = rbf_kernel(poses.frames, gamma=KERNEL_WIDTH)
    left = kernel @ expansion.weights + RIDGE * expansion.weights + expansion.offset
    np.testing.assert_allclose(left, labels[:, 0], atol=1e-9)


def test_kernels_stand_around_chosen_frames(poses: OwnPoses) -> None:
    assert len(poses.picked) == MOST_FRAMES < len(TIME) == 100 * STRIDES
    motion = np.hstack([WALK.motion.values, WALK.motion.speeds])
    expected = ((motion - motion.mean(axis=0)) / motion.std(axis=0))[poses.picked]
    np.testing.assert_allclose(poses.frames, expected, atol=1e-12)
    few = OwnPoses([WALK, WALK], COORDINATES, np.array([3, 700]))
    assert few.picked.tolist() == [3, 700]
    assert few.compute_kernels(WALK).shape == (len(TIME), 2)
    assert few.compute_kernels(WALK)[3, 0] == pytest.approx(1.0)
    assert few.compute_kernels(WALK)[100, 1] == pytest.approx(1.0)
