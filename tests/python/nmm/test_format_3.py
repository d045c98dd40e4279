"""An artefact of format 3, written by hand: the runtime beside its formulas in NumPy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_3 import (
    CHANNELS,
    COORDINATES,
    DELAY,
    GAINS,
    LAGS,
    POSE,
    PRIOR,
    REST,
    WIDTH,
    Trial,
    make_content,
    make_tensors,
    write,
)

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.estimate import Expectation
from nmm_opensim.nmm.trained import ExcitationInterval, ExcitationJudgement, PopulationFit, Witness


def correct(trial: Trial, tensors: dict[str, Array]) -> Array:
    """The network's outputs, (frames, channels and muscles)."""
    emg = [trial.sample(DELAY + lag) for lag in LAGS]
    inputs = np.hstack([*emg, trial.values, trial.speeds])
    inputs = (inputs - tensors["predictor.input_mean"]) / tensors["predictor.input_scale"]
    hidden = np.tanh(inputs @ tensors["predictor.0.weight"].T + tensors["predictor.0.bias"])
    outputs: Array = hidden @ tensors["predictor.1.weight"].T + tensors["predictor.1.bias"]
    return outputs


def ask_pose(trial: Trial, tensors: dict[str, Array]) -> Array:
    """What the pose says of each deep muscle, (frames, muscles)."""
    columns = [COORDINATES.index(name) for name in POSE]
    motion = np.hstack([trial.values[:, columns], trial.speeds[:, columns]])
    x = (motion - tensors["pose.mean"]) / tensors["pose.scale"]
    squared = ((x[:, None, :] - tensors["pose.frames"]) ** 2).sum(axis=2)
    said: Array = np.exp(-WIDTH * squared) @ tensors["pose.weights"].T + tensors["pose.offsets"]
    return said


def predict(trial: Trial, tensors: dict[str, Array], pose: Array) -> Array:
    """Excitations as docs/artefact.md states them, (frames, muscles)."""
    envelopes = trial.sample(DELAY)
    shares = pose.copy()
    for m, entry in enumerate(PRIOR):
        for name, peak, weight in zip(
            entry["channels"], entry["channel_peaks"], entry["weights"], strict=True
        ):
            share = np.maximum(envelopes[:, CHANNELS.index(name)] / peak, REST)
            shares[:, m] += weight * np.log(share)
    prior = np.exp(np.maximum(shares, np.log(REST))) * [entry["gain"] for entry in PRIOR]
    drives = np.hstack([envelopes * GAINS, prior]) + correct(trial, tensors)
    deep, gasmed = drives[:, len(CHANNELS) :], drives[:, :1]
    excitations: Array = np.clip(np.hstack([deep, gasmed]), 0.0, 1.0)
    return excitations


