"""Trust learnt from simulated data sets: what it promises of people whom it did not see holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from masked_muscles import MASKED, expect_z, simulate_group, without_frames

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.trust.findings import Findings, MaskedMuscle
from nmm_opensim.estimators.trust.learning import Evidence, learn
from nmm_opensim.estimators.trust.regression import FEATURES, to_z
from nmm_opensim.estimators.trust.trust_model import COVERAGE, RANGE, TrustModel

GROUPS = ("a", "b", "c", "d", "e", "f")


def simulate(groups: Sequence[str], muscles: int, frames: int, seed: int) -> list[Evidence]:
    random = np.random.default_rng(seed)
    return [each for group in groups for each in simulate_group(group, muscles, frames, random)]


@pytest.fixture(scope="module")
def model() -> TrustModel:
    return learn(simulate(GROUPS, 60, 20, 0), GROUPS)


@pytest.fixture(scope="module")
def unseen() -> list[Evidence]:
    """A data set that nobody learnt from."""
    return simulate(["new"], 600, 20, 1)


def test_ranges_hold_80_percent_of_an_unseen_data_set(
    model: TrustModel, unseen: list[Evidence]
) -> None:
    expected = [model.expect(each.findings) for each in unseen]
    held_r, held_error = [], []
    for each, expectation in zip(unseen, expected, strict=True):
        low, high = expectation.r_range
        held_r.append(low <= each.r <= high)
        least, most = expectation.error_range
        held_error.append(least <= each.error <= most)
    assert np.mean(held_r) == pytest.approx(RANGE, abs=0.06)
    assert np.mean(held_error) == pytest.approx(RANGE, abs=0.06)
    # And not by being wide: much of what differs is foretold.
    r = to_z(np.array([each.r for each in unseen]))
    foretold = np.arctanh([each.r for each in expected])
    assert np.corrcoef(foretold, r)[0, 1] > 0.5
    assert model.sources == GROUPS


def test_intervals_hold_90_percent_of_an_unseen_data_sets_frames(
    model: TrustModel, unseen: list[Evidence]
) -> None:
    above, below = [], []
    for each in unseen:
        interval = model.find_interval(each.findings, 1.0)
        known = interval.compute(each.estimate, np.zeros(len(each.estimate)))
        above.append(each.recording > known.upper)
        # Recordings are not below 0, where the interval ends.
        below.append(np.maximum(each.recording, 0.0) < known.lower)
    assert np.mean(above) + np.mean(below) == pytest.approx(1.0 - COVERAGE, abs=0.03)
    assert np.mean(above) == pytest.approx((1.0 - COVERAGE) / 2, abs=0.02)


def test_intervals_learn_sides_size_and_lack_of_r(model: TrustModel) -> None:
    """Errors were simulated twice as large upwards, and larger with the share and lack of r."""
    low, high = (np.array(bound.find_line(0.7)) for bound in (model.lower, model.upper))
    assert high.sum() == pytest.approx(2.0 * low.sum(), rel=0.2)
    for bound in (model.lower, model.upper):
        assert min(bound.find_line(0.7)) > 0.0
        assert sum(bound.find_line(0.9)) > sum(bound.find_line(0.3))
        for lack in (0.0, 1.0):
            assert min(bound.find_line(lack)) >= 0.0


def test_ranges_are_as_wide_as_chance_asks() -> None:
    """Muscles that differ twice as much by chance have ranges twice as wide."""
    widths = []
    for noise in (0.2, 0.4):
        random = np.random.default_rng(2)
        evidence = [
            each for group in GROUPS for each in simulate_group(group, 80, 5, random, noise)
        ]
        found = learn(without_frames(evidence, 80))
        widths.append(found.error_quantiles[1] - found.error_quantiles[0])
    assert widths[1] == pytest.approx(2.0 * widths[0], rel=0.25)
    # 80 % of a normal distribution, and a little that groups do not tell of each other.
    assert widths[0] == pytest.approx(2.0 * 1.2816 * 0.2, rel=0.25)


def find_quantiles(left: Array, tails: float) -> list[float]:
    """The smallest that at least a share of all is not above."""
    ordered = np.sort(left)
    shares = np.arange(1, len(left) + 1) / len(left)
    return [float(ordered[np.argmax(shares >= share - 1e-12)]) for share in (tails, 1.0 - tails)]


def test_a_data_set_has_no_say_in_what_is_foretold_of_it() -> None:
    """Each is left out by hand: what is left open is what the model of all others leaves."""
    evidence = simulate(GROUPS[:4], 33, 3, 3)
    r_left, error_left = [], []
    for group in GROUPS[:4]:
        others = learn([each for each in evidence if each.group != group])
        for each in evidence:
            if each.group == group:
                expectation = others.expect(each.findings)
                r_left.append(float(to_z(each.r)) - np.arctanh(expectation.r))
                error_left.append(np.log(each.error / expectation.error))
    model = learn(evidence)
    tails = (1.0 - RANGE) / 2
    assert model.r_quantiles == pytest.approx(find_quantiles(np.array(r_left), tails))
    assert model.error_quantiles == pytest.approx(find_quantiles(np.array(error_left), tails))
    # Its own say would make them narrower.
    own = [float(to_z(each.r)) - np.arctanh(model.expect(each.findings).r) for each in evidence]
    assert np.std(own) < np.std(r_left)


def test_a_data_set_that_is_unlike_all_others_widens_what_is_promised() -> None:
    evidence = simulate(GROUPS, 40, 3, 4)
    odd = [
        replace(each, error=each.error * 3.0) if each.group == "a" else each for each in evidence
    ]
    usual, widened = learn(evidence), learn(odd)
    assert widened.error_quantiles[1] > usual.error_quantiles[1] + 0.5


def test_a_muscle_without_frames_teaches_expectations_only() -> None:
    evidence = simulate(GROUPS[:3], 30, 10, 5)
    some = without_frames(evidence, 45)
    full, less = learn(evidence), learn(some)
    np.testing.assert_array_equal(full.r.factors, less.r.factors)
    assert full.r_quantiles == less.r_quantiles
    assert full.upper != less.upper


def test_evidence_counts_by_its_weight() -> None:
    """What weighs nothing teaches nothing."""

    def simulate_alike(group: str, seed: int) -> list[Evidence]:
        """Of whom the same was masked, so that what is usual is the same."""
        return [
            replace(each, findings=replace(each.findings, masked=MASKED))
            for each in simulate([group], 60, 5, seed)
        ]

    one, two = simulate_alike("one", 6), simulate_alike("two", 7)
    no = simulate_alike("no", 8)
    spoilt = [replace(each, r=-0.5, error=9.0, weight=1e-9) for each in no]
    clean, heard = learn([*one, *two]), learn([*one, *two, *spoilt])
    np.testing.assert_allclose(heard.r.factors, clean.r.factors, atol=1e-4)
    assert heard.r.offset == pytest.approx(clean.r.offset, abs=1e-4)
    loud = learn([*one, *two, *(replace(each, weight=1.0) for each in spoilt)])
    assert loud.r.offset < clean.r.offset - 0.3
    assert heard.r_quantiles == pytest.approx(clean.r_quantiles, abs=1e-3)


def test_learning_is_the_same_each_time(model: TrustModel) -> None:
    again = learn(simulate(GROUPS, 60, 20, 0), GROUPS)
    assert (again.lower, again.upper) == (model.lower, model.upper)
    np.testing.assert_array_equal(again.r.factors, model.r.factors)


def test_what_never_differed_says_nothing() -> None:
    """All simulated muscles have witnesses: of one that has none nothing wild is said."""
    found = learn(simulate(GROUPS[:3], 30, 3, 10))
    nobody = FEATURES.index("nobody")
    assert found.r.factors[nobody] == found.error.factors[nobody] == 0.0
    expectation = found.expect(Findings("calf", 0, False, None, None, (), 0.25))
    assert 0.3 < expectation.r < 0.99
    assert 0.01 < expectation.error < 1.0


def test_good_news_never_lower_what_is_expected(model: TrustModel) -> None:
    """Though chance, or a data set, may tell so of few muscles."""
    turned = [
        replace(each, r=float(np.tanh(2.2 - expect_z(each.findings))))
        for each in simulate(GROUPS, 20, 3, 9)
    ]
    found = learn(turned)
    for name in ("explained", "agreement", "masked", "masked kind", "own", "witnesses"):
        assert found.r.factors[FEATURES.index(name)] >= -1e-9, name
        assert found.error.factors[FEATURES.index(name)] <= 1e-9, name
    # Where it is so, it is learnt.
    explained = FEATURES.index("explained")
    assert model.r.factors[explained] > 0.2


def test_a_person_who_was_met_better_is_expected_to_be(model: TrustModel) -> None:
    def expect(r: float) -> float:
        masked = tuple(MaskedMuscle("vasti", r, 0.4) for _ in range(4))
        return model.expect(Findings("vasti", 2, True, 0.85, 0.85, masked, 0.25)).r

    found = [expect(r) for r in (0.6, 0.8, 0.95)]
    assert found == sorted(found)
    assert found[2] > found[0] + 0.05
