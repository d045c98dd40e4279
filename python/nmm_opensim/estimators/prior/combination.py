"""What neighbours, other subjects and a population together say of a muscle nobody measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.sources import (
    Deep,
    MuscleSources,
    Recorded,
    find_own_channel,
    find_recorded,
)
from ...nmm.trained import Witness
from .log_share import LogShare, average
from .other_subjects import OtherSubjects
from .own_poses import Expansion, OwnPoses
from .population_witness import DeclaredPopulation, PopulationWitness, gather_phases
from .shares import (
    SMALLEST_PEAK,
    find_peak,
    find_peaks,
    to_logarithms,
    to_shares,
    to_statistics,
)


@dataclass(frozen=True)
class Asked:
    """A muscle that is asked for, and the channels of its synergists that may be looked at."""

    muscle: str
    synergists: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What there is to go by: channels of synergists, other subjects, a population."""

    synergists: tuple[str, ...]
    others: bool
    population: bool

    def __bool__(self) -> bool:
        return bool(self.synergists) or self.others or self.population


@dataclass(frozen=True)
class Weighting:
    """How much witnesses are believed: weights, of which those who know the muscle share 1."""

    synergists: float
    others: float
    population: float

    def share(self, known: Sequence[bool]) -> list[float]:
        """Weights in the order of :meth:`MusclePrior.list_witnesses`, 0 of those who know nothing.

        Where nobody who is believed does, all who do are believed alike.
        """
        every = (self.synergists, self.others, self.population)
        weights = [weight * knows for weight, knows in zip(every, known, strict=True)]
        if not any(weights):
            weights = [float(knows) for knows in known]
        return weights


USUAL = Weighting(0.0, 0.5, 0.5)
"""Other people alone: what synergists tell beyond them is in the population's weights."""
ALONE = Weighting(0.5, 0.5, 0.0)
"""Without a population."""


