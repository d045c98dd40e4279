"""A source for every muscle: measured, deep, tied to its group, or marked as open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import NMMError, nearest_names
from ...nmm.sources import Deep, Measured, Source, Tied, Unscored
from .anatomy import Anatomy

# Below it the muscles move other joints more than they move this one alike.
SIMILAR = 0.5


@dataclass(frozen=True)
class AssignedSource:
    """A source, and why; ``open`` marks what a person should decide."""

    source: Source
    reason: str
    open: bool = False


def assign_sources(
    anatomy: Anatomy, channels: Mapping[str, Sequence[str]], deep: Sequence[str]
) -> list[AssignedSource]:
    """One source for each muscle of ``anatomy``; ``channels`` maps channels to muscles.

    The channel of a deep muscle is kept aside to score; muscles that share it follow the deep one.
    Of several muscles of a channel the one that is named first stands for it: it alone declares
    synergists, so it is the one that the channel scores when it is hidden.
    """
    by_muscle = {
        muscle: [channel for channel, muscles in channels.items() if muscle in muscles]
        for muscle in anatomy.muscles
    }
    aside = _set_aside(anatomy, by_muscle, deep)
    measured = {
        muscle: own
        for muscle, found in by_muscle.items()
        if muscle not in deep and (own := [c for c in found if c not in aside])
    }
    assigned = []
    standing = {
        channel: next((m for m in muscles if measured.get(m) == [channel]), None)
        for channel, muscles in channels.items()
    }
    for muscle in anatomy.muscles:
        if muscle in measured:
            own = measured[muscle]
            synergists = []
            if standing[own[0]] == muscle:
                synergists = _find_synergists(anatomy, muscle, by_muscle, own)
            weights = tuple(1.0 / len(own) for _ in own)
            assigned.append(
                AssignedSource(Measured(muscle, tuple(own), weights, tuple(synergists)), "")
            )
        elif muscle in deep:
            recorded = by_muscle[muscle][0] if by_muscle[muscle] else None
            found = _find_synergists(anatomy, muscle, measured, [])
            assigned.append(AssignedSource(Deep(muscle, recorded, tuple(found)), ""))
        else:
            assigned.append(_follow(anatomy, muscle, by_muscle[muscle], aside, measured, deep))
    return assigned


def _set_aside(
    anatomy: Anatomy, by_muscle: Mapping[str, Sequence[str]], deep: Sequence[str]
) -> dict[str, str]:
    """Channels of deep muscles, which only score, and whose they are."""
    for name in deep:
        if name not in anatomy.muscles:
            raise NMMError(
                f"init: --deep-muscle: expected a muscle that crosses "
                f"{' or '.join(anatomy.coordinates)}, but found '{name}'; "
                f"{nearest_names(name, anatomy.muscles)}."
            )
    aside: dict[str, str] = {}
    for name in deep:
        if len(by_muscle[name]) > 1:
            raise NMMError(
                f"init: deep muscle '{name}': expected one channel that records it, to score, but "
                f"found {', '.join(by_muscle[name])}; map one."
            )
        for channel in by_muscle[name]:
            aside.setdefault(channel, name)
    return aside


def _find_synergists(
    anatomy: Anatomy, muscle: str, recorded: Mapping[str, Sequence[str]], own: Sequence[str]
) -> list[str]:
    """Channels of recorded muscles of the same group, the most similar first."""
    group = [c for other in anatomy.find_group(muscle) for c in recorded.get(other, [])]
    return [channel for channel in dict.fromkeys(group) if channel not in own]


def _follow(
    anatomy: Anatomy,
    muscle: str,
    channels: Sequence[str],
    aside: Mapping[str, str],
    measured: Mapping[str, Sequence[str]],
    deep: Sequence[str],
) -> AssignedSource:
    """Nobody measured the muscle: it follows the most similar one of its group."""
    for channel in channels:
        if channel in aside:
            return AssignedSource(Tied(muscle, aside[channel]), f"shares channel {channel} with it")
    group = [other for other in anatomy.find_group(muscle) if other in measured or other in deep]
    if not group:
        return AssignedSource(
            Unscored(muscle), "no measured or deep muscle acts like it", open=True
        )
    similarity = anatomy.find_similarity(muscle, group[0])
    return AssignedSource(
        Tied(muscle, group[0]),
        "no channel; tied to the most similar of its group, cosine between the moment arms about "
        f"all coordinates {similarity:.2f}",
        open=similarity < SIMILAR,
    )
