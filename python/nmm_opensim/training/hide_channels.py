"""A training setup in which recorded channels are out of bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import NMMError, nearest_names
from ..nmm.hiding import hide_channel
from ..nmm.sources import Deep, Measured, Source, drop_synergists, find_recorded
from .training_setup import TrainingSetup


def list_recorded_channels(sources: Sequence[Source]) -> list[str]:
    """The channels that alone measure a muscle, or would score it: those that can be hidden."""
    return list(find_recorded(sources))


def hide_channels(
    setup: TrainingSetup,
    channels: Mapping[str, Sequence[str]],
    scored: Mapping[str, str] | None = None,
) -> TrainingSetup:
    """The setup with the muscles of ``channels`` deep, and every other recorded muscle measured.

    ``channels`` maps each to its synergists. Where several muscles share a channel the one that
    ``scored`` names, or else the one that stands for it (:func:`find_recorded`), becomes deep and
    the others follow it.
    """
    known = list_recorded_channels(setup.sources)
    for channel, synergists in channels.items():
        for name in (channel, *synergists):
            if name not in known:
                raise NMMError(
                    f"{setup.file}: expected a channel that measures a muscle, but found '{name}'; "
                    f"{nearest_names(name, known)}."
                )
        for name in synergists:
            if name in channels:
                raise NMMError(
                    f"{setup.file}: channel '{name}' is hidden and cannot be a synergist of "
                    f"'{channel}'; remove it from its <synergist_channels>."
                )
    sources = setup.sources
    for channel, synergists in channels.items():
        muscle = (scored or {}).get(channel) or find_recorded(setup.sources)[channel].muscle
        sources = hide_channel(sources, muscle, channel, synergists)
    measured = tuple(_measure(source, channels) for source in sources)
    return replace(setup, sources=measured)


def find_synergists(sources: Sequence[Source], channel: str) -> list[str]:
    """The synergists declared at any muscle that ``channel`` records."""
    recorded = find_recorded(sources).get(channel)
    return list(recorded.synergists) if recorded else []


def _measure(source: Source, hidden: Mapping[str, Sequence[str]]) -> Source:
    """What is recorded and not hidden is measured, with the synergists that are left."""
    if isinstance(source, Deep) and (channel := source.recorded_channel) is not None:
        if channel in hidden:
            return source
        source = Measured(source.muscle, (channel,), (1.0,), source.synergists)
    return drop_synergists(source, hidden)
