"""Estimators compared person by person, to be read and to compute with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from ..files import write_csv
from ..training.format_mean import format_mean
from ..training.scoring import EMG
from .pairs import EXACT, Difference

UNITS = {"r": (1.0, 2, ""), "rmse": (100.0, 1, " (% of maximum)"), "nrmse": (100.0, 1, " (%)")}
"""By metric: what it is shown times, with how many digits, in which unit."""
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
        "over the standard deviation of the differences."
    )


def make_pairs_tables(differences: Sequence[Difference]) -> list[str]:
    """Headings and tables: EMG first, each metric in its own."""
    parts = []
    kinds = dict.fromkeys((each.kind, each.metric) for each in differences)
    for kind, metric in sorted(kinds, key=lambda key: key[0] != EMG):
        what = "EMG of the hidden muscle" if kind == EMG else "Moments"
        own = [each for each in differences if (each.kind, each.metric) == (kind, metric)]
        parts += [f"### {what}, {NAMES[metric]}{UNITS[metric][2]}", _make_table(own)]
    return parts


def _make_table(differences: Sequence[Difference]) -> str:
    lines = [
        "| hidden | of | estimator | baseline | difference | better | p (Wilcoxon) | p (t) | d_z |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for each in differences:
        scale, digits, _ = UNITS[each.metric]
        texts = [
            each.hidden,
            each.quantity,
            each.estimator,
            each.baseline,
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


def write_pairs(path: Path, differences: Sequence[Difference]) -> None:
    """All differences as CSV; metrics in their own units."""
    write_csv(
        path,
        [field.name for field in fields(Difference)],
        (
            [f"{v:.6g}" if isinstance(v, float) else v for v in asdict(each).values()]
            for each in differences
        ),
    )
