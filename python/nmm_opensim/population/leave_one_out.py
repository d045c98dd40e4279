"""How well people foretell one of them: each is left out in turn, and nothing of it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import Array
from ..estimators.prior.population import (
    LEAST_PEOPLE,
    NO_CORRECTION,
    USUAL_RIDGE,
    Movement,
    Person,
    Population,
    pool,
    summarise,
    take_logarithms,
)


@dataclass(frozen=True)
class Agreement:
    """Correlations of one muscle's curve with what is said of it, means over those left out.

    ``weighed``: by the others, with the weights of the person's other channels; ``mean``: the
    others' mean; ``copy``: the other channel whose mean is most like this muscle's among the
    others. NaN where nobody could be asked.
    """

    muscle: str
    weighed: float
    mean: float
    copy: float


def leave_each_out(
    movement: Movement, people: Sequence[Person], populations: Sequence[Population]
) -> list[Agreement]:
    """What all but one of ``people``, with ``populations``, say of that one's muscles."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for left_out in people:
        others = [person for person in people if person is not left_out]
        # Nobody gets to see these statistics, so that they may be of one person fewer.
        told = pool([summarise(movement, others, (), LEAST_PEOPLE - 1), *populations])
        for muscle in left_out.curves:
            found.setdefault(muscle, []).append(_compare(told, left_out, muscle))
    return [Agreement(muscle, *_average(rows)) for muscle, rows in found.items()]


def average(agreements: Sequence[Agreement]) -> Agreement:
    """The mean over muscles."""
    rows = [(each.weighed, each.mean, each.copy) for each in agreements]
    return Agreement("mean", *_average(rows))


def _compare(told: Population, person: Person, muscle: str) -> tuple[float, float, float]:
    """With the recording itself, which is not smoothed as what is said of it."""
    truth = person.curves[muscle]
    heard = {
        name: take_logarithms(curve, person.name, name)
        for name, curve in person.curves.items()
        if name != muscle
    }
    weighed, mean = (
        _correlate(np.exp(_foretell(told, heard, muscle, ridge)), truth)
        for ridge in (USUAL_RIDGE, NO_CORRECTION)
    )
    if not heard:
        return weighed, mean, math.nan
    usual = {name: np.exp(_find_mean(told, name)) for name in person.curves}
    nearest = max(heard, key=lambda name: _correlate(usual[name], usual[muscle]))
    return weighed, mean, _correlate(person.curves[nearest], truth)


def _foretell(told: Population, heard: Mapping[str, Array], muscle: str, ridge: float) -> Array:
    """Logarithms of shares that others expect of a person who is ``heard`` so, (POINTS,)."""
    expected: Array = _find_mean(told, muscle).copy()
    weights = told.find_weights(muscle, list(heard), ridge)
    for (name, logarithms), weight in zip(heard.items(), weights, strict=True):
        expected += weight * (logarithms - _find_mean(told, name))
    return expected


def _find_mean(told: Population, muscle: str) -> Array:
    curve: Array = told.means[told.muscles.index(muscle)]
    return curve


def _correlate(a: Array, b: Array) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def _average(rows: Sequence[tuple[float, float, float]]) -> tuple[float, float, float]:
    weighed, mean, copy = (
        float(np.mean([value for value in column if math.isfinite(value)] or [math.nan]))
        for column in zip(*rows, strict=True)
    )
    return weighed, mean, copy
