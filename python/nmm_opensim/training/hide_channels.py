"""A training setup in which recorded channels are out of bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import NMMError, nearest_names
from ..nmm.sources import (
    Deep,
    Measured,
    Source,
    Tied,
    drop_synergists,
    find_own_channel,
    find_recorded,
)
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
        sources = _hide(sources, muscle, channel, synergists)
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


def _hide(
    declared: Sequence[Source], standing: str, channel: str, synergists: Sequence[str]
) -> tuple[Source, ...]:
    hidden = [s.muscle for s in declared if find_own_channel(s) == channel]
    sources: list[Source] = []
    for source in declared:
        if source.muscle == standing:
            sources.append(Deep(source.muscle, channel, tuple(synergists)))
        elif source.muscle in hidden:
            sources.append(Tied(source.muscle, standing))
        elif isinstance(source, Measured) and channel in source.channels:
            sources.append(_without(source, channel))
        elif isinstance(source, Tied) and source.to in hidden:
            # Never to one that is tied itself by now.
            sources.append(replace(source, to=standing))
        else:
            sources.append(source)
    return tuple(sources)


def _without(source: Measured, channel: str) -> Measured:
    """A muscle of several channels listens to the others."""
    kept = [(c, w) for c, w in zip(source.channels, source.weights, strict=True) if c != channel]
    total = sum(weight for _, weight in kept)
    scale = sum(source.weights) / total if total > 0 else 1.0
    return replace(
        source,
        channels=tuple(c for c, _ in kept),
        weights=tuple(weight * scale for _, weight in kept),
    )
