"""Estimators compared person by person, to be read and to compute with."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from ..files import write_csv
from ..training.format_mean import format_mean
from ..training.scoring import EMG
from .pairs import EXACT, Difference

UNITS = {"r": (1.0, 2, ""), "rmse": (100.0, 1, " (% of maximum)"), "nrmse": (100.0, 1, " (%)")}
"""By metric: what it is shown times, with how many digits, in which unit."""
GIVEN = ("estimator_given_moments", "baseline_given_moments")
"""Columns: whether the one and the other see the moments of the very trial."""
NAMES = {"r": "r", "rmse": "RMSE as predicted", "nrmse": "RMSE relative to the range"}


def describe_pairs(differences: Sequence[Difference]) -> str:
    """How the tables are to be read."""
    most = max(difference.people for difference in differences)
    return (
        "NMM minus baseline, a person counting once, where both answered the same of their trials: "
        f"mean ± standard deviation over people, and in how many of them the NMM is better. p is "
        f"two-sided: of Wilcoxon's signed ranks, exact up to {EXACT} people, and of the paired t "
        f"test. With {most} people the first cannot be below {2.0 ** (1 - most):.2g}, however "
        "alike they are; no p is corrected for the number of comparisons. d_z is Cohen's: the mean "
        "over the standard deviation of the differences. Moments of who is given those of the "
        "trial are fitted and all others predicted, so that the two are not compared."
    )


def make_pairs_tables(differences: Sequence[Difference], labels: Mapping[str, str]) -> list[str]:
    """Headings and tables: EMG first, each metric in its own; ``labels`` are the estimators'."""
    parts = []
    kinds = dict.fromkeys((each.kind, each.metric) for each in differences)
    for kind, metric in sorted(kinds, key=lambda key: key[0] != EMG):
        what = "EMG of the hidden muscle" if kind == EMG else "Moments"
        own = [each for each in differences if (each.kind, each.metric) == (kind, metric)]
        parts += [f"### {what}, {NAMES[metric]}{UNITS[metric][2]}", _make_table(own, labels)]
    return parts


def _make_table(differences: Sequence[Difference], labels: Mapping[str, str]) -> str:
    lines = [
        "| hidden | of | estimator | baseline | difference | better | p (Wilcoxon) | p (t) | d_z |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in differences:
        scale, digits, _ = UNITS[each.metric]
        texts = [
            each.hidden,
            each.quantity,
            labels[each.estimator],
            labels[each.baseline],
            format_mean(scale * each.mean, scale * each.deviation, digits),
            f"{each.better} of {each.people}",
            _format_p(each.wilcoxon_p),
            _format_p(each.t_p),
            "–" if math.isnan(each.effect) else f"{each.effect:.1f}",
        ]
        lines.append(f"| {' | '.join(texts)} |")
    return "\n".join(lines)


def _format_p(p: float) -> str:
    if math.isnan(p):
        return "–"
    return "< 0.0001" if p < 1e-4 else f"{p:.2g}"


def write_pairs(
    path: Path, differences: Sequence[Difference], given_moments: Collection[str]
) -> None:
    """All differences as CSV; metrics in their own units. Groups come first where there are any.

    Names carry no marks: who is one of ``given_moments`` has a column.
    """
    grouped = any(each.group for each in differences)
    names = [field.name for field in fields(Difference) if field.name != "group"]
    write_csv(
        path,
        [*(["group"] if grouped else []), *names, *GIVEN],
        (
            [*([each.group] if grouped else [])]
            + [f"{v:.6g}" if isinstance(v, float) else v for v in map(asdict(each).get, names)]
            + ["yes" if name in given_moments else "no" for name in (each.estimator, each.baseline)]
            for each in differences
        ),
    )
