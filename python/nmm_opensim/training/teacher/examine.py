"""The joint moments of a training, examined: nonsense is refused, doubts are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import NMMError
from ...nmm.chain import Declaration, PreparedTrial
from ...nmm.trial import TrialFiles
from ...physics.osim_model import OsimModel
from .finding import Finding, merge
from .residuals import check_residuals, find_residuals
from .sizes import check_sizes, find_body
from .strength import Muscles, check_not_tiny, check_strength
from .timing import check_timing

TEACHING = ("train", "validation")
"""Roles whose moments teach or decide; nonsense in others is a warning."""


@dataclass(frozen=True)
class Doubts:
    """A line each: of what teaches, and of trials that are only scored."""

    teacher: tuple[str, ...] = ()
    scored: tuple[str, ...] = ()


def examine_moments(
    files: Sequence[TrialFiles],
    trials: Sequence[PreparedTrial],
    model: OsimModel,
    declaration: Declaration,
) -> Doubts:
    """Examine the moments of ``trials``, read from ``files``; those without any are left out.

    Raises:
        NMMError: of the first moments that teach and cannot be the subject's.

    """
    pairs = [(f, t) for f, t in zip(files, trials, strict=True) if has_moments(t)]
    muscles, body = Muscles(model, declaration), find_body(model)
    coordinates = declaration.moment_coordinates
    teacher: list[Finding] = []
    scored: list[Finding] = []
    left: list[float] = []
    for file, trial in pairs:
        findings = []
        # First what says most of the cause.
        if (residuals := find_residuals(file, trial, model, coordinates)) is not None:
            left.append(float(residuals.force.max()))
            findings += check_residuals(residuals, trial.name)
        findings += check_sizes(trial, model, coordinates, body)
        findings += check_strength(trial, muscles, coordinates)
        if trial.role in TEACHING:
            _refuse_nonsense(findings)
            teacher += findings
        else:
            scored += findings
    taught = [trial for _, trial in pairs if trial.role == "train"]
    if taught:
        together = check_not_tiny(taught, muscles, max(left, default=None))
        together += check_timing(taught, model, declaration.sources, coordinates)
        _refuse_nonsense(together)
        teacher += together
    return Doubts(tuple(merge(teacher)), tuple(merge(scored)))


def has_moments(trial: PreparedTrial) -> bool:
    """Whether all of a trial's moments are numbers."""
    return trial.moments is not None and bool(np.isfinite(trial.moments).all())


def _refuse_nonsense(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.nonsense:
            raise NMMError(finding.text)
