"""A transformer encoder over tokens, as the C++ runtime has it (docs/artefact.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from ..arrays import Array


@dataclass(frozen=True)
class EncoderSize:
    """How large an encoder is; ``heads`` divides ``width``."""

    width: int
    heads: int
    feed_forward: int
    layers: int


class EncoderLayer(torch.nn.Module):
    """Self-attention and a feed-forward network, each on normalised tokens and added to them.

    Vaswani et al. (2017), normalised before and not after, as Xiong et al. (2020).
    """

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        width, inner = size.width, size.feed_forward
        self._heads = size.heads
        self.attention_norm = torch.nn.LayerNorm(width, dtype=torch.float64)
        self.attention_in = _Linear(width, 3 * width)
        self.attention_out = _Linear(width, width)
        self.feed_forward_norm = torch.nn.LayerNorm(width, dtype=torch.float64)
        self.feed_forward_0 = _Linear(width, inner)
        self.feed_forward_1 = _Linear(inner, width)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Tokens, (frames, tokens, width)."""
        tokens = tokens + self._attend(self.attention_norm(tokens))
        inner = torch.relu(self.feed_forward_0(self.feed_forward_norm(tokens)))
        fed: torch.Tensor = tokens + self.feed_forward_1(inner)
        return fed

    def _attend(self, tokens: torch.Tensor) -> torch.Tensor:
        frames, count, width = tokens.shape
        split = self.attention_in(tokens).view(frames, count, 3, self._heads, width // self._heads)
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        scores = queries @ keys.transpose(2, 3) / math.sqrt(width // self._heads)
        heard = torch.softmax(scores, dim=3) @ values
        mixed: torch.Tensor = self.attention_out(
            heard.transpose(1, 2).reshape(frames, count, width)
        )
        return mixed


class Encoder(torch.nn.Module):
    """Layers, and a last normalisation; (frames, tokens, width) to the same shape."""

    hidden_activation = "relu"

    def __init__(self, size: EncoderSize) -> None:
        super().__init__()
        self.size = size
        self.layers = torch.nn.ModuleList([EncoderLayer(size) for _ in range(size.layers)])
        self.norm = torch.nn.LayerNorm(size.width, dtype=torch.float64)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Tokens that have heard each other."""
        for layer in self.layers:
            tokens = layer(tokens)
        normalised: torch.Tensor = self.norm(tokens)
        return normalised

    def list_tensors(self) -> dict[str, Array]:
        """All weights by the names that the artefact has for them."""
        names = {
            "attention_in": "attention.in",
            "attention_out": "attention.out",
            "feed_forward_0": "feed_forward.0",
            "feed_forward_1": "feed_forward.1",
        }
        tensors = {}
        for name, value in self.state_dict().items():
            *parts, kind = name.removeprefix("layers.").split(".")
            parts = [names.get(part, part) for part in parts]
            tensors[".".join(["predictor", *parts, kind])] = value.numpy()
        return tensors


class _Linear(torch.nn.Linear):
    """In double precision, with Glorot and Bengio's (2010) weights."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, dtype=torch.float64)
        torch.nn.init.xavier_uniform_(self.weight)
        torch.nn.init.zeros_(self.bias)
