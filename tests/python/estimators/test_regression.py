"""The ridge regression of trust: answers known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from masked_muscles import FINDINGS, MASKED

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.trust import regression
from nmm_opensim.estimators.trust.findings import Findings, MaskedMuscle
from nmm_opensim.estimators.trust.kinds import KINDS
from nmm_opensim.estimators.trust.regression import (
    FEATURES,
    LEAST_R,
    MOST_R,
    SIGNS,
    USUAL_KIND,
    USUAL_PERSON,
    Usual,
    describe,
    fit,
    to_z,
)

FREE = np.zeros(len(FEATURES))
USUAL = Usual({"calf": 1.4, "vasti": 1.2}, 1.0, float(np.log(0.4)))


def make_features(muscles: int, seed: int = 0) -> Array:
    random = np.random.default_rng(seed)
    features = random.normal(size=(muscles, len(FEATURES)))
    features[:, : len(KINDS)] = np.eye(len(KINDS))[random.integers(len(KINDS), size=muscles)]
    return features


def make_factors(seed: int = 1) -> Array:
    """Of kinds they add up to 0: what all kinds have in common is the offset's."""
    factors = np.random.default_rng(seed).normal(size=len(FEATURES))
    factors[: len(KINDS)] -= factors[: len(KINDS)].mean()
    return factors


def test_fishers_z_has_limits() -> None:
    np.testing.assert_allclose(to_z(np.array([0.5, 0.9])), np.arctanh([0.5, 0.9]))
    np.testing.assert_allclose(to_z(np.array([-1.0, 1.0])), np.arctanh([LEAST_R, MOST_R]))


def test_known_factors_are_found() -> None:
    """Of many muscles the ridge is next to nothing."""
    features, factors = make_features(20000), make_factors()
    found = fit(features, 0.7 + features @ factors, np.ones(len(features)), FREE)
    np.testing.assert_allclose(found.factors, factors, atol=0.02)
    new = make_features(50, seed=2)
    np.testing.assert_allclose(found.predict(new), 0.7 + new @ factors, atol=0.05)


def test_of_few_muscles_the_ridge_believes_less() -> None:
    factors = make_factors()
    sizes = []
    for count in (5, 50, 500, 20000):
        features = make_features(count)
        found = fit(features, features @ factors, np.ones(count), FREE)
        sizes.append(float(np.linalg.norm(found.factors)))
    assert sizes == sorted(sizes)
    assert sizes[0] < 0.5 * sizes[-1]
    # Weights count as muscles do.
    features = make_features(50)
    heavy = fit(features, features @ factors, np.full(50, 400.0), FREE)
    light = fit(features, features @ factors, np.full(50, 0.01), FREE)
    assert np.linalg.norm(heavy.factors) > sizes[1] > np.linalg.norm(light.factors)


