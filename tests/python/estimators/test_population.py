"""Statistics of people: what follows from them, known by hand, and what must not be in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from people import MUSCLES, WALKING, make_people
from sklearn.linear_model import Ridge

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.prior.population import (
    LEAST_PEOPLE,
    NO_CORRECTION,
    POINTS,
    Movement,
    Person,
    Population,
    Source,
    find_explained,
    pool,
    summarise,
    take_logarithms,
)
from nmm_opensim.estimators.prior.shares import REST


def make_population(covariance: list[list[float]], people: int = 10) -> Population:
    size = len(covariance)
    return Population(
        WALKING,
        MUSCLES[:size],
        np.full(size, float(people)),
        np.zeros((size, POINTS)),
        np.full((size, size), float(people)),
        people * np.array(covariance),
    )


def test_the_weight_of_one_channel_is_the_ridge_solution() -> None:
    population = make_population([[0.5, 0.2], [0.2, 0.4]])
    (weight,) = population.find_weights("soleus", MUSCLES[1:2], 10.0)
    assert weight == pytest.approx(0.2 / (0.4 + 10.0 / 10))


def test_the_weights_of_two_channels_are_the_ridge_solution() -> None:
    population = make_population([[0.5, 0.2, 0.1], [0.2, 0.4, 0.1], [0.1, 0.1, 0.3]])
    weights = population.find_weights("soleus", [MUSCLES[2], MUSCLES[1]], 1.0)
    # (0.4 + 0.1, 0.1; 0.1, 0.3 + 0.1) w = (0.2, 0.1), whose determinant is 0.19.
    assert weights == pytest.approx([0.03 / 0.19, 0.07 / 0.19])


def test_what_is_explained_of_a_new_person() -> None:
    """Phase explains the mean's variance, and channels a part of that across people."""
    phase = np.linspace(0.0, 2.0 * np.pi, POINTS, endpoint=False)
    means = np.array([np.sqrt(2.0 * 0.6) * np.sin(phase), np.zeros(POINTS)])
    population = replace(make_population([[0.5, 0.2], [0.2, 0.4]]), means=means)
    # Nobody is heard: 0.6 of 0.6 + 0.5.
    assert find_explained(population, "soleus", []) == pytest.approx(np.sqrt(0.6 / 1.1))
    # Heard with w = 0.2/(0.4 + 1) what is left of 0.5 is 0.5 - 2 w 0.2 + w^2 0.4.
    weight = 0.2 / 1.4
    left = 0.5 - 2.0 * weight * 0.2 + weight**2 * 0.4
    found = find_explained(population, "soleus", MUSCLES[1:2], 10.0)
    assert found == pytest.approx(np.sqrt(1.0 - left / 1.1))
    # People who are all alike leave nothing open.
    alike = replace(population, moments=np.zeros((2, 2)))
    assert find_explained(alike, "soleus", MUSCLES[1:2]) == pytest.approx(1.0)


def test_weights_are_a_regression_across_people_and_phases() -> None:
    people = make_people(9)
    population = summarise(WALKING, people, ())
    logarithms = np.array(
        [[take_logarithms(p.curves[m], p.name, m) for m in MUSCLES] for p in people]
    )
    deviations = np.moveaxis(logarithms - logarithms.mean(axis=0), 1, 2).reshape(-1, len(MUSCLES))
    ridge = Ridge(alpha=10.0, fit_intercept=False)
    ridge.fit(deviations[:, 1:] / np.sqrt(POINTS), deviations[:, 0] / np.sqrt(POINTS))
    weights = population.find_weights("soleus", MUSCLES[1:], 10.0)
    assert weights == pytest.approx(ridge.coef_, abs=1e-10)
    # The other calf muscle leaves its mean with soleus, the vasti do not.
    assert weights[0] > 3.0 * abs(weights[2])


def test_without_correction_nobody_has_a_say() -> None:
    population = summarise(WALKING, make_people(6), ())
    assert not population.find_weights("soleus", MUSCLES[1:], NO_CORRECTION).any()
    assert population.find_weights("soleus", [], 10.0).shape == (0,)


