"""Ridge regression within bounds: the exact solution of every frame, known by other ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from nmm_opensim.estimators.posterior import bounded_ridge
from nmm_opensim.estimators.posterior.bounded_ridge import solve_bounded_ridge


def test_one_unknown_by_hand() -> None:
    """(2x - 3)^2 + x^2 is least at 6/5, and at the nearer bound where that lies outside."""
    slopes, targets = np.full((3, 1, 1), 2.0), np.full((3, 1), 3.0)
    lower = np.array([[0.0], [0.0], [1.5]])
    upper = np.array([[2.0], [1.0], [2.0]])
    found = solve_bounded_ridge(slopes, targets, lower, upper)
    np.testing.assert_allclose(found, [[1.2], [1.0], [1.5]], rtol=1e-12)


@pytest.mark.parametrize("rounds", [bounded_ridge.ROUNDS, 1])
@pytest.mark.parametrize(("count", "targets"), [(7, 1), (12, 3)])
def test_every_frame_is_solved_exactly(
    count: int, targets: int, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one problem after the other, with steep slopes and bounds that hold; by fallback too."""
    monkeypatch.setattr(bounded_ridge, "ROUNDS", rounds)
    random = np.random.default_rng(3)
    frames = 150
    slopes = random.normal(size=(frames, targets, count)) * 10.0 ** random.uniform(-2, 1, count)
    wanted = 5.0 * random.normal(size=(frames, targets))
    lower = -random.uniform(0.0, 0.5, (frames, count))
    upper = random.uniform(0.0, 0.5, (frames, count))
    lower[0, 0] = upper[1, 0] = 0.0
    found = solve_bounded_ridge(slopes, wanted, lower, upper)
    held = (found <= lower) | (found >= upper)
    assert 0.1 < held.mean() < 0.9, "bounds must matter here"
    for k in range(frames):
        rows = np.vstack([slopes[k], np.eye(count)])
        target = np.concatenate([wanted[k], np.zeros(count)])
        exact = lsq_linear(rows, target, (lower[k], upper[k] + 1e-15), method="bvls").x
        np.testing.assert_allclose(found[k], exact, atol=1e-7)


def test_without_bounds_it_is_plain_ridge_regression() -> None:
    random = np.random.default_rng(4)
    slopes, targets = random.normal(size=(20, 2, 5)), random.normal(size=(20, 2))
    far = np.full((20, 5), 1e3)
    found = solve_bounded_ridge(slopes, targets, -far, far)
    for matrix, target, solution in zip(slopes, targets, found, strict=True):
        expected = np.linalg.solve(matrix.T @ matrix + np.eye(5), matrix.T @ target)
        np.testing.assert_allclose(solution, expected, atol=1e-12)
