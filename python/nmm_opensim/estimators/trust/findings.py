"""What is known of a deep muscle's estimate without its recording."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...nmm.chain import PreparedTrial
from ..agreement import agree
from ..prior.combination import Asked, MusclePrior
from ..prior.shares import find_peak, to_shares
from ..prior.weighing import Met
from .kinds import find_kind


@dataclass(frozen=True)
class MaskedMuscle:
    """A measured muscle that was masked: its kind, r of its recording, and how it was missed."""

    kind: str
    r: float
    miss: float


@dataclass(frozen=True)
class Findings:
    """Of one asked muscle on some trials, in no one's units.

    ``witnesses`` counts who speaks of it: synergists, other subjects, a population; ``own`` says
    whether the population knows the muscle itself and not a relative. ``explained`` is r that the
    population expects of a person in whom these channels are heard, ``agreement`` the mean r
    between any two witnesses; None where there are none. ``masked`` are measured
    muscles that were masked, ``spread`` is the estimate's standard deviation by its peak.
    """

    kind: str
    witnesses: int
    own: bool
    explained: float | None
    agreement: float | None
    masked: tuple[MaskedMuscle, ...]
    spread: float


def gather_findings(
    prior: MusclePrior,
    asked: Asked,
    met: Mapping[str, Met],
    trials: Sequence[PreparedTrial],
) -> Findings:
    """Findings on ``trials``; ``met`` is how masked channels were met.

    The prior's witnesses must be weighed; no recording of the asked muscle is in it.
    """
    said = [each for each in prior.list_witnesses(asked) if each is not None]
    shares = [
        np.concatenate([to_shares(prior.compute_logarithms(each, trial)) for trial in trials])
        for each in said
    ]
    agreeing = [agree(a, b) for a, b in combinations(shares, 2)]
    estimate = np.concatenate([prior.predict(asked, trial) for trial in trials])
    population = prior.population if prior.find_evidence(asked).population else None
    return Findings(
        find_kind(asked.muscle),
        len(said),
        population is not None and asked.muscle in population.declared.muscles,
        None if population is None else population.find_explained(asked.muscle),
        float(np.mean(agreeing)) if agreeing else None,
        tuple(
            MaskedMuscle(find_kind(prior.masked[channel].muscle), each.r, each.miss)
            for channel, each in met.items()
        ),
        float(estimate.std() / find_peak(estimate)),
    )
