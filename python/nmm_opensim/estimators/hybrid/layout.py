"""Which token stands for which muscle, and whose copy stands in where nobody measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...nmm.chain import Declaration
from ...nmm.sources import Measured, find_recorded


@dataclass(frozen=True)
class TokenLayout:
    """Drives are channels and then predicted muscles; each has a token.

    ``synergists`` (drives, channels) is 1 where a channel's copy may stand for a drive. ``hidden``
    channels are never seen: a muscle that is measured plays one that is not.
    """

    channels: tuple[str, ...]
    outputs: tuple[str, ...]
    synergists: Array
    hidden: tuple[int, ...] = ()

    @property
    def drives(self) -> int:
        """How many there are."""
        return len(self.channels) + len(self.outputs)

    @property
    def unseen(self) -> list[int]:
        """The drives without EMG."""
        return [*self.hidden, *range(len(self.channels), self.drives)]

    @property
    def heard(self) -> list[int]:
        """The drives with EMG."""
        return [k for k in range(len(self.channels)) if k not in self.hidden]

    @property
    def visible(self) -> Array:
        """1 for a channel that is not hidden, (channels,)."""
        seen = np.ones(len(self.channels))
        seen[list(self.hidden)] = 0.0
        return seen

    def find_relatives(self) -> Array:
        """Shares of visible channels in the copy of every drive, (drives, channels).

        A drive without a visible synergist is told by all visible channels alike.
        """
        near = self.synergists * self.visible
        none = near.sum(axis=1) == 0
        near[none] = self.visible
        relatives: Array = near / near.sum(axis=1, keepdims=True)
        return relatives


def make_layout(declaration: Declaration, hidden: Sequence[str] = ()) -> TokenLayout:
    """The layout of a declaration, whose ``hidden`` channels are asked for and not seen."""
    sources = declaration.sources
    channels = list(sources.channels)
    named = {source.muscle: source.synergists for source in sources.deep}
    recorded = find_recorded([s for s in sources.sources if isinstance(s, Measured)])
    listed = [recorded[c].synergists if c in recorded else () for c in channels]
    listed += [named.get(muscle, ()) for muscle in sources.outputs]
    synergists = np.zeros((len(listed), len(channels)))
    for row, names in enumerate(listed):
        synergists[row, [channels.index(name) for name in names if name in channels]] = 1.0
    return TokenLayout(
        tuple(channels),
        tuple(sources.outputs),
        synergists,
        tuple(channels.index(name) for name in hidden),
    )


def choose_hidden(layout: TokenLayout) -> list[str]:
    """Channels that play deep muscles together: as many as leave each a visible synergist.

    No more than half, in the order of the declaration; where nobody has a synergist, one.
    """
    hidden: list[int] = []
    for k in range(len(layout.channels)):
        tried = [*hidden, k]
        seen = [j for j in range(len(layout.channels)) if j not in tried]
        if all(layout.synergists[i, seen].any() for i in tried):
            hidden = tried
        if len(hidden) >= len(layout.channels) // 2:
            break
    if not hidden and len(layout.channels) > 1:
        hidden = [0]
    return [layout.channels[k] for k in hidden]
