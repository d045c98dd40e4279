"""What decided excitations and parameters."""

from __future__ import annotations

from ...nmm.trained import Verdict
from ..content import Content
from .parameters import PARAMETERS


def list_verdicts(content: Content) -> list[dict[str, str]]:
    """What decided each deep muscle's excitation."""
    return [
        {
            "muscle": muscle.name,
            "verdict": muscle.judgement.verdict if muscle.judgement else "not judged",
            "reason": muscle.judgement.reason if muscle.judgement else "",
        }
        for muscle in content.artefact.deep_muscles
    ]


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
