"""The paper's claims person by person: NMMs against SynX NMF, regime by regime.

Regimes share their subjects, so that no test is over all people at once: five are five.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from paper_scores import COMPARED, HYBRID, SYNX, Scores, label
from paper_tables import NOTHING, make_table, name_muscle

from nmm_opensim.benchmarking.pairs import Difference, compare_people
from nmm_opensim.benchmarking.pairs_table import UNITS
from nmm_opensim.estimators.catalogue import list_given_moments, list_standings
from nmm_opensim.training.format_mean import format_mean
from nmm_opensim.training.scoring import EMG, MOMENT

SHOWN = {
    (EMG, "r"): "r",
    (EMG, "rmse"): "RMSE as predicted (%)",
    (MOMENT, "r"): "r",
    (MOMENT, "nrmse"): "NRMSE (%)",
}
REGIMES_WANTED = 2
"""In how many the hybrid was to be above SynX NMF."""


def compare_with_synx(scores: Scores, regime: str) -> list[Difference]:
    """Differences of the people of one regime, of the NMMs in :data:`COMPARED`."""
    options = scores.setup.training.optimization
    rows = [
        row for row in scores.rows if row.group == regime and row.estimator in (*COMPARED, SYNX)
    ]
    return compare_people(rows, list_standings(options), list_given_moments(options))


def make_difference_table(scores: Scores, kind: str) -> str:
    """NMM minus SynX NMF about EMG or moments: a row for a regime, quantity and metric."""
    told = [name for name in COMPARED if name in scores.setup.estimators]
    body = []
    for regime in scores.regimes:
        groups: dict[tuple[str, str], dict[str, Difference]] = {}
        for each in compare_with_synx(scores, regime):
            if each.kind == kind:
                groups.setdefault((each.metric, each.quantity), {})[each.estimator] = each
        for metric, quantity in sorted(groups, key=lambda key: key[0] != "r"):
            found = groups[metric, quantity]
            what = f"{name_muscle(quantity)}, {SHOWN[kind, metric]}"
            cells = [_describe(found[name]) if name in found else NOTHING for name in told]
            body.append([regime, what, *cells])
    if not body:
        return "One person a regime: nothing to compare."
    return make_table(["regime", "of", *map(label, told)], body)


def _describe(difference: Difference) -> str:
    scale, digits, _ = UNITS[difference.metric]
    mean = format_mean(scale * difference.mean, scale * difference.deviation, digits + 1)
    sign = "+" if difference.mean > 0 else ""
    effect = NOTHING if math.isnan(difference.effect) else f"{difference.effect:.1f}"
    p = NOTHING if math.isnan(difference.wilcoxon_p) else f"{difference.wilcoxon_p:.2g}"
    better = f"{difference.better} of {difference.people}"
    return f"{sign}{mean}; {better}; p {p}; d_z {effect}"


def describe_differences(scores: Scores) -> str:
    """How the table is to be read."""
    people = max(map(len, scores.regimes.values()))
    return (
        "NMM minus SynX NMF, a person counting once: mean ± standard deviation over people; in how "
        f"many of them the NMM is better; p of Wilcoxon's signed ranks, two-sided, exact (with "
        f"{people} people at least {2.0 ** (1 - people):.2g}; not corrected for the number of "
        "comparisons); Cohen's d_z."
    )


def make_bar_table(scores: Scores) -> str:
    """What the hybrid had to reach, by the means over people, and whether it did."""
    body, met = [], 0
    for regime in scores.regimes:
        own = [d for d in compare_with_synx(scores, regime) if d.estimator == HYBRID]
        if not own:
            return "One person a regime: nothing to compare."
        above = [d for d in own if (d.kind, d.metric) == (EMG, "r")]
        moments = [d for d in own if (d.kind, d.metric) == (MOMENT, "nrmse")]
        reached = all(d.mean > 0 for d in above) and all(d.mean <= 0 for d in moments)
        met += reached
        body.append([regime, *_answer(above, moments), "met" if reached else "missed"])
    header = ["regime", "above SynX NMF in r of both", "moment NRMSE no worse", "the bar"]
    verdict = "reached" if met >= REGIMES_WANTED else "missed"
    told = f"{met} of {len(scores.regimes)} regimes, {REGIMES_WANTED} were wanted: **{verdict}**."
    return f"{make_table(header, body)}\n\nThe hybrid meets it in {told}"


def _answer(above: Sequence[Difference], moments: Sequence[Difference]) -> list[str]:
    gains = ", ".join(f"{name_muscle(d.quantity)} {d.mean:+.3f}" for d in above)
    losses = ", ".join(f"{100 * d.mean:+.2f} %" for d in moments)
    yes = "yes" if all(d.mean > 0 for d in above) else "no"
    worse = "yes" if all(d.mean <= 0 for d in moments) else "no"
    return [f"{yes}: {gains}", f"{worse}: {losses}"]
