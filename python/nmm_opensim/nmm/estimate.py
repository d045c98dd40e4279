"""What is said of a trial: excitations, how sure they are, and the moments they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..arrays import Array

Trust = Literal["trust", "use with care", "do not use"]
"""Whether a deep muscle's excitation is good for anything, in words that follow from figures."""


@dataclass(frozen=True)
class Interval:
    """Where an excitation lies with a probability of 90 %; each (frames,)."""

    lower: Array
    upper: Array


@dataclass(frozen=True)
class Expectation:
    """How well a muscle is expected to be met, each with the range that holds 80 % of muscles.

    ``r`` is the correlation with the recording that nobody has, ``error`` the root mean square
    error after the best scale, as a share of the channel's maximum.
    """

    r: float
    r_range: tuple[float, float]
    error: float
    error_range: tuple[float, float]

    def describe_r(self) -> str:
        """The correlation and its range, as the plugin says them."""
        low, high = self.r_range
        return f"expected r {self.r:.2f} ({low:.2f} to {high:.2f})"

    def describe(self) -> str:
        """In a line."""
        least, most = self.error_range
        return (
            f"{self.describe_r()}, error {100 * self.error:.0f} % "
            f"({100 * least:.0f} to {100 * most:.0f} %) of maximum"
        )


@dataclass(frozen=True)
class Trusted:
    """Whether a deep muscle of a trial is to be believed, and the accuracy to expect."""

    verdict: Trust
    expectation: Expectation | None


@dataclass(frozen=True)
class Estimate:
    """What an estimator or a trained NMM says of a trial.

    ``excitations`` by muscle, (frames,), at least of the deep muscles it can estimate; they belong
    to the EMG's own time, frames minus the electromechanical delay. ``moments`` (N m) have shape
    (frames, moment coordinates), or are None where the estimator makes none. ``intervals`` are of
    deep muscles, where the estimator gives any. ``novelty`` says by group of inputs how far each
    frame lies outside what training saw, (frames,), 0 inside (:mod:`nmm_opensim.nmm.novelty`); it
    belongs to the excitations' times, and is empty where that is not known.
    """

    excitations: Mapping[str, Array]
    moments: Array | None = None
    intervals: Mapping[str, Interval] = field(default_factory=dict)
    novelty: Mapping[str, Array] = field(default_factory=dict)
    trust: Mapping[str, Trusted] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TrialEstimate(Estimate):
    """An estimate with its times (s), each (frames,).

    ``time`` are the frames of the motion, to which moments belong; ``excitation_time`` the EMG's
    own time, to which excitations belong: frames minus the electromechanical delay.
    """

    time: Array
    excitation_time: Array
