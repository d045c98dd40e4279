"""Whom to believe: measured muscles are masked in turn, and witnesses weighed by how they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Array
from ...nmm.chain import PreparedTrial
from ...nmm.trained import PopulationFit
from ..agreement import agree, find_relative_errors
from .combination import ALONE, USUAL, MusclePrior, Weighting
from .log_share import LogShare
from .shares import find_peak, to_shares

STEPS = 4
MARGIN = 0.01
"""Of the mean r: masked muscles are few, and less is chance."""
COVERAGE, FLOOR = 0.9, 0.3
"""Of errors that count as missed, and of the peak that errors are at least compared with."""


@dataclass(frozen=True)
class Met:
    """How all witnesses met a masked channel: r, and by how much they missed it.

    ``miss`` is what holds COVERAGE of the errors after the best scale, in units of the estimate
    plus FLOOR of its peak; NaN where no positive scale helps.
    """

    r: float
    miss: float


@dataclass(frozen=True)
class Weighed:
    """Weights of witnesses, how they met masked channels, and how a population fitted.

    ``fit`` is None without a population.
    """

    weighting: Weighting
    met: Mapping[str, Met]
    fit: PopulationFit | None


@dataclass(frozen=True)
class _Masked:
    """What is said of a masked channel, logarithms (frames,), and its recording."""

    channel: str
    said: tuple[Array | None, ...]
    unknowing: Array
    recording: Array

    def judge(self, weighting: Weighting, hears_population: bool = True) -> float:
        """How the weighed witnesses agree with the recording: r."""
        return agree(self.estimate(weighting, hears_population), self.recording)

    def meet(self, weighting: Weighting, hears_population: bool = True) -> Met:
        """How the weighed witnesses meet the recording."""
        estimate = self.estimate(weighting, hears_population)
        errors = find_relative_errors(
            estimate, self.recording, lambda scaled: FLOOR * find_peak(scaled)
        )
        miss = float(np.quantile(errors, COVERAGE)) if len(errors) else float("nan")
        return Met(agree(estimate, self.recording), miss)

    def estimate(self, weighting: Weighting, hears_population: bool) -> Array:
        """Shares that the weighed witnesses say, (frames,)."""
        said = self.said if hears_population else (*self.said[:2], None)
        weights = weighting.share([each is not None for each in said])
        if not sum(weights):
            return to_shares(self.unknowing)
        together = np.zeros(len(self.recording))
        for each, weight in zip(said, weights, strict=True):
            if each is not None:
                together += weight / sum(weights) * each
        return to_shares(together)


def weigh(prior: MusclePrior, judged: Sequence[PreparedTrial]) -> Weighed:
    """Choose weights, the same for all muscles, by masking on the ``judged`` trials.

    The usual ones stay unless others are better by MARGIN. A population is heard no more where
    what it says alone is no better than what all channels say together, who know nothing.
    """
    masked = _ask(prior, judged)
    if not masked:
        return Weighed(ALONE if prior.population is None else USUAL, {}, None)
    if prior.population is None:
        alone_chosen = _choose(masked, False)
        met = {each.channel: each.meet(alone_chosen, False) for each in masked}
        return Weighed(alone_chosen, met, None)
    alone, unknowing = {}, {}
    for each in masked:
        if (said := each.said[2]) is not None:
            alone[each.channel] = agree(to_shares(said), each.recording)
            unknowing[each.channel] = agree(to_shares(each.unknowing), each.recording)
    heard = _mean(alone) > _mean(unknowing)
    with_it, without_it = _choose(masked, True), _choose(masked, False)
    fit = PopulationFit(
        prior.population.declared.name,
        heard,
        # EMG that comes late is told as a positive one.
        0.0 - prior.population.find_lag(),
        alone,
        unknowing,
        {each.channel: each.judge(with_it) for each in masked},
        {each.channel: each.judge(without_it, False) for each in masked},
    )
    chosen = with_it if heard else without_it
    return Weighed(chosen, {each.channel: each.meet(chosen, heard) for each in masked}, fit)


def _ask(prior: MusclePrior, judged: Sequence[PreparedTrial]) -> list[_Masked]:
    def compute(said: LogShare) -> Array:
        return np.concatenate([prior.compute_logarithms(said, trial) for trial in judged])

    masked = []
    for channel, asked in prior.masked.items():
        recording = np.concatenate([prior.read(channel, trial) for trial in judged])
        if not prior.find_evidence(asked, channel) or recording.std() == 0:
            continue
        witnesses = prior.list_witnesses(asked, channel)
        said = [None if witness is None else compute(witness) for witness in witnesses]
        unknowing = compute(prior.speak_unknowing(channel))
        masked.append(_Masked(channel, tuple(said), unknowing, recording))
    return masked


def _choose(masked: Sequence[_Masked], hears_population: bool) -> Weighting:
    def judge(weighting: Weighting) -> float:
        return float(np.mean([each.judge(weighting, hears_population) for each in masked]))

    usual = USUAL if hears_population else ALONE
    best = max(_list_weightings(hears_population), key=judge)
    return best if judge(best) > judge(usual) + MARGIN else usual


def _list_weightings(hears_population: bool) -> list[Weighting]:
    """Synergists against other people, in quarters; other people are believed alike."""
    weightings = []
    for step in range(STEPS + 1):
        others = 1.0 - step / STEPS
        people = (others / 2, others / 2) if hears_population else (others, 0.0)
        weightings.append(Weighting(step / STEPS, *people))
    return weightings


def _mean(by_channel: Mapping[str, float]) -> float:
    return float(np.mean(list(by_channel.values()))) if by_channel else -1.0