def test_the_runtime_computes_the_formulas(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    tensors, trial = make_tensors(random), Trial(random)
    runtime = _core.ExcitationModel(str(write(tmp_path / "leg.nmm", make_content(), tensors)))
    pose = ask_pose(trial, tensors)
    # Logarithms of shares below rest, between and above the peak are all there.
    assert (pose < np.log(REST)).any()
    assert (pose > 0.0).any()
    expected = predict(trial, tensors, pose)
    assert (expected.std(axis=0) > 0.05).all()
    # Beyond the training peak, gain 0.6, and not at the end of all excitations.
    assert ((expected[:, 0] > 0.7) & (expected[:, 0] < 1.0)).any()
    np.testing.assert_allclose(trial.excite(runtime), expected, rtol=0, atol=1e-12)


def test_frames_together_and_alone_are_the_same(tmp_path: Path) -> None:
    random = np.random.default_rng(4)
    tensors, trial = make_tensors(random), Trial(random)
    runtime = _core.ExcitationModel(str(write(tmp_path / "leg.nmm", make_content(), tensors)))
    alone = [trial.excite(runtime, slice(k, k + 1)) for k in range(len(trial.time))]
    np.testing.assert_allclose(np.vstack(alone), trial.excite(runtime), rtol=0, atol=1e-12)


def test_a_prior_without_a_pose(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    tensors, trial = make_tensors(random), Trial(random)
    content = make_content()
    prior = content["predictor"]["prior"]
    prior["pose"] = None
    prior["muscles"][1] = prior["muscles"][0]
    kept = {name: values for name, values in tensors.items() if not name.startswith("pose.")}
    runtime = _core.ExcitationModel(str(write(tmp_path / "leg.nmm", content, kept)))
    expected = predict(trial, tensors, np.zeros((len(trial.time), len(PRIOR))))
    excitations = trial.excite(runtime)
    # The second muscle of PRIOR has no witness here.
    np.testing.assert_allclose(excitations[:, [0, 2, 3]], expected[:, [0, 2, 3]], atol=1e-12)


def test_python_reads_it(tmp_path: Path) -> None:
    tensors = make_tensors(np.random.default_rng(6))
    artefact = read_artefact(write(tmp_path / "leg.nmm", make_content(), tensors))
    assert (artefact.format, artefact.predictor.family) == (3, "posterior")
    assert artefact.predictor.coordinates == COORDINATES
    soleus, perlong = artefact.deep_muscles
    assert soleus.judgement is not None
    assert soleus.judgement == ExcitationJudgement(
        "trust",
        "nobody looked",
        ExcitationInterval((0.05, 0.5), (0.1, 0.25)),
        (),
        Expectation(0.75, (0.55, 0.88), 0.1, (0.05, 0.2)),
    )
    assert perlong.judgement is None


def test_intervals_of_the_runtime_are_pythons(tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    file = write(tmp_path / "leg.nmm", make_content(), make_tensors(random))
    runtime, artefact = _core.ExcitationModel(str(file)), read_artefact(file)
    excitations = random.uniform(size=(200, len(runtime.muscles)))
    novelty = np.maximum(random.normal(0.3, 0.6, len(excitations)), 0.0)
    assert (novelty == 0.0).any()
    assert (novelty > 1.0).any()
    names, lower, upper = runtime.compute_intervals(excitations, novelty)
    assert names == ["soleus_r"]
    judgement = artefact.deep_muscles[0].judgement
    assert judgement is not None
    assert judgement.interval is not None
    soleus = excitations[:, runtime.muscles.index("soleus_r")]
    expected = judgement.interval.compute(soleus, novelty)
    assert (expected.lower == 0.0).any()
    assert (expected.lower > 0.0).any()
    np.testing.assert_allclose(lower[:, 0], expected.lower, rtol=0, atol=1e-12)
    np.testing.assert_allclose(upper[:, 0], expected.upper, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("entry", "value", "complaint"),
    [
        (
            "verdict",
            "not determined",
            "Expected one of 'trust', 'use with care', 'do not use', but found",
        ),
        ("interval", {"margin": 0.5, "floor": 0.1}, "lower: Expected this entry"),
        ("interval", {"lower": [0.1, -0.5], "upper": [0.1, 0.5]}, r"lower\[1\]: Expected a number"),
        ("reason", 3, "Expected a string, but found 3"),
        ("expectation", {"r": 0.7, "r_range": [0.8, 0.7]}, "low not above high"),
    ],
)
def test_a_judgement_that_does_not_fit_is_refused(
    tmp_path: Path, entry: str, value: object, complaint: str
) -> None:
    content = make_content()
    content["muscles"][0]["source"][entry] = value
    file = write(tmp_path / "leg.nmm", content, make_tensors(np.random.default_rng(6)))
    with pytest.raises(NMMError, match=rf"leg.nmm.*muscles\[0\].source.{entry}.*{complaint}"):
        read_artefact(file)


POPULATION: dict[str, Any] = {
    "name": "ten",
    "heard": True,
    "lag": 0.03,
    "alone": {"gasmed": 0.9},
    "unknowing": {"gasmed": 0.5},
    "with_it": {"gasmed": 0.95, "tibant": 0.8},
    "without_it": {"gasmed": 0.7, "tibant": 0.6},
}


def test_a_populations_fit_and_witnesses_are_read(tmp_path: Path) -> None:
    content = make_content()
    content["population"] = POPULATION
    witnesses = [{"who": "10 people (ten)", "weight": 0.75}, {"who": "gasmed", "weight": 0.25}]
    content["muscles"][0]["source"]["witnesses"] = witnesses
    file = write(tmp_path / "leg.nmm", content, make_tensors(np.random.default_rng(6)))
    artefact = read_artefact(file)
    assert artefact.population == PopulationFit(**POPULATION)
    soleus, _ = artefact.deep_muscles
    assert soleus.judgement is not None
    assert soleus.judgement.witnesses == (Witness("10 people (ten)", 0.75), Witness("gasmed", 0.25))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 3},
        {"name": None},
        {"heard": "no"},
        {"lag": "late"},
        {"lag": True},
        {"alone": [0.9]},
        {"alone": {"gasmed": None}},
        {"unknowing": {"gasmed": "0.5"}},
        {"with_it": {"gasmed": [1]}},
        {"without_it": 7},
    ],
)
def test_a_populations_fit_of_other_types_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    content = make_content()
    content["population"] = {**POPULATION, **changes}
    file = write(tmp_path / "leg.nmm", content, make_tensors(np.random.default_rng(6)))
    with pytest.raises(NMMError, match=r"leg.nmm': expected the entries of docs/artefact.md"):
        read_artefact(file)


@pytest.mark.parametrize("population", [3, "ten", [POPULATION], {}, True])
def test_what_is_no_populations_fit_is_refused(tmp_path: Path, population: object) -> None:
    content = make_content()
    content["population"] = population
    file = write(tmp_path / "leg.nmm", content, make_tensors(np.random.default_rng(6)))
    with pytest.raises(NMMError, match=r"leg.nmm': expected the entries of docs/artefact.md"):
        read_artefact(file)


@pytest.mark.parametrize("witness", [{"who": 3, "weight": 0.5}, {"who": "a", "weight": "1"}, "a"])
def test_witnesses_of_other_types_are_refused(tmp_path: Path, witness: object) -> None:
    content = make_content()
    content["muscles"][0]["source"]["witnesses"] = [witness]
    file = write(tmp_path / "leg.nmm", content, make_tensors(np.random.default_rng(6)))
    with pytest.raises(NMMError, match=r"leg.nmm': expected the entries of docs/artefact.md"):
        read_artefact(file)


@pytest.mark.parametrize(
    ("entry", "value", "complaint"),
    [
        ("weights", [0.8], "a list of 2, one weight per channel, but found a list of 1"),
        ("channels", ["vaslat", "soleus"], "one of the artefact's channels, but found 'soleus'"),
        ("channels", ["vaslat", "vaslat"], "a name that the list does not hold yet"),
        ("channel_peaks", [0.7, 0.0], r"a number above 0, but found 0\.0"),
    ],
)
def test_witnesses_that_do_not_fit_are_refused(
    tmp_path: Path, entry: str, value: list[Any], complaint: str
) -> None:
    content = make_content()
    content["predictor"]["prior"]["muscles"][0][entry] = value
    file = write(tmp_path / "leg.nmm", content, make_tensors(np.random.default_rng(7)))
    with pytest.raises(NMMError, match=rf"leg.nmm.*prior.muscles\[0\].{entry}.*{complaint}"):
        read_artefact(file)
