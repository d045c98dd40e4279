"""How far excitations are to be trusted, and what decided parameters."""

from __future__ import annotations

from typing import Any

from ...nmm.trained import ExcitationJudgement, Verdict
from ..content import Content
from .numbers import format_number
from .parameters import PARAMETERS


def list_verdicts(content: Content) -> list[dict[str, str]]:
    """How far each deep muscle's excitation is to be trusted, and why."""
    return [
        {
            "muscle": muscle.name,
            "verdict": muscle.judgement.verdict if muscle.judgement else "not judged",
            "expected": _describe_expectation(muscle.judgement),
            "reason": muscle.judgement.reason if muscle.judgement else "",
            "moments": muscle.judgement.moments if muscle.judgement else "",
            "witnesses": _describe_witnesses(muscle.judgement),
        }
        for muscle in content.artefact.deep_muscles
    ]


def _describe_expectation(judgement: ExcitationJudgement | None) -> str:
    expectation = judgement and judgement.expectation
    return expectation.describe() if expectation else ""


def _describe_witnesses(judgement: ExcitationJudgement | None) -> str:
    witnesses = judgement.witnesses if judgement else ()
    return "; ".join(f"{100 * each.weight:.0f} % {each.who}" for each in witnesses)


def describe_population(content: Content) -> dict[str, Any] | None:
    """How well other people describe this person: in a line, and r by masked channel."""
    fit = content.artefact.population
    if fit is None:
        return None
    columns = (fit.alone, fit.unknowing, fit.with_it, fit.without_it)
    return {
        "summary": fit.describe(),
        "channels": [
            {"channel": channel, "r": [format_number(c.get(channel), 2) for c in columns]}
            for channel in fit.with_it
        ],
    }


def count_parameter_verdicts(content: Content) -> list[tuple[str, list[tuple[Verdict, int]]]]:
    """For each parameter how many muscles' values each verdict holds for."""
    counts = []
    for key, (title, _, _, _) in PARAMETERS.items():
        verdicts = [
            muscle.uncertainty[key].verdict
            for muscle in content.artefact.muscles
            if key in muscle.uncertainty
        ]
        if verdicts:
            counts.append((title, [(v, verdicts.count(v)) for v in dict.fromkeys(verdicts)]))
    return counts
