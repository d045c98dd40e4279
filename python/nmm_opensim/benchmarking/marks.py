"""The marks behind names and numbers in a benchmark's tables, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable

from ..estimators.catalogue import ESTIMATORS
from .benchmark_setup import BenchmarkSetup
from .rows import Row

GIVEN_MOMENTS, CEILING = "*", "†"
NOT_APPLICABLE = "n/a"
"""Of an estimator that has nothing to go by, such as a copy without a synergist."""
MEANINGS = {
    GIVEN_MOMENTS: "given the joint moments of the trial that it estimates",
    CEILING: (
        "a ceiling, taught with the hidden channel or fitted to the very trial that it is scored on"
    ),
    NOT_APPLICABLE: "gives no such estimate, as a copy does without synergists",
}
WITHOUT_MOMENTS = (
    " Some test trials have no moments: who is given these says nothing of such a trial, and "
    "(1 of 2) is the mean of one of two trials. Verdicts compare on the trials that both answered."
)
OF_SOME_PEOPLE = " Trials are counted over people: (6 of 12) leaves out who has no such estimate."


def make_legend(setup: BenchmarkSetup) -> str:
    """What the marks in the tables mean."""
    parts = [_explain(MEANINGS)]
    if setup.lacks_moments:
        parts.append(WITHOUT_MOMENTS)
    if any(len(people) > 1 for people in setup.groups.values()):
        parts.append(OF_SOME_PEOPLE)
    return "".join(parts)


def explain_marks(labels: Iterable[str]) -> str:
    """What the marks behind these ``labels`` of estimators mean, empty where there are none."""
    used = {label[-1] for label in labels}
    return _explain(mark for mark in (GIVEN_MOMENTS, CEILING) if mark in used)


def _explain(marks: Iterable[str]) -> str:
    return " ".join(f"{mark}: {MEANINGS[mark]}." for mark in marks)


def label_estimator(setup: BenchmarkSetup, name: str) -> str:
    """An estimator's name with the marks of what it was given (:data:`MEANINGS`)."""
    estimator = ESTIMATORS[name](setup.training.optimization)
    if estimator.standing == "ceiling":
        return name + CEILING
    return name + GIVEN_MOMENTS if estimator.sees_moments else name


def label_estimators(setup: BenchmarkSetup) -> dict[str, str]:
    """All names with their marks, those asked first and in the setup's order.

    Rows of an older run may hold others.
    """
    return {name: label_estimator(setup, name) for name in (*setup.estimators, *ESTIMATORS)}


def mark_trials(row: Row, trials: int) -> str:
    """What follows a mean of fewer than all ``trials``."""
    return "" if row.trials == trials else f" ({row.trials} of {trials})"
