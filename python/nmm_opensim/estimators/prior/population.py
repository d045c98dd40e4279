"""Statistics of many people's EMG over the phase of a stride, and what they say of one muscle.

Of every muscle the mean curve, and of every two muscles how far people leave the two curves
together: from these follow the weights of any set of channels. Nobody's own curve is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ...arrays import Array
from ...errors import NMMError
from .shares import find_peak, to_statistics

STANCE_POINTS, SWING_POINTS = 100, 100
"""Of a stride from heel strike to heel strike of one foot; toe off lies between the two."""
POINTS = STANCE_POINTS + SWING_POINTS
# Points of phase: strides of one person differ by as much.
SMOOTHING = 4.0
LEAST_PEOPLE = 5
"""Of fewer, a mean says too much of each."""
NO_CORRECTION = float("inf")
"""The ridge with which no channel has a say: the mean curve alone."""
USUAL_RIDGE = 3.0
"""Of 1, 3, 10 and none at all the best for each of 15 walkers left out (docs/population.md)."""


@dataclass(frozen=True)
class Person:
    """One person's mean stride: by muscle a curve (POINTS,) of any unit."""

    name: str
    curves: Mapping[str, Array]


@dataclass(frozen=True)
class Source:
    """Where statistics come from: what was recorded, whose it is, and under which licence."""

    title: str
    origin: str
    licence: str
    people: int


@dataclass(frozen=True)
class Movement:
    """What people did, and the lowest and highest share of a stride that the foot then stands."""

    name: str
    stance_shares: tuple[float, float]


@dataclass(frozen=True)
class Population:
    """What people's muscles do over a stride of one movement.

    ``people`` (muscles,) recorded each muscle and ``pairs`` (muscles, muscles) both of two, or 0
    where that were too few to tell of them;
    ``means`` (muscles, POINTS) are means over people of logarithms of shares; ``moments`` (muscles,
    muscles) sums over people of the mean product, over phase, of deviations from these.
    """

    movement: Movement
    muscles: tuple[str, ...]
    people: Array
    means: Array
    pairs: Array
    moments: Array
    sources: tuple[Source, ...] = ()

    def find_weights(self, muscle: str, heard: Sequence[str], ridge: float = USUAL_RIDGE) -> Array:
        """How far the muscle follows each of ``heard`` away from its mean, (heard,).

        Ridge regression across people and phases; ``ridge`` counts as so many people (times the
        square of a natural logarithm) who never left their means. Muscles that too few recorded
        beside the asked one have no say.
        """
        asked = self.muscles.index(muscle)
        columns = np.array([self.muscles.index(name) for name in heard], dtype=int)
        weights = np.zeros(len(columns))
        told = np.flatnonzero(self.pairs[asked, columns] > 0)
        if not len(told) or np.isinf(ridge):
            return weights
        known = [asked, *columns[told]]
        covariance = _make_definite(
            (self.moments / np.maximum(self.pairs, 1.0))[np.ix_(known, known)]
        )
        penalty = ridge / self.people[asked] * np.eye(len(told))
        weights[told] = np.linalg.solve(covariance[1:, 1:] + penalty, covariance[1:, 0])
        return weights


def find_explained(
    population: Population, muscle: str, heard: Sequence[str], ridge: float = USUAL_RIDGE
) -> float:
    """R that the population expects of a new person's muscle, given what channels tell.

    Of the variance of logarithms over phase, which the mean explains, and across people, the part
    that the weights of ``heard`` leave open is lost.
    """
    asked = population.muscles.index(muscle)
    columns = [population.muscles.index(name) for name in heard]
    weights = population.find_weights(muscle, heard, ridge)
    covariance = population.moments / np.maximum(population.pairs, 1.0)
    people = float(covariance[asked, asked])
    told = weights @ covariance[np.ix_(columns, columns)] @ weights
    left = people - 2.0 * weights @ covariance[columns, asked] + told
    every = float(population.means[asked].var()) + people
    return float(np.sqrt(np.clip(1.0 - left / every, 0.0, 1.0)))


