"""What is found of a muscle without its recording: people whose curves are made by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from walkers import COORDINATES, PEOPLE, make_population, make_walk

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.agreement import agree
from nmm_opensim.estimators.prior.combination import Asked, MusclePrior
from nmm_opensim.estimators.prior.population_witness import DeclaredPopulation
from nmm_opensim.estimators.prior.shares import find_peak, to_shares
from nmm_opensim.estimators.prior.weighing import COVERAGE, FLOOR, Met, weigh
from nmm_opensim.estimators.trust.findings import Findings, MaskedMuscle, gather_findings
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources

SOURCES = MuscleSources(
    (
        Measured("gasmed_r", ("gastrocnemius",), (1.0,)),
        Measured("vasmed_r", ("vastus",), (1.0,), ("rectus",)),
        Measured("recfem_r", ("rectus",), (1.0,), ("vastus",)),
        Deep("soleus_r", None, ("gastrocnemius",)),
        Deep("perbrev_r"),
        Deep("grac_r"),
        Deep("vasint_r", None, ("vastus",)),
    )
)
WALK: Mapping[str, Array | float] = {"gastrocnemius": 0.4, "vastus": 0.1, "rectus": 0.15}
CENTRES = {
    "soleus": 0.45,
    "gastrocnemius_medialis": 0.4,
    "peroneus_longus": 0.35,
    "vastus_medialis": 0.1,
}
OURS = {
    "soleus_r": "soleus",
    "gasmed_r": "gastrocnemius_medialis",
    "vasmed_r": "vastus_medialis",
}


def make_prior(walk: PreparedTrial, known: bool = True) -> tuple[MusclePrior, Mapping[str, Met]]:
    population = make_population(CENTRES, {("soleus", "gastrocnemius_medialis"): 0.3})
    declared = DeclaredPopulation("ten", population, OURS, {"perbrev_r": "peroneus_longus"})
    prior = MusclePrior(SOURCES, [walk], None, declared if known else None, COORDINATES)
    weighed = weigh(prior, [walk])
    prior.believe(weighed.weighting, weighed.fit is not None and weighed.fit.heard)
    return prior, weighed.met


def gather(muscle: str, known: bool = True) -> Findings:
    walk = make_walk(WALK)
    prior, met = make_prior(walk, known)
    (asked,) = (each for each in prior.deep if each.muscle == muscle)
    return gather_findings(prior, asked, met, [walk])


@pytest.mark.parametrize(
    ("muscle", "kind", "witnesses", "own"),
    [
        ("soleus_r", "calf", 2, True),
        ("perbrev_r", "peronei", 1, False),
        ("vasint_r", "vasti", 1, False),
        ("grac_r", "other", 0, False),
    ],
)
def test_who_tells_of_a_muscle(muscle: str, kind: str, witnesses: int, own: bool) -> None:
    found = gather(muscle)
    assert (found.kind, found.witnesses, found.own) == (kind, witnesses, own)
    # Two are needed to agree, and a population to expect anything.
    assert (found.agreement is None) == (witnesses < 2)
    assert (found.explained is None) == (muscle not in ("soleus_r", "perbrev_r"))


def test_without_a_population() -> None:
    found = gather("soleus_r", known=False)
    assert (found.witnesses, found.own, found.explained, found.agreement) == (1, False, None, None)
    # Of gastrocnemius nobody tells.
    assert {each.kind for each in found.masked} == {"vasti", "rectus femoris"}
    assert gather("grac_r", known=False).witnesses == 0


def test_agreement_is_that_of_the_witnesses() -> None:
    walk = make_walk(WALK)
    prior, met = make_prior(walk)
    asked = Asked("soleus_r", ("gastrocnemius",))
    copy, _, population = prior.list_witnesses(asked)
    assert copy is not None
    assert population is not None
    said = [to_shares(prior.compute_logarithms(each, walk)) for each in (copy, population)]
    found = gather_findings(prior, asked, met, [walk])
    assert found.agreement == pytest.approx(agree(*said))
    assert found.agreement is not None
    assert 0.5 < found.agreement < 1.0
    # Two trials are one recording.
    twice = gather_findings(prior, asked, met, [walk, walk])
    assert twice.agreement == pytest.approx(found.agreement)
    assert twice.spread == pytest.approx(found.spread)


def test_spread_is_of_the_estimate() -> None:
    walk = make_walk(WALK)
    prior, met = make_prior(walk)
    asked = Asked("soleus_r", ("gastrocnemius",))
    estimate = prior.predict(asked, walk)
    found = gather_findings(prior, asked, met, [walk])
    assert found.spread == pytest.approx(estimate.std() / find_peak(estimate))
    still = make_walk({**WALK, "gastrocnemius": np.full(len(walk.time), 0.3)})
    prior, met = make_prior(still, known=False)
    assert gather_findings(prior, asked, met, [still]).spread == pytest.approx(0.0, abs=1e-12)


def test_masked_muscles_are_told_with_kind_r_and_miss() -> None:
    walk = make_walk(WALK)
    prior, met = make_prior(walk)
    found = gather_findings(prior, prior.deep[0], met, [walk])
    kinds = {"gastrocnemius": "calf", "vastus": "vasti", "rectus": "rectus femoris"}
    assert found.masked == tuple(
        MaskedMuscle(kinds[channel], each.r, each.miss) for channel, each in met.items()
    )
    assert set(met) == set(WALK)


def test_how_a_masked_channel_is_met() -> None:
    """Vastus is asked of its only witness, rectus: r and miss by hand."""
    walk = make_walk(WALK)
    prior, met = make_prior(walk, known=False)
    vastus, rectus = (prior.read(name, walk) for name in ("vastus", "rectus"))
    estimate = to_shares(np.log(np.maximum(rectus, 0.02)))
    scaled = estimate * (estimate @ vastus) / (estimate @ estimate)
    errors = np.abs(vastus - scaled) / (scaled + FLOOR * np.percentile(scaled, 99))
    assert met["vastus"].r == pytest.approx(np.corrcoef(estimate, vastus)[0, 1])
    assert met["vastus"].miss == pytest.approx(np.quantile(errors, COVERAGE))


def test_a_masked_channel_that_is_met_worse_has_less_r_and_is_missed_by_more() -> None:
    found = []
    for centre in (0.1, 0.2, 0.35):
        _, met = make_prior(make_walk({**WALK, "rectus": centre}), known=False)
        found.append(met["vastus"])
    assert [each.r for each in found] == sorted((each.r for each in found), reverse=True)
    assert [each.miss for each in found] == sorted(each.miss for each in found)
    assert found[0].miss == pytest.approx(0.0, abs=1e-6)


def test_what_people_differ_in_is_less_explained() -> None:
    """R that the population expects of a person, from how much its people differ."""
    explained = []
    for variance in (0.1, 0.5, 2.0):
        population = make_population(CENTRES, {("soleus", "soleus"): variance})
        assert population.people[0] == PEOPLE
        declared = DeclaredPopulation("ten", population, OURS)
        walk = make_walk(WALK)
        prior = MusclePrior(SOURCES, [walk], None, declared, COORDINATES)
        found = gather_findings(prior, prior.deep[0], {}, [walk])
        assert found.explained is not None
        assert found.masked == ()
        explained.append(found.explained)
    assert explained == sorted(explained, reverse=True)
    assert 0.0 <= explained[-1] < explained[0] < 1.0
