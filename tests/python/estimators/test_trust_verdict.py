"""Words that follow from what is expected, and the reason that each has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from masked_muscles import FINDINGS, MASKED, make_model

from nmm_opensim.estimators.trust.findings import Findings
from nmm_opensim.estimators.trust.kinds import KINDS, OTHER
from nmm_opensim.estimators.trust.trust_model import Bound, TrustModel, read_shipped
from nmm_opensim.estimators.trust.verdict import (
    DOUBTED,
    KNOWN,
    TRUSTED,
    explain,
    judge_excitation,
)
from nmm_opensim.nmm.estimate import Trust
from nmm_opensim.nmm.trained import ExcitationJudgement, Witness

EXCITATION = np.linspace(0.0, 0.6, 200)
WITNESSES = (Witness("gasmed", 0.25), Witness("15 people (walking)", 0.75))
MOMENTS = "Joint moments changed nothing of it."
EPSILON = 1e-6


def judge(
    model: TrustModel, findings: Findings = FINDINGS, doubts: tuple[str, ...] = ()
) -> ExcitationJudgement:
    return judge_excitation(model, findings, EXCITATION, WITNESSES, MOMENTS, doubts)


def expecting(r: float, **factors: float) -> TrustModel:
    """A model that expects this of FINDINGS."""
    return make_model(factors, float(np.arctanh(r)))


@pytest.mark.parametrize(
    ("r", "verdict"),
    [
        (0.95, "trust"),
        (TRUSTED + EPSILON, "trust"),
        (TRUSTED - EPSILON, "use with care"),
        (DOUBTED + EPSILON, "use with care"),
        (DOUBTED - EPSILON, "do not use"),
        (0.2, "do not use"),
    ],
)
def test_words_follow_from_the_expected_r(r: float, verdict: Trust) -> None:
    model = expecting(r)
    judgement = judge(model)
    assert judgement.verdict == verdict
    assert judgement.expectation == model.expect(FINDINGS)
    assert judgement.witnesses == WITNESSES
    assert judgement.moments == MOMENTS
    assert judgement.interval == model.find_interval(FINDINGS, float(np.percentile(EXCITATION, 99)))
    said = judgement.describe()
    assert said.startswith(f"{verdict}, expected r {r:.2f} (")
    assert said.endswith(f", because {judgement.reason}. {MOMENTS}")


def worsen(**changes: object) -> Findings:
    return replace(FINDINGS, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("factors", "findings", "reason"),
    [
        ({}, worsen(witnesses=0), "neither a synergist nor another person tells of it"),
        ({"vasti": -0.2}, worsen(kind="vasti"), "people differ in muscles like it (vasti)"),
        ({"calf": 0.2}, worsen(kind=OTHER), "no muscle of its kind was ever masked"),
        ({"witnesses": 0.1}, worsen(witnesses=2), "only 2 of 3 kinds of witnesses tell of it"),
        ({"own": 0.2}, worsen(own=False), "of a relative at best, not of the muscle itself"),
        ({"explained": 0.2}, worsen(explained=0.8), "people differ in this muscle"),
        ({"agreement": 0.2}, worsen(agreement=0.81), "its witnesses agree little (r 0.81)"),
        (
            {"masked": 0.2},
            worsen(masked=tuple(replace(each, r=0.6) for each in MASKED)),
            "this person's masked muscles were met worse than usual",
        ),
        (
            {"masked kind": 0.2},
            worsen(masked=(replace(MASKED[0], r=0.6), *MASKED[1:])),
            "its masked neighbour was met worse than usual",
        ),
        ({"spread": -0.5}, worsen(spread=0.45), "it swings widely between rest and peak"),
        ({}, FINDINGS, "masked muscles of other people are met no better"),
    ],
)
@pytest.mark.parametrize(("r", "verdict"), [(0.83, "use with care"), (0.5, "do not use")])
def test_reasons_for_less_than_trust(
    factors: dict[str, float], findings: Findings, reason: str, r: float, verdict: Trust
) -> None:
    judgement = judge(expecting(r, **factors), findings)
    assert judgement.verdict == verdict
    assert reason in judgement.reason
    assert judgement.interval is not None


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        (
            FINDINGS,
            "3 kinds of witnesses tell of it, which agree (r 0.90), and muscles like it are met "
            "well",
        ),
        # Witnesses who hardly agree are not said to.
        (
            worsen(agreement=0.69),
            "3 kinds of witnesses tell of it, and muscles like it are met well",
        ),
        (
            worsen(witnesses=1, agreement=None),
            "one tells of it, and muscles like it are met well",
        ),
    ],
)
def test_reasons_for_trust(findings: Findings, reason: str) -> None:
    judgement = judge(expecting(0.95), findings)
    assert (judgement.verdict, judgement.reason) == ("trust", reason)


def test_what_nobody_was_ever_masked_of_is_never_trusted() -> None:
    judgement = judge(expecting(0.98), worsen(kind=OTHER))
    assert judgement.verdict == "use with care"
    assert judgement.reason == "no muscle of its kind was ever masked to learn trust from"


def test_a_person_of_whom_nothing_was_masked_is_never_trusted() -> None:
    judgement = judge(expecting(0.98), worsen(masked=()))
    assert judgement.verdict == "use with care"
    assert judgement.reason == "no measured muscle of this person could be masked"


def test_doubtful_moments_lower_trust_and_nothing_else() -> None:
    doubts = ("Moment of 'knee' is in N mm.", "and more")
    judgement = judge(expecting(0.95), doubts=doubts)
    assert judgement.verdict == "use with care"
    assert judgement.reason == "the joint moments are doubtful: Moment of 'knee' is in N mm."
    clean = judge(expecting(0.95))
    assert (judgement.interval, judgement.expectation) == (clean.interval, clean.expectation)
    for r in (0.8, 0.5):
        assert judge(expecting(r), doubts=doubts) == judge(expecting(r))


def test_an_interval_that_tells_nothing_is_none() -> None:
    """Wider than 80 % of the maximum on average, however good r is."""

    def judge_width(width: float) -> ExcitationJudgement:
        """Upwards only, so that 0 clips nothing."""
        peak = float(np.percentile(EXCITATION, 99))
        upper = Bound(width * EXCITATION.max() / peak, 0.0, 0.0, 0.0)
        model = replace(expecting(0.95), lower=Bound(0.0, 0.0, 0.0, 0.0), upper=upper)
        return judge(model)

    known = judge_width(KNOWN - EPSILON)
    assert known.verdict == "trust"
    assert known.interval is not None
    unknown = judge_width(KNOWN + EPSILON)
    assert unknown.verdict == "do not use"
    assert unknown.interval is None
    assert unknown.reason == ("its interval would be wider than 80 % of maximum: nothing is known")
    assert unknown.expectation == known.expectation


def test_the_shipped_model_never_trusts_without_evidence() -> None:
    model = read_shipped()
    good = tuple(replace(each, r=0.99, miss=0.1) for each in MASKED)
    verdicts = set()
    for kind in (*KINDS, OTHER):
        for masked in ((), good):
            findings = Findings(kind, 3, True, 0.98, 0.95, masked, 0.25)
            judgement = judge(model, findings)
            verdicts.add(judgement.verdict)
            if kind == OTHER or not masked:
                assert judgement.verdict != "trust", findings
    nobody = Findings(OTHER, 0, False, None, None, (), 0.25)
    assert judge(model, nobody).verdict == "do not use"
    assert explain(model, nobody) == "neither a synergist nor another person tells of it"
