"""Words that follow from an expected accuracy, each with its reason in a clause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import Array
from ...nmm.estimate import Expectation, Trust
from ...nmm.trained import ExcitationInterval, ExcitationJudgement, Witness
from .findings import Findings
from .kinds import OTHER
from .trust_model import TrustModel

TRUSTED, DOUBTED = 0.86, 0.6
"""Of the expected r: from the one on to be trusted, below the other not to be used."""
AGREEING = 0.7
"""Of r between witnesses: less is not worth a word."""
KNOWN = 0.8
TOO_WIDE = f"its interval would be wider than {100 * KNOWN:.0f} % of maximum: nothing is known"
"""An interval that is wider than this share of the maximum tells nothing."""
UNTAUGHT = "no muscle of its kind was ever masked to learn trust from"


def judge_excitation(
    model: TrustModel,
    findings: Findings,
    excitation: Array,
    witnesses: tuple[Witness, ...],
    moments: str,
    teacher_doubts: Sequence[str] = (),
) -> ExcitationJudgement:
    """The judgement of a deep muscle whose training frames have this ``excitation``.

    ``moments`` says what these changed; ``teacher_doubts`` why they may be wrong.
    """
    expectation = model.expect(findings)
    interval = model.find_interval(findings, float(np.percentile(excitation, 99)))
    if not tells(interval, excitation):
        return ExcitationJudgement("do not use", TOO_WIDE, None, witnesses, expectation, moments)
    verdict, reason = decide(model, findings, expectation)
    if teacher_doubts and verdict == "trust":
        verdict, reason = "use with care", f"the joint moments are doubtful: {teacher_doubts[0]}"
    return ExcitationJudgement(verdict, reason, interval, witnesses, expectation, moments)


def tells(interval: ExcitationInterval, excitation: Array) -> bool:
    """Whether an interval is narrow enough to tell anything of the frames, (frames,)."""
    known = interval.compute(excitation, np.zeros(len(excitation)))
    return float((known.upper - known.lower).mean()) <= KNOWN * float(excitation.max())


def decide(model: TrustModel, findings: Findings, expectation: Expectation) -> tuple[Trust, str]:
    """The verdict of an expectation, and the clause that gives its reason."""
    if expectation.r < DOUBTED:
        return "do not use", explain(model, findings)
    if expectation.r < TRUSTED:
        return "use with care", explain(model, findings)
    if findings.kind == OTHER:
        return "use with care", UNTAUGHT
    if not findings.masked:
        return "use with care", "no measured muscle of this person could be masked"
    agreement = findings.agreement or 0.0
    agreeing = f", which agree (r {agreement:.2f})" if agreement >= AGREEING else ""
    many = (
        f"{findings.witnesses} kinds of witnesses tell" if findings.witnesses > 1 else "one tells"
    )
    return "trust", f"{many} of it{agreeing}, and muscles like it are met well"


def explain(model: TrustModel, findings: Findings) -> str:
    """What lowers the expectation most, in a clause."""
    if findings.witnesses == 0:
        return "neither a synergist nor another person tells of it"
    clauses = {
        "kind": UNTAUGHT
        if findings.kind == OTHER
        else f"people differ in muscles like it ({findings.kind})",
        "witnesses": f"only {findings.witnesses} of 3 kinds of witnesses tell of it",
        "own": "other people tell of a relative at best, not of the muscle itself",
        "explained": "people differ in this muscle",
        "agreement": f"its witnesses agree little (r {findings.agreement or 0.0:.2f})",
        "masked": "this person's masked muscles were met worse than usual",
        "masked kind": "its masked neighbour was met worse than usual",
        "spread": "it swings widely between rest and peak",
    }
    weakest = model.find_weakest(findings)
    return (
        "masked muscles of other people are met no better" if weakest is None else clauses[weakest]
    )
