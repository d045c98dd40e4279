"""What a population says of one person: the lag, the channels' weights, relatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from walkers import COORDINATES, TIME, make_population, make_walk

from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.prior.combination import Asked, MusclePrior
from nmm_opensim.estimators.prior.phase import read_curves
from nmm_opensim.estimators.prior.population_witness import (
    DeclaredPopulation,
    PopulationWitness,
    gather_phases,
)
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources

CENTRES = {"soleus": 0.4, "gastrocnemius": 0.35, "tibialis": 0.9}
MUSCLES = {"sol": "soleus", "gas": "gastrocnemius", "tib": "tibialis"}
MOMENTS = {
    ("soleus", "soleus"): 1.0,
    ("gastrocnemius", "gastrocnemius"): 1.0,
    ("tibialis", "tibialis"): 1.0,
    ("soleus", "gastrocnemius"): 0.6,
}
SOURCES = MuscleSources(
    (Measured("gas", ("gas",), (1.0,)), Measured("tib", ("tib",), (1.0,)), Deep("sol"))
)
SOLEUS = Asked("sol", ())


def make_prior(
    walk: PreparedTrial,
    muscles: Mapping[str, str] = MUSCLES,
    relatives: Mapping[str, str] | None = None,
) -> tuple[MusclePrior, PopulationWitness]:
    population = make_population(CENTRES, MOMENTS)
    declared = DeclaredPopulation("ten", population, muscles, relatives or {})
    prior = MusclePrior(SOURCES, [walk], None, declared, COORDINATES)
    assert prior.population is not None
    return prior, prior.population


@pytest.mark.parametrize("late", [-0.03, 0.0, 0.08])
def test_the_lag_of_emg_is_found(late: float) -> None:
    _, witness = make_prior(make_walk({"gas": 0.35, "tib": 0.9}, late))
    assert witness.find_lag() == pytest.approx(-late)


def test_a_masked_channel_has_no_say_in_anything() -> None:
    """Gastrocnemius is 8 % late, tibialis in time, and noise in its place changes nothing."""
    noise = np.random.default_rng(2).uniform(size=len(TIME))
    said = []
    for tibialis in (0.9, noise):
        walk = make_walk({"gas": 0.43, "tib": tibialis})
        prior, witness = make_prior(walk)
        assert witness.find_lag("tib") == pytest.approx(-0.08)
        assert witness.find_lag("gas") == pytest.approx(0.0) or tibialis is noise
        said.append(prior.predict(prior.masked["tib"], walk, "tib"))
        assert set(witness.speak("tib", "tib").channels) <= {"gas"}
    np.testing.assert_array_equal(said[0], said[1])


def test_nobody_tells_a_lag() -> None:
    walk = make_walk({"gas": 0.43, "tib": 0.98})
    _, deaf = make_prior(walk, {"sol": "soleus"})
    assert deaf.channels == {}
    assert deaf.find_lag() == 0.0
    assert deaf.speak("sol").channels == {}


def test_channels_move_the_estimate_by_their_weights() -> None:
    """Cov(soleus, gastrocnemius) = 0.6, variance 1, ridge 3 of 10 people: 0.6/(1 + 0.3)."""
    walk = make_walk({"gas": 0.35, "tib": 0.9})
    prior, witness = make_prior(walk)
    said = witness.speak("sol")
    assert said.channels == {"gas": pytest.approx(0.6 / 1.3)}
    # The mean curve, and as much of gastrocnemius's deviation from its own.
    curves = read_curves(witness.declared.population.means, gather_phases([walk]), 0.0)
    poses = prior.poses
    assert poses is not None
    soleus, gastrocnemius, _ = (
        poses.compute_kernels(walk) @ each.weights + each.offset
        for each in poses.carry(curves[poses.picked])
    )
    recorded = np.log(np.maximum(walk.envelopes[:, 0] / prior.find_peak("gas"), 0.02))
    expected = soleus + 0.6 / 1.3 * (recorded - gastrocnemius)
    np.testing.assert_allclose(prior.compute_logarithms(said, walk), expected, atol=1e-9)
    # Half of gastrocnemius's share, where that is above rest.
    half = make_walk({"gas": 0.5 * walk.envelopes[:, 0], "tib": 0.9})
    moved = prior.compute_logarithms(said, half) - prior.compute_logarithms(said, walk)
    between = walk.envelopes[:, 0] > 0.05
    assert moved[between] == pytest.approx(np.full(between.sum(), 0.6 / 1.3 * np.log(0.5)))


def test_a_relative_is_believed_less() -> None:
    """Ridge 10 of 10 people: 0.6/(1 + 1)."""
    walk = make_walk({"gas": 0.35, "tib": 0.9})
    heard = {"gas": "gastrocnemius", "tib": "tibialis"}
    _, witness = make_prior(walk, heard, {"sol": "soleus"})
    assert witness.knows("sol")
    assert witness.speak("sol").channels == {"gas": pytest.approx(0.3)}
    assert witness.describe("sol") == "10 people (ten, of its relative soleus)"
    _, own = make_prior(walk)
    assert own.describe("sol") == "10 people (ten)"
    assert not own.knows("gracilis")


def test_two_channels_of_one_muscle() -> None:
    """The first is heard."""
    sources = MuscleSources((*SOURCES.sources, Measured("lat", ("lat",), (1.0,))))
    walk = make_walk({"gas": 0.35, "tib": 0.9, "lat": 0.36})
    pairs = {**MUSCLES, "lat": "gastrocnemius"}
    declared = DeclaredPopulation("ten", make_population(CENTRES, MOMENTS), pairs)
    prior = MusclePrior(sources, [walk], None, declared, COORDINATES)
    assert prior.population is not None
    assert prior.population.channels == {"gas": "gastrocnemius", "tib": "tibialis"}
    assert set(prior.population.speak("sol").channels) == {"gas"}


def test_a_muscle_that_the_population_lacks_is_named() -> None:
    population = make_population(CENTRES)
    with pytest.raises(
        NMMError, match=r"'ten': expected a muscle of it for 'sol', but found 'sole'"
    ):
        DeclaredPopulation("ten", population, {"sol": "sole"})
    with pytest.raises(NMMError, match=r"for 'per', but found 'peroneus'; "):
        DeclaredPopulation("ten", population, {}, {"per": "peroneus"})


def test_walks_without_strides_leave_the_population_out() -> None:
    walk = replace(make_walk({"gas": 0.35, "tib": 0.9}), cycles=())
    declared = DeclaredPopulation("ten", make_population(CENTRES), MUSCLES)
    prior = MusclePrior(SOURCES, [walk], None, declared, COORDINATES)
    assert prior.population is None
    assert not prior.find_evidence(SOLEUS)
