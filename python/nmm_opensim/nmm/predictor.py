"""The deep-EMG networks: the same small set of families exists in the C++ runtime."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from .. import _core
from ..arrays import Array
from .trial import LoadWindow, Trial

HIDDEN_ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


@dataclass(frozen=True)
class PredictorArchitecture:
    """What the network looks like and what it sees (docs/artefact.md).

    ``emg_lags`` (s) are counted back from the delayed time, ``motion_lags`` (s), of which the first
    is 0, from the frame; ``coordinates`` and ``speeds`` name the motion inputs, ``external_loads``
    columns of the external loads' data.
    """

    family: str
    hidden_layers: tuple[int, ...]
    hidden_activation: str
    emg_lags: tuple[float, ...]
    coordinates: tuple[str, ...]
    speeds: tuple[str, ...]
    external_loads: tuple[str, ...] = ()
    motion_lags: tuple[float, ...] = (0.0,)

    @property
    def load_window(self) -> LoadWindow:
        """What it sees of external loads."""
        return LoadWindow(self.external_loads, self.motion_lags)


def make_inputs(architecture: PredictorArchitecture, trial: Trial, delay: float) -> Array:
    """Network inputs at the trial's frames, (frames, inputs).

    For each EMG lag all channels, then for each motion lag coordinates, speeds and external loads.
    The EMG window ends at t - ``delay`` (s) and that of the motion at t, so the network is a pure
    function of the recordings and the state at t. Before its first frame the motion stands still.
    """
    emg, motion = trial.emg, trial.motion
    emg_windows = [
        _core.sample(emg.time, emg.values, trial.time - delay - lag)
        for lag in architecture.emg_lags
    ]
    coordinates, _ = motion.select(architecture.coordinates)
    _, speeds = motion.select(architecture.speeds)
    lags = architecture.motion_lags
    moved = make_windows(trial.time, np.hstack([coordinates, speeds]), lags)
    loads = np.hsplit(trial.external_loads, len(lags))
    windows = zip(moved, loads, strict=True)
    return np.hstack([*emg_windows, *(part for window in windows for part in window)])


def make_windows(times: Array, values: Array, lags: Sequence[float]) -> list[Array]:
    """For each of ``lags`` (s) the values (frames, columns) of so long before, the first before it.

    At a lag of 0 they are the frames themselves, to the last bit.
    """
    return [_core.sample(times, values, times - lag) if lag else values for lag in lags]


class Predictor(torch.nn.Module, ABC):
    """Excitations in [0, 1] of the muscles nobody measured, (frames, inputs) to (frames, outputs).

    A pure function of its inputs.
    """

    @abstractmethod
    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Excitations of inputs."""

    @abstractmethod
    def penalty(self) -> torch.Tensor:
        """The mean squared weight, which weight decay multiplies."""


class MlpPredictor(Predictor):
    """Multi-layer perceptron: standardised inputs to excitations in [0, 1], double precision.

    ``forward`` maps (frames, inputs) to (frames, outputs).
    """

    input_mean: torch.Tensor
    input_scale: torch.Tensor

    def __init__(
        self,
        architecture: PredictorArchitecture,
        input_mean: Array,
        input_scale: Array,
        outputs: int,
    ) -> None:
        super().__init__()
        self.architecture = architecture
        self.register_buffer("input_mean", torch.tensor(input_mean))
        self.register_buffer("input_scale", torch.tensor(input_scale))
        sizes = [len(input_mean), *architecture.hidden_layers, outputs]
        self.linear = [torch.nn.Linear(a, b, dtype=torch.float64) for a, b in pairwise(sizes)]
        # Registers their weights as parameters of this module.
        self.layers = torch.nn.ModuleList(self.linear)

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        activate = HIDDEN_ACTIVATIONS[self.architecture.hidden_activation]
        x = (inputs - self.input_mean) / self.input_scale
        for layer in self.linear[:-1]:
            x = activate(layer(x))
        excitations: torch.Tensor = torch.sigmoid(self.linear[-1](x))
        return excitations

    def penalty(self) -> torch.Tensor:
        return torch.cat([layer.weight.flatten() for layer in self.linear]).square().mean()


def standardise(inputs: Sequence[Array]) -> tuple[Array, Array]:
    """Mean and scale of the training inputs; a constant input gets the scale 1."""
    stacked = np.vstack(inputs)
    scale = stacked.std(axis=0)
    return stacked.mean(axis=0), np.where(scale > 1e-9, scale, 1.0)