def test_pairs_of_different_people_that_contradict_each_other_give_finite_weights() -> None:
    # Nobody can have these correlations.
    contradictory = [[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]
    weights = make_population(contradictory, 40).find_weights("soleus", MUSCLES[1:3], 1.0)
    assert np.isfinite(weights).all()
    assert np.abs(weights).max() < 1.0


def test_means_are_of_logarithms_of_shares() -> None:
    people = make_people(5)
    population = summarise(WALKING, people, (Source("t", "o", "l", 5),))
    expected = np.mean([take_logarithms(p.curves["soleus"], p.name, "soleus") for p in people], 0)
    assert population.means[0] == pytest.approx(expected)
    assert population.means.max() <= 0.0
    assert population.means.min() >= np.log(REST)
    # Whatever the unit of a recording.
    scaled = [Person(p.name, {m: 7.0e-3 * curve for m, curve in p.curves.items()}) for p in people]
    assert summarise(WALKING, scaled, ()).means == pytest.approx(population.means)


def test_two_populations_pool_to_that_of_all_people() -> None:
    first, second = make_people(6), make_people(8, seed=2)
    together = summarise(WALKING, [*first, *second], ())
    pooled = pool([summarise(WALKING, first, ()), summarise(WALKING, second, ())])
    assert pooled.muscles == together.muscles
    assert pooled.people == pytest.approx(together.people)
    assert pooled.pairs == pytest.approx(together.pairs)
    assert pooled.means == pytest.approx(together.means, abs=1e-12)
    assert pooled.moments == pytest.approx(together.moments, abs=1e-12)


def test_populations_of_different_muscles_pool_to_all_of_them() -> None:
    calf = summarise(WALKING, make_people(6, MUSCLES[:2]), (Source("a", "o", "l", 6),))
    leg = summarise(WALKING, make_people(7, MUSCLES[1:], 2), (Source("b", "o", "l", 7),))
    pooled = pool([calf, leg])
    assert pooled.muscles == MUSCLES
    assert pooled.people.tolist() == [6.0, 13.0, 7.0, 7.0]
    # Nobody recorded both.
    assert pooled.pairs[0, 2] == pooled.moments[0, 2] == 0.0
    assert pooled.find_weights("soleus", MUSCLES[2:], 1.0).tolist() == [0.0, 0.0]
    assert [source.title for source in pooled.sources] == ["a", "b"]


def test_one_movement_says_nothing_of_another() -> None:
    walking = summarise(WALKING, make_people(5), ())
    running = replace(walking, movement=Movement("running", (0.2, 0.5)))
    with pytest.raises(NMMError, match="expected one movement, but found running, walking"):
        pool([walking, running])


def test_fewer_than_five_people_are_refused() -> None:
    people = make_people(6)
    few = [Person(p.name, {m: p.curves[m] for m in MUSCLES[:3]}) for p in people[:2]]
    with pytest.raises(
        NMMError, match=r"at least 5 people who recorded 'vastus_lateralis'.*found 4"
    ):
        summarise(WALKING, [*few, *people[2:]], ())
    with pytest.raises(NMMError, match=r"at least 5 people who recorded 'soleus'.*found 4"):
        summarise(WALKING, people[:4], ())


def test_of_two_muscles_that_fewer_than_five_recorded_nothing_is_told() -> None:
    people = make_people(9)
    # Soleus of the first six, tibialis of the last six: three have both.
    some = [
        Person(p.name, {m: p.curves[m] for m in MUSCLES[:3] if _has(m, k)})
        for k, p in enumerate(people)
    ]
    population = summarise(WALKING, some, ())
    a, b = (population.muscles.index(m) for m in ("soleus", "tibialis_anterior"))
    assert population.people[a] == population.people[b] == 6
    assert population.pairs[a, b] == population.moments[a, b] == 0.0
    assert set(population.pairs.ravel()) <= {0.0, 6.0, 9.0}
    weights = population.find_weights("soleus", MUSCLES[1:3], 1.0)
    assert weights[0] != 0.0
    assert weights[1] == 0.0
    assert LEAST_PEOPLE == 5


def _has(muscle: str, k: int) -> bool:
    return {"soleus": k < 6, "tibialis_anterior": k >= 3}.get(muscle, True)


@pytest.mark.parametrize(
    ("curve", "expected"),
    [
        (np.zeros(POINTS), "expected a recording, but the channel is silent; leave it out"),
        (np.ones(POINTS - 1), "expected 200 numbers of 0 or more, but found 199"),
        (np.full(POINTS, -0.1), "expected 200 numbers of 0 or more.*from -0.1 to -0.1"),
        (np.where(np.arange(POINTS) == 3, np.nan, 1.0), "expected 200 numbers of 0 or more"),
    ],
)
def test_what_is_no_recording_names_person_and_muscle(curve: Array, expected: str) -> None:
    people = [*make_people(5), Person("Q", {"soleus": curve})]
    with pytest.raises(NMMError, match=f"Person 'Q', muscle 'soleus': {expected}"):
        summarise(WALKING, people, ())
