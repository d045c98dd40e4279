"""Which token stands for which muscle, and whose copy stands in where nobody measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...nmm.chain import Declaration
from ...nmm.sources import find_recorded


@dataclass(frozen=True)
class TokenLayout:
    """Drives are channels and then predicted muscles; each has a token.

    ``synergists`` (drives, channels) is 1 where a channel's copy may stand for a drive.
    """

    channels: tuple[str, ...]
    outputs: tuple[str, ...]
    synergists: Array

    @property
    def drives(self) -> int:
        """How many there are."""
        return len(self.channels) + len(self.outputs)

    @property
    def predicted(self) -> slice:
        """The drives without EMG."""
        return slice(len(self.channels), self.drives)

    def find_relatives(self) -> Array:
        """Shares of channels in the copy of every drive, (drives, channels).

        A drive without synergists is told by all channels alike.
        """
        near = self.synergists.copy()
        near[near.sum(axis=1) == 0] = 1.0
        relatives: Array = near / near.sum(axis=1, keepdims=True)
        return relatives


def make_layout(declaration: Declaration) -> TokenLayout:
    """The layout of a declaration."""
    sources = declaration.sources
    channels = list(sources.channels)
    named = {source.muscle: source.synergists for source in sources.deep}
    recorded = find_recorded(sources.measured)
    listed = [recorded[c].synergists if c in recorded else () for c in channels]
    listed += [named.get(muscle, ()) for muscle in sources.outputs]
    synergists = np.zeros((len(listed), len(channels)))
    for row, names in enumerate(listed):
        synergists[row, [channels.index(name) for name in names if name in channels]] = 1.0
    return TokenLayout(tuple(channels), tuple(sources.outputs), synergists)
