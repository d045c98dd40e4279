"""What neighbours and other subjects together say of a muscle that was not measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.sources import (
    Deep,
    Measured,
    MuscleSources,
    Recorded,
    find_own_channel,
    find_recorded,
)
from .population import Population, find_peak

# Of the peak: what no electrode tells from rest.
REST = 0.02
# In any unit: a channel that is silent in training has shares all the same.
SMALLEST_PEAK = 1e-9


@dataclass(frozen=True)
class Asked:
    """A muscle that is asked for, and the channels of its synergists that may be looked at."""

    muscle: str
    synergists: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What there is to go by: channels of synergists, and whether other subjects had the muscle."""

    synergists: tuple[str, ...]
    population: bool

    def __bool__(self) -> bool:
        return bool(self.synergists) or self.population


class MusclePrior:
    """Excitation, as a share of its peak, of any muscle: the geometric mean of all that is said.

    A muscle is believed to work where all witnesses say so: one electrode that came loose, or one
    neighbour that is busy with something else, does not make it work.
    """

    def __init__(
        self,
        sources: MuscleSources,
        trials: Sequence[PreparedTrial],
        population: Population | None,
    ) -> None:
        self._channels = sources.channels
        self.population = population
        self._trials = trials
        envelopes = np.vstack([trial.envelopes for trial in trials])
        self._peaks = [max(find_peak(series), SMALLEST_PEAK) for series in envelopes.T]
        self._population_peaks: dict[str, float] = {}
        measured = [source for source in sources.sources if isinstance(source, Measured)]
        recorded = find_recorded(measured)
        self.masked = {
            channel: self._ask_of(recorded[channel])
            for source in reversed(measured)
            if (channel := find_own_channel(source)) is not None
        }
        """Of the channels that alone measure a muscle, what is asked were they not heard."""
        self.deep = [
            Asked(source.muscle, source.synergists)
            for source in sources.sources
            if isinstance(source, Deep)
        ]

    def _ask_of(self, recorded: Recorded) -> Asked:
        """Of several muscles the one that other subjects had tells more."""
        muscles = (recorded.muscle, *recorded.others)
        known = self.population.muscles if self.population else ()
        muscle = next((name for name in muscles if name in known), recorded.muscle)
        return Asked(muscle, recorded.synergists)

    def find_evidence(self, asked: Asked) -> Evidence:
        """What may be said of the muscle."""
        synergists = tuple(name for name in asked.synergists if name in self._channels)
        population = self.population is not None and asked.muscle in self.population.muscles
        return Evidence(synergists, population)

    def predict(self, asked: Asked, trial: PreparedTrial, masked: str | None = None) -> Array:
        """Shares of the muscle's peak at the trial's frames, (frames,), not hearing ``masked``."""
        witnesses = self.find_witnesses(asked, masked)
        said = [self.read(channel, trial) for channel in witnesses.synergists]
        if witnesses.population:
            said.append(
                self._ask_population(asked.muscle, trial) / self.find_population_peak(asked.muscle)
            )
        logarithms = np.log(np.clip(said, REST, 1.0))
        shares: Array = np.exp(logarithms.mean(axis=0))
        return shares

    def find_witnesses(self, asked: Asked, masked: str | None = None) -> Evidence:
        """Who is heard of the muscle: where there is no evidence, all channels."""
        evidence = self.find_evidence(asked)
        heard = tuple(channel for channel in evidence.synergists if channel != masked)
        if not heard and not evidence.population:
            # Nothing is known but that muscles work when others do.
            heard = tuple(channel for channel in self._channels if channel != masked)
        return replace(evidence, synergists=heard)

    def find_peak(self, channel: str) -> float:
        """The peak of a measured channel over the training trials, in its own unit."""
        return self._peaks[self._channels.index(channel)]

    def read(self, channel: str, trial: PreparedTrial) -> Array:
        """A measured channel as a share of its peak, (frames,)."""
        shares: Array = trial.envelopes[:, self._channels.index(channel)]
        return shares / self.find_peak(channel)

    def _ask_population(self, muscle: str, trial: PreparedTrial) -> Array:
        assert self.population is not None
        values, speeds = trial.motion.select(self.population.coordinates)
        return self.population.predict(muscle, np.hstack([values, speeds]))

    def find_population_peak(self, muscle: str) -> float:
        """Other subjects' peak in this one's training trials, which may not reach theirs."""
        if muscle not in self._population_peaks:
            said = [self._ask_population(muscle, trial) for trial in self._trials]
            self._population_peaks[muscle] = max(find_peak(np.concatenate(said)), SMALLEST_PEAK)
        return self._population_peaks[muscle]
