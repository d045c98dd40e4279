"""Measured muscles in the place of deep ones: a task that never heard some of its channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...nmm.chain import Declaration, PreparedTrial, resample_emg
from ...nmm.hiding import hide_channel
from ...nmm.sources import MuscleSources, Recorded, drop_synergists, find_recorded
from ..interface import Task, conceal, split


@dataclass(frozen=True)
class HiddenTask:
    """A task as it would be without some channels, and what these recorded.

    ``recordings`` are envelopes of the ``judged`` trials by the muscle that is deep now, (frames,);
    ``channels`` name them.
    """

    task: Task
    judged: tuple[PreparedTrial, ...]
    recordings: dict[str, Array]
    channels: tuple[str, ...]


def hide(task: Task) -> HiddenTask | None:
    """As many channels as leave each a synergist, no more than half; None where none can be.

    The trials that judge are none of the hidden task's.
    """
    fitted, judged = split(task)
    sources = task.declaration.sources
    recorded = find_recorded(sources.measured)
    told = {
        channel: np.concatenate([trial.envelopes[:, k] for trial in judged])
        for k, channel in enumerate(sources.channels)
    }
    hidden = choose_hidden(
        {c: own for c, own in recorded.items() if told[c].std() > 0}, sources.channels
    )
    if not hidden:
        return None
    declaration = _hide(task.declaration, recorded, hidden)
    return HiddenTask(
        replace(task, declaration=declaration, training=_leave(fitted, declaration), validation=()),
        _leave(judged, declaration),
        {recorded[channel].muscle: told[channel] for channel in hidden},
        tuple(hidden),
    )


def choose_hidden(recorded: dict[str, Recorded], channels: Sequence[str]) -> list[str]:
    """Of ``recorded`` channels those to hide together, in the order of the declaration.

    Where no muscle has a synergist the first is hidden alone, if another is left.
    """
    hidden: list[str] = []
    for channel in recorded:
        tried = [*hidden, channel]
        seen = [name for name in channels if name not in tried]
        if all(set(recorded[name].synergists) & set(seen) for name in tried):
            hidden = tried
        if len(hidden) >= len(channels) // 2:
            break
    if not hidden and recorded and len(channels) > 1:
        hidden = [next(iter(recorded))]
    return hidden


def _hide(
    declaration: Declaration, recorded: dict[str, Recorded], hidden: Sequence[str]
) -> Declaration:
    sources = declaration.sources.sources
    for channel in hidden:
        own = recorded[channel]
        sources = hide_channel(sources, own.muscle, channel, own.synergists)
    left = tuple(drop_synergists(source, hidden) for source in sources)
    return conceal(replace(declaration, sources=MuscleSources(left)))


def _leave(trials: Sequence[PreparedTrial], declaration: Declaration) -> tuple[PreparedTrial, ...]:
    """The trials with the channels that are left."""
    channels = declaration.sources.channels
    return tuple(
        resample_emg(replace(trial, emg=trial.emg.select(channels)), declaration)
        for trial in trials
    )
