"""Where each muscle's excitation comes from: exactly one declared source per muscle."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import Array
from ..errors import NMMError, nearest_names


@dataclass(frozen=True)
class Measured:
    """Excitation = sum of weighted EMG channels.

    ``synergists`` are channels of muscles that act with it: what its copy would be were it hidden.
    """

    muscle: str
    channels: tuple[str, ...]
    weights: tuple[float, ...]
    synergists: tuple[str, ...] = ()
    kind = "measured"


@dataclass(frozen=True)
class Deep:
    """Predicted by the network; ``recorded_channel``, where there is one, is read only to score.

    ``synergists`` are measured channels of muscles that act with it: the neighbours whose copy is
    the baseline.
    """

    muscle: str
    recorded_channel: str | None = None
    synergists: tuple[str, ...] = ()
    kind = "deep"


@dataclass(frozen=True)
class Tied:
    """Excitation = ratio times the excitation of the muscle ``to``."""

    muscle: str
    to: str
    ratio: float = 1.0
    kind = "tied"


@dataclass(frozen=True)
class Unscored:
    """Predicted by the network without any recording that could judge it."""

    muscle: str
    kind = "unscored"


Source = Measured | Deep | Tied | Unscored


def drop_synergists(source: Source, hidden: Container[str | None]) -> Source:
    """The source without the synergists that are ``hidden``."""
    if isinstance(source, Measured | Deep):
        left = tuple(name for name in source.synergists if name not in hidden)
        return replace(source, synergists=left)
    return source


def find_own_channel(source: Source) -> str | None:
    """The channel that records this muscle and nothing else."""
    if isinstance(source, Deep):
        return source.recorded_channel
    if isinstance(source, Measured) and len(source.channels) == 1:
        return source.channels[0]
    return None


@dataclass(frozen=True)
class Recorded:
    """The muscles that one channel records, and what its copy would be were it hidden.

    ``muscle`` stands for the channel: its excitation is what the channel scores. ``others`` follow
    it. ``synergists`` are those declared at any of them.
    """

    muscle: str
    others: tuple[str, ...]
    synergists: tuple[str, ...]


def find_recorded(sources: Iterable[Source]) -> dict[str, Recorded]:
    """By channel what it alone records, in the order of ``sources``.

    Of several muscles the first that declares synergists stands for the channel; where none does,
    the first.
    """
    by_channel: dict[str, list[Measured | Deep]] = {}
    for source in sources:
        if isinstance(source, Measured | Deep) and (channel := find_own_channel(source)):
            by_channel.setdefault(channel, []).append(source)
    recorded = {}
    for channel, own in by_channel.items():
        first = next((source for source in own if source.synergists), own[0])
        synergists = dict.fromkeys(name for source in own for name in source.synergists)
        others = tuple(source.muscle for source in own if source is not first)
        recorded[channel] = Recorded(first.muscle, others, tuple(synergists))
    return recorded


@dataclass(frozen=True)
class MuscleSources:
    """The declared sources of all muscles of an NMM, in the order of the model's muscles."""

    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        by_name = {source.muscle: source for source in self.sources}
        if len(by_name) != len(self.sources):
            raise NMMError(
                "Muscle sources: expected each muscle once, but some are declared twice."
            )
        for source in self.sources:
            if not isinstance(source, Tied):
                continue
            if source.to not in by_name:
                raise NMMError(
                    f"Muscle '{source.muscle}' is tied to '{source.to}', which has no source; "
                    f"{nearest_names(source.to, by_name)}."
                )
            if isinstance(by_name[source.to], Tied):
                raise NMMError(
                    f"Muscle '{source.muscle}' is tied to '{source.to}', which is itself tied; "
                    "tie it to a measured or deep muscle."
                )
        hidden = {s.recorded_channel: s.muscle for s in self.deep if s.recorded_channel}
        for source in self.measured:
            for channel in source.synergists:
                if channel in source.channels:
                    raise NMMError(
                        f"Muscle '{source.muscle}': expected channels of other muscles as its "
                        f"synergists, but found its own, '{channel}'; remove it."
                    )
                if channel not in self.channels and channel not in hidden:
                    raise NMMError(
                        f"Muscle '{source.muscle}': expected synergists among the channels of "
                        f"measured muscles, but found '{channel}'; "
                        f"{nearest_names(channel, self.channels)}."
                    )
        for channel in self.channels:
            if channel in hidden:
                raise NMMError(
                    f"Channel '{channel}' is the hidden recording of the deep muscle "
                    f"'{hidden[channel]}' and cannot be an input too; remove one of the two."
                )

    @property
    def muscles(self) -> list[str]:
        """Muscle names in order."""
        return [source.muscle for source in self.sources]

    @property
    def channels(self) -> list[str]:
        """The EMG channels that are inputs, in order of first use; never a hidden one."""
        used = [
            channel
            for source in self.sources
            for channel in (
                source.channels
                if isinstance(source, Measured)
                else source.synergists
                if isinstance(source, Deep)
                else ()
            )
        ]
        return list(dict.fromkeys(used))

    @property
    def measured(self) -> list[Measured]:
        """The measured muscles."""
        return [source for source in self.sources if isinstance(source, Measured)]

    @property
    def deep(self) -> list[Deep]:
        """The deep muscles."""
        return [source for source in self.sources if isinstance(source, Deep)]

    @property
    def outputs(self) -> list[str]:
        """The muscles that the network predicts, in the order of its outputs."""
        return [s.muscle for s in self.sources if isinstance(s, Deep | Unscored)]

    def find_ties(self) -> Array:
        """What each muscle's own excitation is to every muscle, (muscles, muscles)."""
        muscles = self.muscles
        ties: Array = np.eye(len(muscles))
        for own, source in enumerate(self.sources):
            if isinstance(source, Tied):
                ties[own, own] = 0.0
                ties[muscles.index(source.to), own] = source.ratio
        return ties

    def describe(self, muscle: str) -> str:
        """The source of one muscle in a word or two, for tables and plots."""
        source = next(s for s in self.sources if s.muscle == muscle)
        if isinstance(source, Tied):
            return f"tied to {source.to}"
        return source.kind


def order_sources(
    declared: Iterable[Source], crossing: Sequence[str], model_muscles: Sequence[str]
) -> MuscleSources:
    """Check declared sources against a model and put them in the model's order.

    ``crossing`` are the muscles that cross a fitted coordinate: each needs a source, and no muscle
    is silently zero.
    """
    by_name = {source.muscle: source for source in declared}
    for name in by_name:
        if name not in model_muscles:
            raise NMMError(
                f"Muscle '{name}' is not in the model; {nearest_names(name, model_muscles)}."
            )
    missing = [name for name in crossing if name not in by_name]
    if missing:
        raise NMMError(
            "Every muscle that crosses a fitted coordinate needs a source, but these have none: "
            f"{', '.join(missing)}; declare each as measured, deep, tied or unscored."
        )
    return MuscleSources(tuple(by_name[name] for name in model_muscles if name in by_name))
