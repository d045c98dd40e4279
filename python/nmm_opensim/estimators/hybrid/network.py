"""The hybrid's network: a token for every muscle, measured or not, and one for the motion.

What is ours in it: a token begins with its muscle's own EMG or, where that is masked or nobody
measured it, with the copy of its synergists; and what comes out of the encoder is the logarithm of
what to multiply that by. A masked channel and a deep muscle are the same question to it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.predictor import Predictor, PredictorArchitecture, standardise
from ...nmm.transformer import Encoder, EncoderSize
from ..prior.shares import LARGEST_LOGARITHM, REST, find_peaks
from .layout import TokenLayout

# How far the identities of muscles lie apart before anything is learned.
IDENTITY = 0.5


class HybridNetwork(Predictor):
    """Inputs to shares of every drive's peak, (frames, inputs) to (frames, drives).

    Deep muscles have no identity of their own but that of their synergists and a learned departure.
    """

    input_mean: torch.Tensor
    input_scale: torch.Tensor
    peaks: torch.Tensor

    def __init__(
        self,
        architecture: PredictorArchitecture,
        layout: TokenLayout,
        trials: Sequence[PreparedTrial],
        size: EncoderSize,
    ) -> None:
        """``trials`` tell the peaks of channels and the spread of the other inputs."""
        super().__init__()
        self.layout = layout
        self._hearing = torch.ones((layout.drives,), dtype=torch.float64)
        self._lags = len(architecture.emg_lags)
        self._now = int(np.argmin(architecture.emg_lags)) if self._lags else 0
        mean, scale = self._find_statistics([trial.inputs for trial in trials])
        peaks = find_peaks(np.vstack([trial.envelopes for trial in trials]))
        for name, values in (("input_mean", mean), ("input_scale", scale), ("peaks", peaks)):
            self.register_buffer(name, torch.tensor(values))
        width = size.width
        unseen = torch.zeros((layout.drives, 1), dtype=torch.float64)
        unseen[layout.predicted] = 1.0
        self._unseen = unseen
        self._relatives = torch.tensor(layout.find_relatives())
        self._identity_of = torch.where(
            unseen > 0, self._relatives, torch.eye(*self._relatives.shape, dtype=torch.float64)
        )
        self.identity = _make_parameter(IDENTITY * torch.randn(len(layout.channels), width))
        self.departure = _make_parameter(torch.zeros(layout.drives, width))
        self.own = torch.nn.Linear(max(self._lags, 1), width, dtype=torch.float64)
        self.copy = torch.nn.Linear(max(self._lags, 1), width, dtype=torch.float64)
        self.motion = torch.nn.Linear(max(len(mean) - self._width, 1), width, dtype=torch.float64)
        self.encoder = Encoder(size)
        # At first nothing but the copies.
        self.readout = _make_parameter(torch.zeros(width))
        self.offset = _make_parameter(torch.zeros(1))

    @property
    def _width(self) -> int:
        """How many of the inputs are EMG."""
        return self._lags * len(self.layout.channels)

    def _find_statistics(self, inputs: Sequence[Array]) -> tuple[Array, Array]:
        """Logarithms of shares are as they are, the other inputs standardised."""
        mean, scale = standardise(inputs)
        mean[: self._width], scale[: self._width] = 0.0, 1.0
        return mean, scale

    def forward(self, inputs: torch.Tensor, seen: torch.Tensor | None = None) -> torch.Tensor:
        """Shares; ``seen`` (frames, channels) is 0 where a channel is masked, else 1."""
        if seen is None:
            seen = torch.ones((len(inputs), len(self.layout.channels)), dtype=torch.float64)
        tokens = self._identify().expand(len(inputs), -1, -1)
        known: torch.Tensor = torch.zeros((1, 1), dtype=torch.float64)
        if self._lags:
            own, copied = self._look(inputs, seen)
            heard = torch.nn.functional.pad(seen, (0, len(self.layout.outputs)))[:, :, None]
            tokens = tokens + heard * self.own(own) + (1.0 - heard) * self.copy(copied)
            known = (heard * own + (1.0 - heard) * copied)[:, :, self._now]
        if inputs.shape[1] > self._width:
            moved = (inputs - self.input_mean) / self.input_scale
            tokens = torch.cat([tokens, self.motion(moved[:, self._width :])[:, None]], dim=1)
        told = self.encoder(tokens)[:, : self.layout.drives] @ self.readout + self.offset
        return torch.exp((self._hearing * told + known).clamp(max=LARGEST_LOGARITHM))

    def hear(self, share: float) -> None:
        """Multiply what the encoder says of predicted muscles by ``share``: 0 leaves the copy."""
        self._hearing[self.layout.predicted] = share

    def _identify(self) -> torch.Tensor:
        return self._identity_of @ self.identity + self._unseen * self.departure

    def _look(self, inputs: torch.Tensor, seen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Own logarithms of shares, and copies of what is seen; (frames, drives, lags)."""
        channels = len(self.layout.channels)
        envelopes = inputs[:, : self._width].view(len(inputs), self._lags, channels)
        logarithms = torch.log((envelopes / self.peaks).clamp(min=REST)).transpose(1, 2)
        near = self._relatives * seen[:, None, :]
        told = near.sum(dim=2, keepdim=True)
        anyone = (seen / seen.sum(dim=1, keepdim=True).clamp(min=1.0))[:, None, :]
        weights = torch.where(told > 0, near / told.clamp(min=1e-12), anyone)
        own = torch.nn.functional.pad(logarithms, (0, 0, 0, len(self.layout.outputs)))
        return own, weights @ logarithms

    def penalty(self) -> torch.Tensor:
        weights = [layer.weight.flatten() for layer in (self.own, self.copy, self.motion)]
        return torch.cat([*weights, self.readout]).square().mean()

    def departure_penalty(self) -> torch.Tensor:
        """How far muscles that nobody measured left their synergists' identity, squared."""
        return (self._unseen * self.departure).square().mean()

    def describe(self) -> dict[str, object]:
        """What the artefact says of it beside its inputs."""
        size = self.encoder.size
        return {
            "family": "transformer",
            "hidden_activation": self.encoder.hidden_activation,
            "layers": size.layers,
            "heads": size.heads,
            "rest": REST,
        }

    def list_tensors(self, output_scale: Array) -> dict[str, Array]:
        """All weights as docs/artefact.md has them, with nothing masked.

        ``output_scale`` (drives,) makes excitations of shares.
        """
        with torch.no_grad():
            weight, bias, skip = self._embed()
            return {
                "predictor.input_mean": self.input_mean.numpy(),
                "predictor.input_scale": self.input_scale.numpy(),
                "predictor.channel_peaks": self.peaks.numpy(),
                "predictor.embedding.weight": weight.numpy(),
                "predictor.embedding.bias": bias.numpy(),
                "predictor.skip.weight": skip.numpy(),
                "predictor.output.weight": torch.outer(self._hearing, self.readout).numpy(),
                "predictor.output.bias": (self._hearing * self.offset).numpy(),
                "predictor.output_scale": output_scale,
                **self.encoder.list_tensors(),
            }

    def _embed(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Tokens and what is known before them as one linear function of all inputs."""
        drives, width, inputs = self.layout.drives, self._width, len(self.input_mean)
        moves = inputs > width
        weight = torch.zeros((drives + moves, self.encoder.size.width, inputs), dtype=torch.float64)
        bias = torch.zeros(weight.shape[:2], dtype=torch.float64)
        skip = torch.zeros((drives, inputs), dtype=torch.float64)
        bias[:drives] = self._identify()
        if self._lags:
            # Of each drive the share of every channel: its own, or its synergists'.
            shares = self._identity_of
            heard = 1.0 - self._unseen
            layer = (
                heard[:, :, None] * self.own.weight + self._unseen[:, :, None] * self.copy.weight
            )
            weight[:drives, :, :width] = torch.einsum("dwl,dc->dwlc", layer, shares).flatten(2)
            bias[:drives] += heard * self.own.bias + self._unseen * self.copy.bias
            channels = len(self.layout.channels)
            skip[:, self._now * channels : (self._now + 1) * channels] = shares
        if moves:
            weight[drives, :, width:] = self.motion.weight
            bias[drives] = self.motion.bias
        return weight, bias, skip


def _make_parameter(values: torch.Tensor) -> torch.nn.Parameter:
    return torch.nn.Parameter(values.to(torch.float64))
