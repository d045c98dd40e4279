"""How far a trial's frames lie outside what training saw, where an NMM only guesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array, Flags
from .chain import Declaration, PreparedTrial

GROUPS = ("channels", "coordinates", "speeds", "external_loads")
"""Of inputs: EMG envelopes, motion, and external loads where the network sees any."""

# Of what training saw: a frame that is a little beyond is none the less inside.
MARGIN = 0.1
# Less is rounding, in any unit: the input stood still.
STILL = 1e-6
# The width of an input that stood still: a share of its size, or of 1 where that is more.
STILL_WIDTH = 1e-3


@dataclass(frozen=True)
class TrainingRange:
    """What training saw of every input, and a margin around it, in the inputs' own units.

    By group of GROUPS the inputs' ``names`` and ``pairs`` of low and high, (inputs, 2).
    """

    names: Mapping[str, tuple[str, ...]]
    pairs: Mapping[str, Array]

    def compute_novelty(self, trial: PreparedTrial) -> dict[str, Array]:
        """How far a trial's frames lie outside, by group, (frames,): 0 is inside.

        Of one input x it is max(0, low - x, x - high)/(high - low), of a group its inputs' largest.
        There is no entry for external loads where the network sees none.
        """
        values = _gather(trial, self.names)
        return {
            group: _find_farthest(values[group], pairs)
            for group, pairs in self.pairs.items()
            if len(pairs) or group != "external_loads"
        }


def find_training_range(declaration: Declaration, trials: Sequence[PreparedTrial]) -> TrainingRange:
    """What the training ``trials`` hold, widened by MARGIN at either end."""
    architecture = declaration.architecture
    names = {
        "channels": tuple(declaration.sources.channels),
        "coordinates": architecture.coordinates,
        "speeds": architecture.speeds,
        "external_loads": architecture.external_loads,
    }
    values = [_gather(trial, names) for trial in trials]
    pairs = {group: _widen(np.vstack([each[group] for each in values])) for group in GROUPS}
    return TrainingRange(names, pairs)


def find_largest(novelty: Mapping[str, Array], frames: int) -> Array:
    """The largest of all groups, (frames,); 0 where there are none."""
    largest: Array = np.max([np.zeros(frames), *novelty.values()], axis=0)
    return largest


def find_outside(novelty: Mapping[str, Array]) -> Flags:
    """Which frames lie outside training, (frames,): those where any group's novelty is above 0."""
    outside: Flags = np.any([series > 0 for series in novelty.values()], axis=0)
    return outside


def describe_novelty(novelty: Mapping[str, Array]) -> str:
    """How many frames lie outside training, and of which groups of inputs, in one line."""
    outside = find_outside(novelty)
    said = f"{outside.sum()} of {len(outside)} frames lie outside what training saw"
    groups = [
        f"{group.replace('_', ' ')} at {count}"
        for group, series in novelty.items()
        if (count := np.count_nonzero(series))
    ]
    return f"{said}: {', '.join(groups)}" if groups else said


def _gather(trial: PreparedTrial, names: Mapping[str, tuple[str, ...]]) -> dict[str, Array]:
    """Inputs of a trial's frames by group, (frames, inputs)."""
    return {
        "channels": trial.envelopes,
        "coordinates": trial.motion.select(names["coordinates"])[0],
        "speeds": trial.motion.select(names["speeds"])[1],
        # Those of the frame itself come before those of earlier moments.
        "external_loads": trial.external_loads[:, : len(names["external_loads"])],
    }


def _widen(values: Array) -> Array:
    """Pairs of low and high, (inputs, 2), around values (frames, inputs)."""
    low, high = values.min(axis=0), values.max(axis=0)
    size = np.maximum(np.maximum(np.abs(low), np.abs(high)), 1.0)
    span = high - low
    margin = np.where(span > STILL * size, MARGIN * span, STILL_WIDTH * size / 2)
    return np.column_stack([low - margin, high + margin])


def _find_farthest(values: Array, pairs: Array) -> Array:
    """Of frames (frames, inputs) the farthest of all inputs, (frames,)."""
    low, high = pairs.reshape(-1, 2).T
    excess = np.maximum(low - values, values - high) / (high - low)
    largest: Array = np.max(excess, axis=1, initial=0.0)
    return largest