class MusclePrior:
    """Excitation, as a share of its peak, of any muscle: a weighted geometric mean of witnesses.

    A muscle is believed to work where all witnesses say so: one electrode that came loose, or one
    neighbour that is busy with something else, does not make it work.
    """

    def __init__(
        self,
        sources: MuscleSources,
        trials: Sequence[PreparedTrial],
        others: OtherSubjects | None = None,
        population: DeclaredPopulation | None = None,
        coordinates: Sequence[str] = (),
    ) -> None:
        """``coordinates`` are those of the poses that other people's curves are carried to."""
        self._channels = sources.channels
        self._trials = trials
        envelopes = np.vstack([trial.envelopes for trial in trials])
        self._peaks = find_peaks(envelopes)
        self._others = others
        self._said_by_others: dict[str, Expansion] = {}
        phases = gather_phases(trials)
        strides = np.flatnonzero(np.isfinite(phases))
        self.poses: OwnPoses | None = None
        self.population: PopulationWitness | None = None
        if others is not None or population is not None:
            chosen = strides if len(strides) else np.arange(len(phases))
            self.poses = OwnPoses(trials, coordinates, chosen)
        recorded = find_recorded(sources.measured)
        if population is not None and self.poses is not None and len(strides):
            heard = _find_heard(recorded, population)
            self.population = PopulationWitness(
                population,
                heard,
                {name: self._gather_logarithms(name) for name in heard},
                phases,
                self.poses,
            )
        self.masked = {
            channel: self._ask_of(recorded[channel])
            for source in reversed(sources.measured)
            if (channel := find_own_channel(source)) is not None
        }
        """Of the channels that alone measure a muscle, what is asked were they not heard."""
        self.deep = [
            Asked(source.muscle, source.synergists)
            for source in sources.sources
            if isinstance(source, Deep)
        ]
        self.weighting = USUAL
        self.hears_population = self.population is not None

    def believe(self, weighting: Weighting, hears_population: bool) -> None:
        """Weigh witnesses so from now on, and no more hear a population that does not fit."""
        self.weighting = weighting
        self.hears_population = hears_population and self.population is not None

    def _gather_logarithms(self, channel: str) -> Array:
        """As other people's statistics are made, which they are laid beside."""
        return np.concatenate([to_statistics(self.read(channel, t)) for t in self._trials])

    def _ask_of(self, recorded: Recorded) -> Asked:
        """Of several muscles the one that other people had tells more."""
        muscles = (recorded.muscle, *recorded.others)
        known = [m for m in muscles if self.population and self.population.knows(m)]
        known += [m for m in muscles if self._others and m in self._others.muscles]
        return Asked((known or [recorded.muscle])[0], recorded.synergists)

    def find_evidence(self, asked: Asked, masked: str | None = None) -> Evidence:
        """What may be said of the muscle, not hearing ``masked``."""
        heard = (name for name in asked.synergists if name in self._channels and name != masked)
        return Evidence(
            tuple(heard),
            self._others is not None and asked.muscle in self._others.muscles,
            self.hears_population
            and self.population is not None
            and self.population.knows(asked.muscle),
        )

    def describe_witnesses(self, asked: Asked) -> tuple[Witness, ...]:
        """Who is heard of a muscle, and with which weight."""
        evidence = self.find_evidence(asked)
        if not evidence:
            return (Witness("all channels", 1.0),)
        known = (bool(evidence.synergists), evidence.others, evidence.population)
        weights = self.weighting.share(known)
        names = [", ".join(evidence.synergists), "other subjects", ""]
        if evidence.population and self.population is not None:
            names[2] = self.population.describe(asked.muscle)
        return tuple(
            Witness(name, weight / sum(weights))
            for name, weight in zip(names, weights, strict=True)
            if weight
        )

    def list_witnesses(
        self, asked: Asked, masked: str | None = None
    ) -> tuple[LogShare | None, LogShare | None, LogShare | None]:
        """What synergists, other subjects and the population say; None of who knows nothing."""
        evidence = self.find_evidence(asked, masked)
        copy = others = population = None
        if evidence.synergists:
            copy = _copy(evidence.synergists)
        if evidence.others:
            others = LogShare(self._ask_others(asked.muscle))
        if evidence.population and self.population is not None:
            population = self.population.speak(asked.muscle, masked)
        return copy, others, population

    def speak(self, asked: Asked, masked: str | None = None) -> LogShare:
        """What all witnesses say; where there is none, what all channels do."""
        said = self.list_witnesses(asked, masked)
        weights = self.weighting.share([each is not None for each in said])
        heard = [(each, w) for each, w in zip(said, weights, strict=True) if each is not None]
        if not heard:
            return self.speak_unknowing(masked)
        return average([each for each, _ in heard], [weight for _, weight in heard])

    def speak_unknowing(self, masked: str | None = None) -> LogShare:
        """Nothing is known but that muscles work when others do."""
        return _copy([channel for channel in self._channels if channel != masked])

    def predict(self, asked: Asked, trial: PreparedTrial, masked: str | None = None) -> Array:
        """Shares of the muscle's peak at the trial's frames, (frames,), not hearing ``masked``."""
        return to_shares(self.compute_logarithms(self.speak(asked, masked), trial))

    def compute_logarithms(self, said: LogShare, trial: PreparedTrial) -> Array:
        """Of shares at a trial's frames, (frames,)."""
        logarithms = np.zeros(len(trial.time))
        if said.pose is not None:
            assert self.poses is not None
            kernels = self.poses.compute_kernels(trial)
            logarithms += kernels @ said.pose.weights + said.pose.offset
        for channel, weight in said.channels.items():
            logarithms += weight * to_logarithms(self.read(channel, trial))
        return logarithms

    def find_peak(self, channel: str) -> float:
        """The peak of a measured channel over the training trials, in its own unit."""
        return float(self._peaks[self._channels.index(channel)])

    def read(self, channel: str, trial: PreparedTrial) -> Array:
        """A measured channel as a share of its peak, (frames,)."""
        shares: Array = trial.envelopes[:, self._channels.index(channel)]
        return shares / self.find_peak(channel)

    def _ask_others(self, muscle: str) -> Expansion:
        """What other subjects do at this one's own poses, as a share of its peak there."""
        assert self._others is not None
        assert self.poses is not None
        if muscle not in self._said_by_others:
            coordinates = self._others.coordinates
            motion = np.vstack([np.hstack(t.motion.select(coordinates)) for t in self._trials])
            shares = self._others.predict(muscle, motion)
            shares = shares / max(find_peak(shares), SMALLEST_PEAK)
            labels = to_statistics(shares[self.poses.picked])
            self._said_by_others[muscle] = self.poses.carry(labels[:, None])[0]
        return self._said_by_others[muscle]


def _copy(channels: Iterable[str]) -> LogShare:
    """The geometric mean of channels."""
    names = list(channels)
    return LogShare(None, {name: 1.0 / len(names) for name in names})


def _find_heard(recorded: dict[str, Recorded], population: DeclaredPopulation) -> dict[str, str]:
    """Measured channels with the population's muscle that each hears, those it knows first."""
    heard: dict[str, str] = {}
    for pairs in (population.muscles, population.relatives):
        for channel, found in recorded.items():
            theirs = next((pairs[m] for m in (found.muscle, *found.others) if m in pairs), None)
            if channel not in heard and theirs is not None and theirs not in heard.values():
                heard[channel] = theirs
    return heard
