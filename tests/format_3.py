"""An artefact of format 3, written by hand, and a trial for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from nmm_opensim import _core
from nmm_opensim.arrays import Array

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
JUDGED: dict[str, Any] = {
    "verdict": "trust",
    "reason": "nobody looked",
    "interval": {"lower": [0.05, 0.5], "upper": [0.1, 0.25]},
    "expectation": {"r": 0.75, "r_range": [0.55, 0.88], "error": 0.1, "error_range": [0.05, 0.2]},
    "moments": None,
}


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
    unjudged = {"verdict": None, "reason": None, "interval": None, "expectation": None}
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
                "soleus_r", {"kind": "deep", "output": 0, "recorded_channel": "soleus", **JUDGED}
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
