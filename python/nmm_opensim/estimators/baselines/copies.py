"""Copies: what declared synergists say of a muscle, and which way of asking them serves best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ...arrays import Array
from ...errors import NMMError
from ...nmm.chain import PreparedTrial
from ...nmm.sources import MuscleSources, find_recorded
from ..agreement import agree
from ..prior.shares import find_peaks, to_logarithms

Rule = Literal["best channel", "arithmetic mean", "geometric mean"]
RULES: tuple[Rule, ...] = get_args(Rule)

# Agreements that differ by no more are the same.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Copies:
    """Copies of channels, made by one rule.

    ``training`` are the envelopes of the training trials, (frames, channels).
    """

    channels: tuple[str, ...]
    training: Array
    rule: Rule

    @property
    def peaks(self) -> Array:
        """Of the channels, in their own units, (channels,)."""
        return find_peaks(self.training)

    def choose(self, synergists: Sequence[str]) -> tuple[str, ...]:
        """The channels of ``synergists`` that the rule listens to."""
        if not synergists:
            raise NMMError(
                "Neighbour copy: expected at least one synergist channel; "
                "declare <synergist_channels> in the <DeepMuscle>."
            )
        if self.rule != "best channel":
            return tuple(synergists)
        return (choose_neighbour(self.training, self.channels, synergists),)

    def copy(self, synergists: Sequence[str], envelopes: Array) -> Array:
        """Of ``envelopes``, (frames, channels), in shares of the peaks' mean, (frames,)."""
        chosen = [self.channels.index(name) for name in self.choose(synergists)]
        shares = envelopes[:, chosen] / self.peaks[chosen]
        if self.rule == "geometric mean" and len(chosen) > 1:
            copy: Array = np.exp(to_logarithms(shares).mean(axis=1))
        else:
            copy = shares.mean(axis=1)
        return copy

    def find_scale(self, synergists: Sequence[str]) -> float:
        """What makes excitations of copies: the mean peak of the channels that are copied."""
        chosen = [self.channels.index(name) for name in self.choose(synergists)]
        return float(self.peaks[chosen].mean())


def choose_copies(
    sources: MuscleSources,
    training: Sequence[PreparedTrial],
    validation: Sequence[PreparedTrial] = (),
) -> Copies:
    """The rule by which measured muscles, hidden in turn, are copied best.

    Those that alone have a channel and two synergists that are not hidden; their mean r over all
    frames decides, of equals the first rule. Without such a muscle a single channel is copied.
    """
    channels = tuple(sources.channels)
    envelopes = np.vstack([trial.envelopes for trial in training])
    judged = np.vstack([trial.envelopes for trial in (*training, *validation)])
    recorded = find_recorded(sources.measured)
    questions = [
        (channel, synergists)
        for channel, own in recorded.items()
        if len(synergists := [name for name in own.synergists if name in channels]) > 1
    ]

    def find_agreement(rule: Rule) -> float:
        copies = Copies(channels, envelopes, rule)
        return float(
            np.mean(
                [
                    agree(copies.copy(synergists, judged), judged[:, channels.index(channel)])
                    for channel, synergists in questions
                ]
            )
        )

    best = max(RULES, key=find_agreement) if questions else RULES[0]
    return Copies(channels, envelopes, best)


def choose_neighbour(envelopes: Array, channels: Sequence[str], synergists: Sequence[str]) -> str:
    """The synergist channel whose copy stands for the deep muscle.

    ``envelopes`` of the training trials have shape (frames, channels). With the hidden recording
    out of bounds, the best neighbour is the one that agrees best with the other synergists; of
    equals, which two always are, the one that is declared first.
    """
    values = envelopes[:, [channels.index(name) for name in synergists]]
    agreement = np.atleast_2d(np.corrcoef(values.T)).sum(axis=0)
    best = np.flatnonzero(agreement >= agreement.max() - ROUNDING)
    return synergists[int(best[0])]
