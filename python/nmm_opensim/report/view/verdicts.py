"""What decided excitations and parameters."""

from __future__ import annotations

from ..content import Content
from .parameters import PARAMETERS


def list_verdicts(content: Content) -> list[dict[str, str]]:
    """What decided each deep muscle's excitation."""
    return [
        {
            "muscle": muscle["name"],
            "verdict": source["verdict"] or "not judged",
            "reason": source["reason"] or "",
        }
        for muscle in content.artefact.deep_muscles
        for source in [muscle["source"]]
    ]


def count_parameter_verdicts(content: Content) -> list[tuple[str, list[tuple[str, int]]]]:
    """For each parameter how many muscles' values each verdict holds for."""
    counts = []
    for key, (title, _, _, _) in PARAMETERS.items():
        verdicts = [
            muscle["uncertainty"][key]["verdict"]
            for muscle in content.artefact.muscles
            if muscle["uncertainty"] is not None
        ]
        if verdicts:
            counts.append((title, [(v, verdicts.count(v)) for v in dict.fromkeys(verdicts)]))
    return counts
