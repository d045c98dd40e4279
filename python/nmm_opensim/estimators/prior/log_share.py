"""What is said of a muscle, in the form that the artefact holds and the runtime computes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .own_poses import Expansion


@dataclass(frozen=True)
class LogShare:
    """The logarithm of a muscle's share: a function of the pose, and channels' logarithms.

    ``channels`` are factors of the logarithms of measured channels' shares.
    """

    pose: Expansion | None = None
    channels: Mapping[str, float] = field(default_factory=dict)

    def __mul__(self, factor: float) -> LogShare:
        pose = None if self.pose is None else self.pose * factor
        return LogShare(pose, {name: factor * w for name, w in self.channels.items()})

    def __add__(self, other: LogShare) -> LogShare:
        pose = self.pose or other.pose
        if self.pose is not None and other.pose is not None:
            pose = self.pose + other.pose
        channels = dict(self.channels)
        for name, weight in other.channels.items():
            channels[name] = channels.get(name, 0.0) + weight
        return LogShare(pose, channels)


def average(said: Sequence[LogShare], weights: Sequence[float]) -> LogShare:
    """The weighted mean of what witnesses say; weights need not add up to 1, but to more than 0."""
    total = sum(weights)
    together = LogShare()
    for each, weight in zip(said, weights, strict=True):
        if weight:
            together = together + each * (weight / total)
    return together
