"""A measured channel out of bounds: its muscle is deep then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .sources import Deep, Measured, Source, Tied, find_own_channel


def hide_channel(
    declared: Sequence[Source], standing: str, channel: str, synergists: Sequence[str]
) -> tuple[Source, ...]:
    """Sources of which none listens to ``channel``.

    Of the muscles that it alone measures the ``standing`` one becomes deep, with ``synergists``,
    and the others follow it; muscles of several channels listen to the others.
    """
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
