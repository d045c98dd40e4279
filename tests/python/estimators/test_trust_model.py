"""Expectations and intervals of a model that is known, and of the one that is shipped."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from masked_muscles import FINDINGS, MASKED, make_model

from nmm_opensim.estimators.trust.findings import Findings, MaskedMuscle
from nmm_opensim.estimators.trust.kinds import KINDS, OTHER
from nmm_opensim.estimators.trust.regression import FEATURES, LEAST_R
from nmm_opensim.estimators.trust.trust_model import (
    SHIPPED,
    Bound,
    TrustModel,
    find_lack,
    read_shipped,
    to_text,
)
from nmm_opensim.nmm.trained import ExcitationInterval

NOBODY = Findings(OTHER, 0, False, None, None, (), 0.1)


def list_findings() -> list[Findings]:
    """What may be found, from nothing at all to everything."""
    people = [
        (),
        MASKED,
        tuple(MaskedMuscle(kind, r, 0.4) for kind in KINDS for r in (0.95, 0.99)),
        tuple(MaskedMuscle(kind, LEAST_R, 4.0) for kind in KINDS),
    ]
    found = [NOBODY]
    for kind, own, told, masked, spread in product(
        (*KINDS, OTHER), (False, True), (None, 0.3, 0.99), people, (0.0, 0.25, 0.45)
    ):
        found.append(Findings(kind, 3, own, told, told, masked, spread))
    return found


def compute_width(interval: ExcitationInterval, peak: float = 1.0) -> float:
    """The mean over excitations up to the ``peak``, in its unit."""
    excitation = np.linspace(0.0, peak, 50)
    known = interval.compute(excitation, np.zeros(50))
    return float((known.upper - known.lower).mean())


def test_expectations_by_hand() -> None:
    expectation = make_model({}).expect(FINDINGS)
    assert expectation.r == pytest.approx(np.tanh(1.0))
    assert expectation.r_range == pytest.approx((np.tanh(0.6), np.tanh(1.3)))
    assert expectation.error == pytest.approx(0.2)
    assert expectation.error_range == pytest.approx((0.2 * np.exp(-0.5), 0.2 * np.exp(0.6)))
    model = make_model({"agreement": 0.5})
    lower = model.expect(replace(FINDINGS, agreement=0.6))
    less = 0.5 * (np.arctanh(0.9) - np.arctanh(0.6))
    assert lower.r == pytest.approx(np.tanh(1.0 - less))
    assert lower.error == pytest.approx(0.2 * np.exp(less))


def test_what_is_not_known_changes_no_expectation() -> None:
    model = make_model({"agreement": 0.5, "explained": 0.5})
    unknown = replace(FINDINGS, agreement=None, explained=None)
    assert model.expect(unknown) == model.expect(FINDINGS)


@pytest.mark.parametrize("model", [make_model({"kind": 1.0}), read_shipped()])
def test_ranges_hold_what_is_expected(model: TrustModel) -> None:
    for findings in list_findings():
        expectation = model.expect(findings)
        low, high = expectation.r_range
        assert -1.0 < low < expectation.r < high < 1.0
        least, most = expectation.error_range
        assert 0.0 < least < expectation.error < most


def test_an_interval_by_hand() -> None:
    interval = make_model({}).find_interval(FINDINGS, 0.5)
    size = 0.1 + 0.1 * np.sqrt(1.0 - np.tanh(1.0) ** 2)
    assert interval.lower == pytest.approx((0.5 * size, size))
    assert interval.upper == pytest.approx((0.5 * size, size))
    assert Bound(1.0, 2.0, 3.0, 4.0).find_line(0.5) == (2.5, 4.0)
    assert find_lack(0.0) == find_lack(-0.5) == 1.0
    assert find_lack(0.6) == pytest.approx(0.8)


@pytest.mark.parametrize("model", [make_model({"agreement": 0.5}), read_shipped()])
def test_intervals_grow_with_the_lack_of_r(model: TrustModel) -> None:
    offsets = np.linspace(-0.5, 0.5, 9)
    levels = [replace(model, r=replace(model.r, offset=model.r.offset + o)) for o in offsets]
    expected = [level.expect(FINDINGS).r for level in levels]
    widths = [compute_width(level.find_interval(FINDINGS, 1.0)) for level in levels]
    assert expected == sorted(expected)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.1 * widths[-1]


@pytest.mark.parametrize("model", [make_model({}), read_shipped()])
def test_intervals_grow_with_what_the_person_was_missed_by(model: TrustModel) -> None:
    def find(miss: float) -> float:
        masked = tuple(replace(each, miss=miss) for each in MASKED)
        return compute_width(model.find_interval(replace(FINDINGS, masked=masked), 1.0))

    widths = [find(miss) for miss in (0.1, 0.4, 1.0, 3.0)]
    assert widths == sorted(widths)
    assert widths[-1] > 1.5 * widths[0]


@pytest.mark.parametrize("model", [make_model({}), read_shipped()])
def test_intervals_are_of_the_excitations_size(model: TrustModel) -> None:
    one, tenth = (model.find_interval(FINDINGS, peak) for peak in (1.0, 0.1))
    assert compute_width(tenth, 0.1) == pytest.approx(0.1 * compute_width(one))


def test_every_interval_holds_its_excitation() -> None:
    """Whatever is expected, and in frames where the muscle works far beyond its training too."""
    model = read_shipped()
    excitation = np.linspace(0.0, 1.0, 101)
    for findings in list_findings():
        interval = model.find_interval(findings, 0.2)
        known = interval.compute(excitation, np.zeros(len(excitation)))
        assert (known.lower <= excitation).all(), findings
        assert (excitation <= known.upper).all(), findings


def test_the_shipped_model_is_what_it_is_written_from() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert to_text(read_shipped()) == text
    content = json.loads(text)
    assert len(content["r"]["factors"]) == len(content["error"]["means"]) == len(FEATURES)
    assert set(content["usual"]["kinds"]) <= {*KINDS, OTHER}


def test_any_model_is_read_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model = make_model({"agreement": 0.123456})
    file = tmp_path_factory.mktemp("trust") / "trust.json"
    file.write_text(to_text(model), encoding="utf-8")
    monkeypatch.setattr("nmm_opensim.estimators.trust.trust_model.SHIPPED", file)
    read = read_shipped.__wrapped__()
    assert to_text(read) == to_text(model)
    assert read.sources == ("by hand",)
    # Five digits are kept.
    assert read.expect(FINDINGS).r == pytest.approx(model.expect(FINDINGS).r, rel=1e-4)


@pytest.mark.parametrize("feature", [name for name in FEATURES if name not in KINDS])
def test_the_weakest_finding_is_named(feature: str) -> None:
    worse: dict[str, Findings] = {
        "nobody": replace(FINDINGS, witnesses=0),
        "witnesses": replace(FINDINGS, witnesses=1),
        "own": replace(FINDINGS, own=False),
        "explained": replace(FINDINGS, explained=0.4),
        "agreement": replace(FINDINGS, agreement=0.4),
        "masked": replace(FINDINGS, masked=tuple(replace(m, r=0.3) for m in MASKED)),
        "masked kind": replace(FINDINGS, masked=(replace(MASKED[0], r=0.3), *MASKED[1:])),
        "spread": replace(FINDINGS, spread=0.05),
    }
    found = make_model({feature: 1.0}).find_weakest(worse[feature])
    # That nobody tells is no lack of any one finding.
    assert found == (None if feature == "nobody" else feature)


def test_kinds_are_one_finding() -> None:
    model = make_model({"calf": 1.0, "vasti": -1.0})
    assert model.find_weakest(replace(FINDINGS, kind="vasti")) == "kind"
    assert model.find_weakest(FINDINGS) is None


def test_what_is_not_known_is_no_reason() -> None:
    """Though usually people are met better than those of whom nobody was masked."""
    model = make_model({"masked": 1.0, "masked kind": 1.0, "agreement": 1.0})
    means = model.r.means + 0.5
    better = replace(model, r=replace(model.r, means=means))
    unknown = replace(FINDINGS, masked=(), agreement=None)
    assert better.find_weakest(unknown) is None
    assert better.find_weakest(FINDINGS) is not None
