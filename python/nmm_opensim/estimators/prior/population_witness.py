"""What a population says of one person's muscles, given what this person's channels do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...arrays import Array
from ...errors import NMMError, nearest_names
from ...nmm.chain import PreparedTrial
from .log_share import LogShare
from .own_poses import Expansion, OwnPoses
from .phase import LAGS, compute_agreement, find_phases, read_curves
from .population import USUAL_RIDGE, Population, find_explained

# Of a relative's curve, which is not the muscle's own.
RELATIVES_RIDGE = 10.0


@dataclass(frozen=True)
class DeclaredPopulation:
    """A population, what it is called, and which of this model's muscles are which of its own.

    ``relatives`` are muscles that it lacks, and whose curve each borrows.
    """

    name: str
    population: Population
    muscles: Mapping[str, str]
    relatives: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.population.muscles
        for ours, theirs in [*self.muscles.items(), *self.relatives.items()]:
            if theirs not in known:
                raise NMMError(
                    f"Population '{self.name}': expected a muscle of it for '{ours}', "
                    f"but found '{theirs}'; {nearest_names(theirs, known)}."
                )

    def find(self, muscle: str) -> str | None:
        """Whose curve stands for one of this model's muscles."""
        return self.muscles.get(muscle) or self.relatives.get(muscle)


class PopulationWitness:
    """A population whose curves were carried to one person's poses."""

    def __init__(
        self,
        declared: DeclaredPopulation,
        channels: Mapping[str, str],
        recorded: Mapping[str, Array],
        phases: Array,
        poses: OwnPoses,
    ) -> None:
        """``channels`` are measured ones by name, each with a muscle of the population's own.

        ``recorded`` are their logarithms of shares at all training frames, (frames,), and
        ``phases`` (frames,) are NaN where no stride is known.
        """
        self.declared = declared
        self.channels = dict(channels)
        known = np.isfinite(phases)
        population = declared.population
        heard = [population.muscles.index(muscle) for muscle in channels.values()]
        self._agreement = compute_agreement(
            population.means[heard],
            phases[known],
            np.column_stack([recorded[name][known] for name in channels])
            if channels
            else np.empty((int(known.sum()), 0)),
        )
        self._phases = phases[poses.picked]
        self._poses = poses
        self._carried: dict[float, list[Expansion]] = {}

    def knows(self, muscle: str) -> bool:
        """Whether it has a curve for one of this model's muscles."""
        return self.declared.find(muscle) is not None

    def describe(self, muscle: str) -> str:
        """Who speaks of one of this model's muscles."""
        population = self.declared.population
        theirs = self.declared.find(muscle)
        assert theirs is not None
        people = f"{population.people[population.muscles.index(theirs)]:.0f} people"
        borrowed = "" if muscle in self.declared.muscles else f", of its relative {theirs}"
        return f"{people} ({self.declared.name}{borrowed})"

    def find_lag(self, masked: str | None = None) -> float:
        """The share of a stride by which EMG leads, as all channels but ``masked`` tell."""
        told = [k for k, name in enumerate(self.channels) if name != masked]
        if not told:
            return 0.0
        return float(LAGS[np.argmax(self._agreement[:, told].mean(axis=1))])

    def speak(self, muscle: str, masked: str | None = None) -> LogShare:
        """What it says of a muscle that it knows, not hearing ``masked``."""
        population = self.declared.population
        theirs = self.declared.find(muscle)
        assert theirs is not None
        ridge = USUAL_RIDGE if muscle in self.declared.muscles else RELATIVES_RIDGE
        heard = {name: its for name, its in self.channels.items() if name != masked}
        weights = population.find_weights(theirs, list(heard.values()), ridge)
        curves = self._carry(self.find_lag(masked))
        pose = curves[population.muscles.index(theirs)]
        for its, weight in zip(heard.values(), weights, strict=True):
            pose = pose + curves[population.muscles.index(its)] * -float(weight)
        channels = {
            name: float(weight)
            for name, weight in zip(heard, weights, strict=True)
            if weight != 0.0
        }
        return LogShare(pose, channels)

    def find_explained(self, muscle: str) -> float:
        """R that it expects of a muscle that it knows, given the channels that it hears."""
        theirs = self.declared.find(muscle)
        assert theirs is not None
        ridge = USUAL_RIDGE if muscle in self.declared.muscles else RELATIVES_RIDGE
        return find_explained(self.declared.population, theirs, list(self.channels.values()), ridge)

    def speak_mean(self, muscle: str) -> LogShare:
        """The mean of people who recorded a muscle that it knows, whatever the channels do."""
        theirs = self.declared.find(muscle)
        assert theirs is not None
        curves = self._carry(self.find_lag())
        return LogShare(curves[self.declared.population.muscles.index(theirs)])

    def _carry(self, lag: float) -> list[Expansion]:
        if lag not in self._carried:
            curves = read_curves(self.declared.population.means, self._phases, lag)
            self._carried[lag] = self._poses.carry(curves)
        return self._carried[lag]


def gather_phases(trials: Sequence[PreparedTrial]) -> Array:
    """Phases of all trials' frames, one after the other, NaN outside known strides."""
    return np.concatenate([find_phases(trial.time, trial.cycles) for trial in trials])
