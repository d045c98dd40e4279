"""An artefact of format 3, written by hand: the runtime beside its formulas in NumPy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.nmm.artefact import read_artefact
from nmm_opensim.nmm.trained import ExcitationInterval, PopulationFit, Witness

CHANNELS = ("gasmed", "tibant", "vaslat")
GAINS = np.array([0.5, 1.0, 0.8])
COORDINATES = ("hip_flexion_r", "knee_angle_r", "ankle_angle_r")
POSE = ("ankle_angle_r", "knee_angle_r")
"""In another order than the predictor's."""
REST, WIDTH, DELAY, LAGS = 0.02, 0.3, 0.05, (0.0, 0.04)
FRAMES, HIDDEN = 40, 5
PRIOR: tuple[dict[str, Any], ...] = (
    {
        "gain": 0.6,
        "channels": ["vaslat", "gasmed"],
        "channel_peaks": [0.7, 0.4],
        "weights": [0.8, -0.3],
    },
    {"gain": 1.2, "channels": [], "channel_peaks": [], "weights": []},
    {"gain": 0.9, "channels": ["tibant"], "channel_peaks": [0.5], "weights": [1.4]},
)


def describe_muscle(name: str, source: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "max_isometric_force": 1500.0,
        "optimal_fiber_length": 0.06,
        "tendon_slack_length": 0.39,
        "pennation_angle_at_optimal": 0.17,
        "activation_time_constant": 0.01,
        "deactivation_time_constant": 0.04,
        "minimum_activation": 0.01,
        "shape_factor": -1.5,
        "uncertainty": None,
        "source": source,
    }


def make_content() -> dict[str, Any]:
    judged = {
        "verdict": "not determined",
        "reason": "by nobody",
        "interval": {"margin": 0.5, "floor": 0.1},
    }
    unjudged = {"verdict": None, "reason": None, "interval": None}
    return {
        "format": 3,
        "created_with": {"nmm_opensim": "0.2.0"},
        "model": {"name": "leg", "fingerprint": {}},
        "path_model": "model",
        "tendon": "rigid",
        "channels": [
            {"name": name, "gain": gain} for name, gain in zip(CHANNELS, GAINS, strict=True)
        ],
        "electromechanical_delay": DELAY,
        "coordinates": list(COORDINATES),
        "moment_coordinates": ["ankle_angle_r"],
        "muscles": [
            describe_muscle(
                "soleus_r", {"kind": "deep", "output": 0, "recorded_channel": "soleus", **judged}
            ),
            describe_muscle(
                "perlong_r", {"kind": "deep", "output": 1, "recorded_channel": None, **unjudged}
            ),
            describe_muscle("tibpost_r", {"kind": "unscored", "output": 2}),
            describe_muscle(
                "gasmed_r", {"kind": "measured", "channels": ["gasmed"], "weights": [1.0]}
            ),
        ],
        "predictor": {
            "family": "posterior",
            "hidden_activation": "tanh",
            "layers": 2,
            "inputs": {
                "emg_lags": list(LAGS),
                "coordinates": list(COORDINATES),
                "speeds": list(COORDINATES),
                "external_loads": [],
            },
            "prior": {
                "rest": REST,
                "pose": {"coordinates": list(POSE), "kernel_width": WIDTH},
                "muscles": [dict(entry) for entry in PRIOR],
            },
        },
        # What this version does not know is no reason to refuse.
        "training": {"population": {"people": 15, "masked": {"gasmed": 0.9}}},
    }


def make_tensors(random: np.random.Generator) -> dict[str, Array]:
    inputs = len(LAGS) * len(CHANNELS) + 2 * len(COORDINATES)
    outputs, width = len(CHANNELS) + len(PRIOR), 2 * len(POSE)
    return {
        "predictor.input_mean": random.normal(size=inputs),
        "predictor.input_scale": random.uniform(0.5, 2.0, inputs),
        "predictor.0.weight": random.normal(size=(HIDDEN, inputs)),
        "predictor.0.bias": random.normal(size=HIDDEN),
        "predictor.1.weight": 0.02 * random.normal(size=(outputs, HIDDEN)),
        "predictor.1.bias": 0.02 * random.normal(size=outputs),
        "pose.mean": random.normal(size=width),
        "pose.scale": random.uniform(0.5, 2.0, width),
        "pose.frames": random.normal(size=(FRAMES, width)),
        "pose.weights": 1.5 * random.normal(size=(len(PRIOR), FRAMES)),
        "pose.offsets": random.uniform(-2.0, -0.5, len(PRIOR)),
    }


def write(file: Path, content: dict[str, Any], tensors: dict[str, Array]) -> Path:
    save_file(tensors, file, metadata={"nmm": json.dumps(content)})
    return file


class Trial:
    """A second of EMG, some of it at rest and some above its peak, and frames of motion."""

    def __init__(self, random: np.random.Generator) -> None:
        self.emg_time = np.arange(0.0, 1.2, 0.01)
        self.emg = np.clip(random.normal(0.3, 0.4, (len(self.emg_time), len(CHANNELS))), 0.0, None)
        self.time = np.arange(0.1, 1.1, 0.0063)
        shape = (len(self.time), len(COORDINATES))
        self.values, self.speeds = random.normal(size=shape), random.normal(size=shape)

    def excite(self, runtime: _core.ExcitationModel, frames: slice = slice(None)) -> Array:
        """What the runtime says, (frames, muscles)."""
        return runtime.compute_excitations(
            CHANNELS,
            self.emg_time,
            self.emg,
            self.time[frames],
            self.values[frames],
            self.speeds[frames],
        )

    def sample(self, delay: float) -> Array:
        """Envelopes that long before the frames, (frames, channels)."""
        times = self.time - delay
        return np.column_stack([np.interp(times, self.emg_time, x) for x in self.emg.T])


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
            share = np.clip(envelopes[:, CHANNELS.index(name)] / peak, REST, 1.0)
            shares[:, m] += weight * np.log(share)
    prior = np.exp(np.clip(shares, np.log(REST), 0.0)) * [entry["gain"] for entry in PRIOR]
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
    assert soleus.judgement.interval == ExcitationInterval(margin=0.5, floor=0.1)
    assert perlong.judgement is None


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
