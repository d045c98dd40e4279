"""Who is believed: masked channels weigh synergists, others and a population."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from walkers import COORDINATES, make_population, make_walk

from nmm_opensim.estimators.prior.combination import (
    ALONE,
    USUAL,
    Asked,
    MusclePrior,
)
from nmm_opensim.estimators.prior.population_witness import DeclaredPopulation
from nmm_opensim.estimators.prior.weighing import Weighed, weigh
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources
from nmm_opensim.nmm.trained import Witness

SOURCES = MuscleSources(
    (
        Measured("a", ("a",), (1.0,), ("b",)),
        Measured("b", ("b",), (1.0,), ("a",)),
        Measured("c", ("c",), (1.0,), ("d",)),
        Measured("d", ("d",), (1.0,), ("c",)),
        Deep("known"),
        Deep("copied", None, ("a",)),
    )
)
"""Two pairs that work together."""
WALK = {"a": 0.2, "b": 0.2, "c": 0.7, "d": 0.7}
DEEP = Asked("known", ())


def ask(
    centres: Mapping[str, float], walk: PreparedTrial | None = None
) -> tuple[MusclePrior, Weighed]:
    """The prior with a population whose muscles are busy around ``centres``, and its weighing."""
    walk = walk or make_walk(WALK)
    population = make_population({**centres, "known": 0.5})
    declared = DeclaredPopulation("ten", population, {name: name for name in population.muscles})
    prior = MusclePrior(SOURCES, [walk], None, declared, COORDINATES)
    weighed = weigh(prior, [walk])
    assert weighed.fit is not None
    prior.believe(weighed.weighting, weighed.fit.heard)
    return prior, weighed


def test_within_the_margin_the_usual_weights_stay() -> None:
    """Copies are the recordings themselves, and the population all but so."""
    prior, weighed = ask(WALK)
    assert weighed.weighting == USUAL
    assert weighed.fit is not None
    assert weighed.fit.heard
    assert min(weighed.fit.alone.values()) > 0.98
    assert max(weighed.fit.unknowing.values()) < 0.9
    assert weighed.fit.without_it == pytest.approx(dict.fromkeys(WALK, 1.0), abs=1e-4)
    assert prior.describe_witnesses(DEEP) == (Witness("10 people (ten)", 1.0),)


def test_a_copy_that_is_clearly_right_is_taken() -> None:
    """People whose one pair is early and the other late: no lag mends both."""
    prior, weighed = ask({"a": 0.12, "b": 0.12, "c": 0.78, "d": 0.78})
    assert weighed.fit is not None
    assert weighed.fit.heard
    # There are no other subjects: whatever their weight, a copy is all that is left.
    assert weighed.weighting.synergists > 0
    assert weighed.weighting.population == 0
    assert weighed.fit.with_it == pytest.approx(dict.fromkeys(WALK, 1.0), abs=1e-4)
    assert prior.describe_witnesses(Asked("copied", ("a",))) == (Witness("a", 1.0),)
    # Whom nobody copies, the population still tells.
    assert prior.describe_witnesses(DEEP) == (Witness("10 people (ten)", 1.0),)


def test_left_and_right_mixed_up_have_no_say() -> None:
    """Half a stride off: the muscle that only the population knew is known to nobody."""
    prior, weighed = ask({name: (centre + 0.5) % 1.0 for name, centre in WALK.items()})
    assert weighed.fit is not None
    assert not weighed.fit.heard
    assert "does not describe this person and has no say" in weighed.fit.describe()
    assert weighed.weighting == ALONE
    assert weighed.fit.without_it == pytest.approx(dict.fromkeys(WALK, 1.0), abs=1e-4)
    assert not prior.find_evidence(DEEP)
    assert prior.speak(DEEP) == prior.speak_unknowing()
    assert prior.speak(DEEP).pose is None
    assert prior.describe_witnesses(DEEP) == (Witness("all channels", 1.0),)
    assert prior.describe_witnesses(Asked("copied", ("a",))) == (Witness("a", 1.0),)


def test_the_lag_that_is_told_is_how_late_emg_comes() -> None:
    _, weighed = ask(WALK, make_walk(WALK, late=0.08))
    assert weighed.fit is not None
    assert weighed.fit.lag == pytest.approx(0.08)


def test_a_population_that_knows_no_measured_muscle() -> None:
    """Nothing says whether it describes this person."""
    _, weighed = ask({"others": 0.3})
    assert weighed.fit is not None
    assert not weighed.fit.heard
    assert weighed.fit.alone == {}
    assert weighed.fit.describe() == (
        "Population 'ten' has no say: of the muscles that it knows none could be masked, so that "
        "nothing tells whether it describes this person."
    )
