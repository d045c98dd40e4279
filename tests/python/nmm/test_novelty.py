"""How far frames lie outside what training saw: by hand, and the runtime beside Python."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_3 import CHANNELS, COORDINATES, DELAY, Trial, make_content, make_tensors, write

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import Table
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.chain import Declaration, PreparedTrial
from nmm_opensim.nmm.novelty import (
    TrainingRange,
    describe_novelty,
    find_outside,
    find_training_range,
)
from nmm_opensim.nmm.predictor import PredictorArchitecture
from nmm_opensim.nmm.sources import Measured, MuscleSources
from nmm_opensim.physics.motion import Motion
from nmm_opensim.physics.paths.path_model import PathModel

TENSORS = make_tensors(np.random.default_rng(3))
SPEEDS = COORDINATES[1:2]
"""Fewer than the trial has, and not its first."""


def make_trial(envelopes: Array, values: Array, speeds: Array, loads: Array) -> PreparedTrial:
    """Frames of three channels, three coordinates, their speeds and external loads."""
    nothing = np.zeros((len(envelopes), 0))
    time = np.arange(len(envelopes)) / 10.0
    return PreparedTrial(
        "walk",
        "train",
        Table("EMG", CHANNELS, time, envelopes),
        Motion(time, COORDINATES, values, speeds),
        nothing,
        loads,
        envelopes,
        *(nothing,) * 4,
    )


def declare(external_loads: tuple[str, ...] = ()) -> Declaration:
    architecture = PredictorArchitecture(
        "mlp", (4,), "tanh", (0.0,), COORDINATES[:2], SPEEDS, external_loads
    )
    sources = MuscleSources(tuple(Measured(name, (name,), (1.0,)) for name in CHANNELS))
    bounds: Any = None
    return Declaration(
        sources, (), COORDINATES, architecture, DELAY, bounds, "rigid", PathModel("model", {})
    )


def make_walk(scale: float = 1.0) -> PreparedTrial:
    column = scale * np.array([0.0, 0.5, 1.0])
    three = np.column_stack([column, 2 * column, np.full(3, 0.3)])
    return make_trial(three, three - 1.0, 10.0 * three, 100.0 * column[:, None])


def test_training_is_widened_by_a_tenth_of_its_span() -> None:
    training = find_training_range(declare(("fy",)), [make_walk(), make_walk(0.5)])
    np.testing.assert_allclose(training.pairs["channels"][:2], [[-0.1, 1.1], [-0.2, 2.2]])
    np.testing.assert_allclose(training.pairs["coordinates"], [[-1.1, 0.1], [-1.2, 1.2]])
    np.testing.assert_allclose(training.pairs["speeds"], [[-2.0, 22.0]])
    np.testing.assert_allclose(training.pairs["external_loads"], [[-10.0, 110.0]])
    assert training.names["speeds"] == SPEEDS
    # A channel that stood still has a width all the same, and what it did is inside.
    low, high = training.pairs["channels"][2]
    assert low < 0.3 < high


def test_novelty_by_hand() -> None:
    training = find_training_range(declare(("fy",)), [make_walk()])
    inside = training.compute_novelty(make_walk())
    assert list(inside) == ["channels", "coordinates", "speeds", "external_loads"]
    for series in inside.values():
        np.testing.assert_array_equal(series, np.zeros(3))
    outside = training.compute_novelty(make_walk(2.0))
    # Of [-0.1, 1.1] and 2, of the speed's [-2, 22] and 40, of the load's [-10, 110] and 200.
    np.testing.assert_allclose(outside["channels"], [0.0, 0.0, 0.75])
    np.testing.assert_allclose(outside["speeds"], [0.0, 0.0, 0.75])
    np.testing.assert_allclose(outside["external_loads"], [0.0, 0.0, 0.75])
    below = make_walk()
    below = replace(below, envelopes=below.envelopes - 0.7)
    # The least of the second channel is -0.7, of its [-0.2, 2.2]; the third's is a jump.
    novelty = training.compute_novelty(
        replace(below, envelopes=below.envelopes * [1, 1, 0] + [0, 0, 0.3])
    )
    np.testing.assert_allclose(novelty["channels"], [0.5, 0.1 / 1.2, 0.0])


def test_frames_are_counted_by_group() -> None:
    training = find_training_range(declare(("fy",)), [make_walk()])
    faster = training.compute_novelty(make_walk(2.0))
    assert find_outside(faster).tolist() == [False, False, True]
    assert describe_novelty(faster) == (
        "1 of 3 frames lie outside what training saw: "
        "channels at 1, coordinates at 1, speeds at 1, external loads at 1"
    )
    inside = training.compute_novelty(make_walk())
    assert describe_novelty(inside) == "0 of 3 frames lie outside what training saw"


def test_no_loads_are_no_group() -> None:
    walk = replace(make_walk(), external_loads=np.zeros((3, 0)))
    training = find_training_range(declare(), [walk])
    assert list(training.compute_novelty(walk)) == ["channels", "coordinates", "speeds"]


def test_inputs_that_nobody_listens_to_are_not_looked_at() -> None:
    walk = make_walk()
    training = find_training_range(declare(), [replace(walk, external_loads=np.zeros((3, 0)))])
    values, speeds = walk.motion.values.copy(), walk.motion.speeds.copy()
    values[:, 2], speeds[:, [0, 2]] = 99.0, 99.0
    other = make_trial(walk.envelopes, values, speeds, np.zeros((3, 0)))
    for series in training.compute_novelty(other).values():
        np.testing.assert_array_equal(series, np.zeros(3))


def add_range(content: dict[str, Any]) -> dict[str, Any]:
    pairs = [[-0.1, 0.6]] * len(CHANNELS)
    motion = [[-1.0, 1.0]] * len(COORDINATES)
    content["training_range"] = {
        "channels": pairs,
        "coordinates": motion,
        "speeds": motion,
        "external_loads": [],
    }
    return content


def ask_runtime(file: Path, trial: Trial) -> dict[str, Array]:
    return _core.ExcitationModel(str(file)).compute_novelty(
        CHANNELS, trial.emg_time, trial.emg, trial.time, trial.values, trial.speeds
    )


def test_the_runtime_says_what_python_does(tmp_path: Path) -> None:
    file, trial = tmp_path / "leg.nmm", Trial(np.random.default_rng(8))
    said = ask_runtime(write(file, add_range(make_content()), TENSORS), trial)
    training = read_artefact(file).training_range
    assert isinstance(training, TrainingRange)
    prepared = make_trial(
        trial.sample(DELAY), trial.values, trial.speeds, np.zeros((len(trial.time), 0))
    )
    expected = training.compute_novelty(prepared)
    assert list(said) == list(expected) == ["channels", "coordinates", "speeds"]
    for group, series in expected.items():
        assert 0 < np.count_nonzero(series) < len(series)
        np.testing.assert_allclose(said[group], series, rtol=0, atol=1e-12)


@pytest.mark.parametrize("told", [None, "left out"])
def test_an_artefact_that_does_not_tell(tmp_path: Path, told: str | None) -> None:
    content = make_content()
    if told is None:
        content["training_range"] = None
    file = write(tmp_path / "leg.nmm", content, TENSORS)
    assert read_artefact(file).training_range is None
    assert ask_runtime(file, Trial(np.random.default_rng(8))) == {}


@pytest.mark.parametrize(
    ("group", "pairs", "complaint"),
    [
        ("channels", [[0.0, 1.0]], r"channels: Expected a list of 3, one range for each of"),
        ("speeds", [[0.0, 1.0], [1.0, 1.0], [0.0, 1.0]], r"speeds\[1\]: Expected a range"),
        ("coordinates", [[0.0], [0.0, 1.0], [0.0, 1.0]], r"coordinates\[0\]: Expected a range"),
        ("external_loads", [[0.0, 1.0]], r"external_loads: Expected a list of 0"),
        ("channels", "all", r"channels: Expected a list"),
    ],
)
def test_a_range_that_does_not_fit_is_refused(
    tmp_path: Path, group: str, pairs: object, complaint: str
) -> None:
    content = add_range(make_content())
    content["training_range"][group] = pairs
    file = write(tmp_path / "leg.nmm", content, TENSORS)
    with pytest.raises(NMMError, match=rf"leg.nmm.*training_range.{complaint}"):
        read_artefact(file)
