"""The compiled runtime's transformer against PyTorch's own layers, from an artefact by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from format_3 import CHANNELS, DELAY, LAGS, describe_muscle, make_content
from safetensors.numpy import save_file

from nmm_opensim import _core
from nmm_opensim.arrays import Array

COORDINATES = ("hip_flexion_r", "ankle_angle_r")
LOADS = ("ground_force_vy",)
MOTION_LAGS = (0.0, 0.05, 0.13)
REST = 0.03
DRIVES, TOKENS, WIDTH, HEADS, HIDDEN, LAYERS = len(CHANNELS) + 2, 7, 12, 3, 9, 2
INPUTS = len(LAGS) * len(CHANNELS) + len(MOTION_LAGS) * (2 * len(COORDINATES) + len(LOADS))
ENCODER = {
    "attention_norm": "norm1",
    "attention.in": "self_attn.in_proj_",
    "attention.out": "self_attn.out_proj",
    "feed_forward_norm": "norm2",
    "feed_forward.0": "linear1",
    "feed_forward.1": "linear2",
}
"""The artefact's names and those of torch.nn.TransformerEncoderLayer."""


def make_tensors(random: np.random.Generator) -> dict[str, Array]:
    def draw(*shape: int) -> Array:
        return random.normal(scale=0.4, size=shape)

    tensors = {
        "input_mean": draw(INPUTS),
        "input_scale": random.uniform(0.5, 2.0, INPUTS),
        "channel_peaks": random.uniform(0.3, 1.0, len(CHANNELS)),
        "output_scale": random.uniform(0.2, 0.5, DRIVES),
        "embedding.weight": draw(TOKENS, WIDTH, INPUTS),
        "embedding.bias": draw(TOKENS, WIDTH),
        "norm.weight": 1.0 + draw(WIDTH),
        "norm.bias": draw(WIDTH),
        "output.weight": 0.3 * draw(DRIVES, WIDTH),
        "output.bias": draw(DRIVES) - 0.5,
        "skip.weight": 0.1 * draw(DRIVES, INPUTS),
    }
    for layer in range(LAYERS):
        for name, shape in {
            "attention_norm": (WIDTH,),
            "attention.in": (3 * WIDTH, WIDTH),
            "attention.out": (WIDTH, WIDTH),
            "feed_forward_norm": (WIDTH,),
            "feed_forward.0": (HIDDEN, WIDTH),
            "feed_forward.1": (WIDTH, HIDDEN),
        }.items():
            tensors[f"{layer}.{name}.weight"] = draw(*shape) + (1.0 if len(shape) == 1 else 0.0)
            tensors[f"{layer}.{name}.bias"] = draw(shape[0])
    return {f"predictor.{name}": values for name, values in tensors.items()}


def write(file: Path, tensors: dict[str, Array], activation: str) -> Path:
    content: dict[str, Any] = make_content()
    deep = {"recorded_channel": None, "interval": None, "verdict": None, "reason": None}
    deep |= {"expectation": None, "moments": None}
    content["muscles"] = [
        describe_muscle("soleus_r", {"kind": "deep", "output": 0, **deep}),
        describe_muscle("perlong_r", {"kind": "deep", "output": 1, **deep}),
        *(
            describe_muscle(name, {"kind": "measured", "channels": [name], "weights": [1.0]})
            for name in CHANNELS
        ),
    ]
    content["predictor"] = {
        "family": "transformer",
        "hidden_activation": activation,
        "layers": LAYERS,
        "heads": HEADS,
        "rest": REST,
        "inputs": {
            "emg_lags": list(LAGS),
            "motion_lags": list(MOTION_LAGS),
            "coordinates": list(COORDINATES),
            "speeds": list(COORDINATES),
            "external_loads": list(LOADS),
        },
    }
    save_file(tensors, file, {"nmm": json.dumps(content)})
    return file