def test_the_ridge_is_what_is_added_to_the_normal_equations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One feature by hand: the factor is cov/(var + ridge/n) in its own deviations."""
    monkeypatch.setattr(regression, "RIDGE", 3.0)
    spread = FEATURES.index("spread")
    features = np.zeros((4, len(FEATURES)))
    features[:, spread] = [1.0, 1.0, 3.0, 3.0]
    found = fit(features, np.array([0.0, 0.0, 8.0, 8.0]), np.ones(4), FREE)
    # Standardised -1, -1, 1, 1: 16/(4 + 3) of the values less their mean of 4.
    assert found.factors[spread] == pytest.approx(16.0 / 7.0)
    assert found.means[spread] == 2.0
    assert found.offset == 4.0


def test_what_is_not_known_adds_nothing() -> None:
    features, factors = make_features(2000), make_factors()
    values = features @ factors
    agreement = FEATURES.index("agreement")
    features[::3, agreement] = np.nan
    found = fit(features, values, np.ones(len(features)), FREE)
    assert np.isfinite(found.factors).all()
    assert found.means[agreement] == pytest.approx(np.nanmean(features[:, agreement]))
    unknown = features[0]
    assert found.find_parts(unknown)[agreement] == 0.0
    mean = unknown.copy()
    mean[agreement] = found.means[agreement]
    assert found.predict(unknown) == pytest.approx(found.predict(mean))
    # A feature that nobody knows is no feature, nor is one that is the same in all.
    for constant in (np.nan, 0.0, 0.1, 1e6):
        features[:, agreement] = constant
        for signs in (FREE, FREE + 1.0, FREE - 1.0):
            found = fit(features, values, np.ones(len(features)), signs)
            assert found.factors[agreement] == 0.0


def test_parts_and_offset_are_the_prediction() -> None:
    features, factors = make_features(100), make_factors()
    found = fit(features, features @ factors, np.ones(100), FREE)
    assert found.find_parts(features).shape == features.shape
    np.testing.assert_allclose(
        found.predict(features), found.offset + found.find_parts(features).sum(axis=1)
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_signs_of_factors_are_kept(sign: float) -> None:
    """A factor of the other sign becomes 0, and the others are those of a fit without it."""
    agreement = FEATURES.index("agreement")
    features, factors = make_features(5000), make_factors()
    weights = np.random.default_rng(3).uniform(0.5, 2.0, len(features))
    factors[agreement] = -sign
    values = features @ factors
    signs = FREE.copy()
    signs[agreement] = sign
    held = fit(features, values, weights, signs)
    assert held.factors[agreement] == 0.0
    silent = features.copy()
    silent[:, agreement] = np.nan
    without = fit(silent, values, weights, FREE)
    others = np.arange(len(FEATURES)) != agreement
    np.testing.assert_allclose(held.factors[others], without.factors[others], atol=1e-5)
    # Of the right sign it is what it was.
    signs[agreement] = -sign
    free = fit(features, values, weights, FREE)
    np.testing.assert_allclose(fit(features, values, weights, signs).factors, free.factors)
    assert free.factors[agreement] == pytest.approx(-sign, abs=0.05)


def test_good_news_have_signs() -> None:
    assert SIGNS.shape == (len(FEATURES),)
    by_name = dict(zip(FEATURES, SIGNS, strict=True))
    assert all(by_name[kind] == 0 for kind in KINDS)
    assert by_name["nobody"] == -1
    assert all(by_name[name] == 1 for name in ("witnesses", "explained", "agreement", "masked"))


def test_findings_as_numbers() -> None:
    numbers = dict(zip(FEATURES, describe(FINDINGS, USUAL), strict=True))
    assert [numbers[kind] for kind in KINDS] == [1.0, *[0.0] * (len(KINDS) - 1)]
    assert numbers["nobody"] == 0.0
    assert numbers["witnesses"] == 3.0
    assert numbers["own"] == 1.0
    assert numbers["explained"] == numbers["agreement"] == pytest.approx(np.arctanh(0.9))
    assert numbers["spread"] == 0.25
    z = np.arctanh(0.85)
    # Of a kind that nobody knows, all muscles together are what is usual.
    together = (z - 1.4) + (z - 1.2) + (z - 1.0)
    assert numbers["masked"] == pytest.approx(together / (3 + USUAL_PERSON))
    assert numbers["masked kind"] == pytest.approx((z - 1.4) / (1 + USUAL_KIND))
    unknown = describe(Findings("other", 0, False, None, None, (), 0.1), USUAL)
    numbers = dict(zip(FEATURES, unknown, strict=True))
    assert np.isnan([numbers["explained"], numbers["agreement"]]).all()
    assert not any(numbers[kind] for kind in KINDS)
    assert numbers["nobody"] == 1.0
    assert numbers["masked"] == numbers["masked kind"] == 0.0


def test_what_is_usual_is_the_mean_of_all_masked() -> None:
    other = replace(FINDINGS, masked=(MaskedMuscle("calf", 0.5, float("nan")),))
    usual = Usual.of([FINDINGS, other])
    good, bad = np.arctanh([0.85, 0.5])
    assert usual.kinds == {
        "calf": pytest.approx((good + bad) / 2),
        "vasti": pytest.approx(good),
        "hamstrings": pytest.approx(good),
    }
    assert usual.all == pytest.approx((3 * good + bad) / 4)
    # What no scale helps has no miss.
    assert usual.miss == pytest.approx(np.log(0.4))


def test_who_was_missed_by_more_has_wider_intervals() -> None:
    def find(*misses: float) -> float:
        masked = tuple(MaskedMuscle("calf", 0.9, miss) for miss in misses)
        return USUAL.find_width(replace(FINDINGS, masked=masked))

    assert USUAL.find_width(FINDINGS) == pytest.approx(1.0)
    assert find() == 1.0
    assert find(float("nan")) == 1.0
    assert find(0.2) < 1.0 < find(0.8)
    # The more were masked, the surer.
    assert find(0.8, 0.8, 0.8) > find(0.8)
    assert find(0.8) * find(0.2) == pytest.approx(1.0)
    assert len(MASKED) == 3
