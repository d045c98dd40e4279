"""What is said of a trial: excitations, how sure they are, and the moments they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..arrays import Array


@dataclass(frozen=True)
class Interval:
    """Where an excitation lies with a probability of 90 %; each (frames,)."""

    lower: Array
    upper: Array


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


@dataclass(frozen=True, kw_only=True)
class TrialEstimate(Estimate):
    """An estimate with its times (s), each (frames,).

    ``time`` are the frames of the motion, to which moments belong; ``excitation_time`` the EMG's
    own time, to which excitations belong: frames minus the electromechanical delay.
    """

    time: Array
    excitation_time: Array