def make_encoder(tensors: dict[str, Array], layer: int, activation: str) -> torch.nn.Module:
    encoder = torch.nn.TransformerEncoderLayer(
        WIDTH,
        HEADS,
        HIDDEN,
        dropout=0.0,
        activation=torch.tanh if activation == "tanh" else torch.relu,
        batch_first=True,
        norm_first=True,
        dtype=torch.float64,
    )
    encoder.load_state_dict(
        {
            f"{theirs}{'' if theirs.endswith('_') else '.'}{part}": torch.from_numpy(
                tensors[f"predictor.{layer}.{ours}.{part}"]
            )
            for ours, theirs in ENCODER.items()
            for part in ("weight", "bias")
        }
    )
    return encoder


def compute_drives(tensors: dict[str, Array], inputs: Array, activation: str) -> Array:
    """Frames x drives by PyTorch; `inputs`: frames x inputs, envelopes first."""
    named = {
        name.removeprefix("predictor."): torch.from_numpy(values)
        for name, values in tensors.items()
    }
    x = torch.from_numpy(inputs.copy())
    envelopes = len(LAGS) * len(CHANNELS)
    peaks = named["channel_peaks"].repeat(len(LAGS))
    x[:, :envelopes] = torch.log(torch.clamp(x[:, :envelopes] / peaks, min=REST))
    x = (x - named["input_mean"]) / named["input_scale"]
    tokens = torch.einsum("nwi,fi->fnw", named["embedding.weight"], x) + named["embedding.bias"]
    with torch.no_grad():
        for layer in range(LAYERS):
            tokens = make_encoder(tensors, layer, activation)(tokens)
    normed = torch.nn.functional.layer_norm(
        tokens, (WIDTH,), named["norm.weight"], named["norm.bias"]
    )
    logarithms = (normed[:, :DRIVES] * named["output.weight"]).sum(-1) + named["output.bias"]
    logarithms = logarithms + x @ named["skip.weight"].T
    return (named["output_scale"] * torch.exp(torch.clamp(logarithms, max=100.0))).numpy()


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_runtime_is_pytorchs_transformer(tmp_path: Path, activation: str) -> None:
    random = np.random.default_rng(20)
    tensors = make_tensors(random)
    runtime = _core.ExcitationModel(str(write(tmp_path / "leg.nmm", tensors, activation)))
    assert runtime.predictor_family == "transformer"
    assert runtime.predictor_motion_lags == list(MOTION_LAGS)

    emg_time = np.arange(0.0, 3.0, 0.01)
    emg = random.uniform(0.0, 0.8, (len(emg_time), len(CHANNELS)))
    times = np.arange(0.1, 2.9, 0.017)
    frames, width = len(times), len(COORDINATES)
    values = random.normal(size=(frames, len(MOTION_LAGS), width))
    speeds = random.normal(size=(frames, len(MOTION_LAGS), width))
    loads = random.normal(size=(frames, len(MOTION_LAGS), len(LOADS)))

    def sample(lag: float) -> Array:
        return np.column_stack(
            [np.interp(times - DELAY - lag, emg_time, channel) for channel in emg.T]
        )

    motion = np.concatenate([values, speeds, loads], axis=2).reshape(frames, -1)
    inputs = np.column_stack([*(sample(lag) for lag in LAGS), motion])
    drives = np.clip(compute_drives(tensors, inputs, activation), 0.0, 1.0)
    expected = np.column_stack([drives[:, len(CHANNELS) :], drives[:, : len(CHANNELS)]])
    assert 0.01 < np.median(expected) < 0.9

    def excite(rows: slice) -> Array:
        return runtime.compute_excitations(
            CHANNELS,
            emg_time,
            emg,
            times[rows],
            *(part[rows].reshape(len(times[rows]), -1) for part in (values, speeds, loads)),
        )

    np.testing.assert_allclose(excite(slice(None)), expected, atol=1e-11)
    for k in range(0, frames, 23):
        np.testing.assert_allclose(excite(slice(k, k + 1)), expected[k : k + 1], atol=1e-11)


def test_motion_without_its_lags_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path / "leg.nmm", make_tensors(np.random.default_rng(1)), "tanh")
    with pytest.raises(_core.CoreError, match=r"coordinates of shape 1 x 6 .times x 3 motion lags"):
        _core.ExcitationModel(str(file)).compute_excitations(
            CHANNELS,
            [0.0, 1.0],
            np.zeros((2, len(CHANNELS))),
            [0.5],
            *(np.zeros((1, width)) for width in (2, 6, 3)),
        )
