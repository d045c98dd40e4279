"""Every estimator can be stopped, and goes on to the same result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nmm_opensim.estimators.catalogue import ESTIMATORS
from nmm_opensim.estimators.steps import Steps
from nmm_opensim.nmm.estimate import Estimate
from nmm_opensim.training.fit_outcome import fit_estimator
from nmm_opensim.training.preparation import PreparedTraining

TEST = "second_stance"


@pytest.fixture(scope="module")
def short(training: PreparedTraining) -> PreparedTraining:
    options = replace(training.setup.optimization, iterations=6)
    return replace(training, setup=replace(training.setup, optimization=options))


def fit(name: str, training: PreparedTraining, steps: Steps | None = None) -> Estimate:
    return fit_estimator(name, training, 1, steps).estimate(training.trials[TEST])


@pytest.mark.parametrize("name", [name for name in ESTIMATORS if not name.endswith("_oracle")])
def test_a_stopped_fit_goes_on_to_the_same_result(name: str, short: PreparedTraining) -> None:
    told: list[str] = []
    whole = Steps(progress=lambda text, share: told.append(text))
    expected = fit(name, short, whole)
    # In the middle of what it told; of one that tells nothing there is nothing to stop.
    stop = told[len(told) // 2] if told else None
    heard: list[str] = []

    def interrupt(text: str, share: float | None) -> None:
        heard.append(text)
        if text == stop:
            raise KeyboardInterrupt

    stopped = Steps(progress=interrupt)
    if stop is not None:
        with pytest.raises(KeyboardInterrupt):
            fit(name, short, stopped)
    resumed: list[str] = []
    again = Steps(stopped.found, stopped.started, progress=lambda text, share: resumed.append(text))
    found = fit(name, short, again)
    if stopped.found:
        assert len(resumed) < len(told) or name == "posterior"
    assert set(found.excitations) == set(expected.excitations)
    for muscle, excitation in expected.excitations.items():
        np.testing.assert_array_equal(found.excitations[muscle], excitation)
    if expected.moments is not None:
        assert found.moments is not None
        np.testing.assert_array_equal(found.moments, expected.moments)


def test_a_part_of_a_longer_fit_tells_its_share() -> None:
    shares: list[float | None] = []
    steps = Steps(progress=lambda text, share: shares.append(share))
    steps.part(1, 4).tell("half of the second", 0.5)
    steps.part(3, 4).tell("nobody knows")
    assert shares == [0.375, None]


def test_a_step_is_kept_once_and_its_beginning_forgotten() -> None:
    kept: list[tuple[list[str], list[str]]] = []
    steps = Steps(keep=lambda steps: kept.append((list(steps.found), list(steps.started))))
    steps.leave("a", {"iteration": 3})
    array = steps.run_array("a", lambda: np.array([1.0, 2.0]))
    assert kept == [([], ["a"]), (["a"], [])]
    np.testing.assert_array_equal(array, [1.0, 2.0])

    def never() -> np.ndarray:
        raise AssertionError("computed again")

    np.testing.assert_array_equal(steps.part(0, 2).run_array("a", never), array)
    assert len(kept) == 2