def summarise(
    movement: Movement,
    people: Sequence[Person],
    sources: Sequence[Source],
    least: int = LEAST_PEOPLE,
) -> Population:
    """The statistics of ``people``, who need not have recorded the same muscles.

    ``least`` is for what nobody gets to see, such as the others of a person who is left out.

    Raises:
        NMMError: where fewer than ``least`` recorded a muscle.

    """
    muscles = tuple(dict.fromkeys(muscle for person in people for muscle in person.curves))
    curves = np.full((len(people), len(muscles), POINTS), np.nan)
    for k, person in enumerate(people):
        for muscle, curve in person.curves.items():
            curves[k, muscles.index(muscle)] = take_logarithms(curve, person.name, muscle)
    known = np.isfinite(curves[:, :, 0]).astype(float)
    count = known.sum(axis=0)
    for muscle, number in zip(muscles, count, strict=True):
        if number < least:
            raise NMMError(
                f"Population: expected at least {least} people who recorded "
                f"'{muscle}', so that nobody's own curve can be read back, but found "
                f"{number:g}; leave the muscle out or add people."
            )
    means = np.nanmean(curves, axis=0)
    deviations = np.nan_to_num(curves - means)
    moments = np.einsum("pmt,pnt->mn", deviations, deviations) / POINTS
    pairs = known.T @ known
    few = pairs < least
    pairs[few], moments[few] = 0.0, 0.0
    return Population(movement, muscles, count, means, pairs, moments, tuple(sources))


def pool(populations: Sequence[Population]) -> Population:
    """The statistics of all people of several populations.

    Exact where everybody of a population recorded all its muscles; else as if those who recorded
    two had the same mean as all who recorded one.

    Raises:
        NMMError: where they are of several movements.

    """
    movements = {each.movement.name for each in populations}
    if len(movements) > 1:
        raise NMMError(
            f"Populations: expected one movement, but found {', '.join(sorted(movements))}; what "
            "people do in one says little of another."
        )
    muscles = tuple(dict.fromkeys(muscle for each in populations for muscle in each.muscles))
    size = len(muscles)
    count, sums = np.zeros(size), np.zeros((size, POINTS))
    for each in populations:
        columns = [muscles.index(muscle) for muscle in each.muscles]
        count[columns] += each.people
        sums[columns] += each.people[:, None] * each.means
    means = sums / count[:, None]
    pairs, moments = np.zeros((size, size)), np.zeros((size, size))
    for each in populations:
        columns = [muscles.index(muscle) for muscle in each.muscles]
        shift = each.means - means[columns]
        own = np.ix_(columns, columns)
        pairs[own] += each.pairs
        moments[own] += each.moments + each.pairs * (shift @ shift.T) / POINTS
    sources = tuple(source for each in populations for source in each.sources)
    return Population(populations[0].movement, muscles, count, means, pairs, moments, sources)


def take_logarithms(curve: Array, person: str, muscle: str) -> Array:
    """Of shares of a person's smoothed curve, (POINTS,).

    Raises:
        NMMError: for a curve that no recording can have.

    """
    if curve.shape != (POINTS,) or not np.isfinite(curve).all() or curve.min() < 0:
        raise NMMError(
            f"Person '{person}', muscle '{muscle}': expected {POINTS} numbers of 0 or more, but "
            f"found {curve.size} from {np.nanmin(curve):g} to {np.nanmax(curve):g}."
        )
    smooth: Array = gaussian_filter1d(curve, SMOOTHING, mode="wrap")
    peak = find_peak(smooth)
    if not peak > 0:
        raise NMMError(
            f"Person '{person}', muscle '{muscle}': expected a recording, but the channel is "
            "silent; leave it out."
        )
    return to_statistics(smooth / peak)


def _make_definite(covariance: Array) -> Array:
    """The nearest that somebody can have: pairs of different people may contradict each other."""
    values, vectors = np.linalg.eigh(covariance)
    definite: Array = (vectors * np.maximum(values, 0.0)) @ vectors.T
    return definite
