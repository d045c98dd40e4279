"""Estimators compared person by person, against numbers worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from nmm_opensim.benchmarking.pairs import Difference, compare_people
from nmm_opensim.benchmarking.pairs_table import describe_pairs, make_pairs_tables, write_pairs
from nmm_opensim.benchmarking.rows import Row, pool_people
from nmm_opensim.benchmarking.verdicts import judge
from nmm_opensim.estimators.interface import Standing
from nmm_opensim.training.scoring import EMG, METRICS, MOMENT

STANDINGS: dict[str, Standing] = {
    "nmm": "NMM",
    "own_moments": "NMM",
    "neighbour_copy": "baseline",
    "static": "baseline",
    "supervised": "ceiling",
}
GIVEN = ("own_moments", "static")
LABELS = {name: f"{name}*" if name in GIVEN else name for name in STANDINGS}


def make_rows(
    estimator: str, r: Sequence[float], rmse: Sequence[float], kind: str = EMG
) -> list[Row]:
    """A row of each of several people."""
    rows = []
    for i, values in enumerate(zip(r, rmse, strict=True)):
        mean = dict.fromkeys(METRICS, 0.1) | dict(zip(("r", "rmse"), values, strict=True))
        spread = dict.fromkeys(METRICS, 0.5)
        trials = {"roles/t": values[0]}
        rows.append(Row("deep", estimator, kind, "m", 1, 2, mean, spread, trials, person=f"p{i}"))
    return rows


def test_differences_of_five_people() -> None:
    rows = [
        *make_rows("nmm", [0.5, 0.6, 0.7, 0.8, 0.9], [0.3, 0.3, 0.3, 0.3, 0.3]),
        *make_rows("neighbour_copy", [0.4, 0.4, 0.4, 0.4, 0.4], [0.2, 0.4, 0.5, 0.6, 0.7]),
        *make_rows("supervised", [1.0] * 5, [0.0] * 5),
    ]
    r, rmse = compare_people(rows, STANDINGS, GIVEN)
    assert (r.metric, r.estimator, r.baseline, r.people, r.better) == (
        "r",
        "nmm",
        "neighbour_copy",
        5,
        5,
    )
    # 0.1 to 0.5: all of 2^5 signs but two are less far from 0.
    assert r.mean == pytest.approx(0.3)
    assert r.deviation == pytest.approx(math.sqrt(0.025))
    assert r.wilcoxon_p == pytest.approx(2 / 32)
    assert r.effect == pytest.approx(0.3 / math.sqrt(0.025))
    # t = 4.2426 with 4 degrees of freedom.
    assert r.t_p == pytest.approx(0.013236, rel=1e-3)
    # Less of an error is better: 0.1 -0.1 -0.2 -0.3 -0.4.
    assert (rmse.metric, rmse.better) == ("rmse", 4)
    assert rmse.mean == pytest.approx(-0.18)
    text = "\n".join(make_pairs_tables([r, rmse], LABELS))
    assert (
        "| deep | m | nmm | neighbour_copy | 0.30 ± 0.16 | 5 of 5 | 0.062 | 0.013 | 1.9 |" in text
    )
    assert "### EMG of the hidden muscle, RMSE as predicted (% of maximum)" in text
    assert "| -18.0 ± 19.2 | 4 of 5 |" in text
    assert "With 5 people the first cannot be below 0.062" in describe_pairs([r, rmse])


def test_who_answered_other_trials_is_not_compared() -> None:
    nmm = make_rows("nmm", [0.5, 0.6, 0.7], [0.1] * 3)
    copy = make_rows("neighbour_copy", [0.4, 0.4, 0.4], [0.1] * 3)
    copy[2].r_by_trial["roles/another"] = 0.4
    (r, rmse) = compare_people([*nmm, *copy], STANDINGS, GIVEN)
    assert (r.people, r.better) == (2, 2)
    # Nothing differs: no ranks, no deviation, no effect.
    assert (rmse.mean, rmse.better, rmse.wilcoxon_p) == (0.0, 0, 1.0)
    assert math.isnan(rmse.t_p)
    assert math.isnan(rmse.effect)
    assert "| 0.0 ± 0.0 | 0 of 2 | 1 | – | – |" in make_pairs_tables([rmse], LABELS)[1]
    assert compare_people([*nmm, copy[0]], STANDINGS, GIVEN) == []


def test_of_moments_errors_are_relative_to_their_range() -> None:
    rows = [
        *make_rows("nmm", [0.5, 0.6], [9.0, 9.0], MOMENT),
        *make_rows("neighbour_copy", [0.4, 0.4], [9.0, 9.0], MOMENT),
    ]
    found = compare_people(rows, STANDINGS, GIVEN)
    assert [each.metric for each in found] == ["r", "nrmse"]
    assert make_pairs_tables(found, LABELS)[2] == "### Moments, RMSE relative to the range (%)"


def test_differences_are_a_table_of_their_own(tmp_path: Path) -> None:
    found = Difference("deep", EMG, "m", "nmm", "copy", "r", 2, 1, 0.1, 0.2, 1.0, math.nan, 0.5)
    write_pairs(tmp_path / "pairs.csv", [found], ["copy"])
    header, line = (tmp_path / "pairs.csv").read_text().splitlines()
    assert header.startswith("hidden,kind,quantity,estimator,baseline,metric,people,better,mean,")
    assert header.endswith(",effect,estimator_given_moments,baseline_given_moments")
    assert line == "deep,EMG,m,nmm,copy,r,2,1,0.1,0.2,1,nan,0.5,no,yes"
    write_pairs(tmp_path / "pairs.csv", [replace(found, group="young")], [])
    header, line = (tmp_path / "pairs.csv").read_text().splitlines()
    assert header.startswith("group,hidden,kind,")
    assert line == "young,deep,EMG,m,nmm,copy,r,2,1,0.1,0.2,1,nan,0.5,no,no"


def test_fitted_moments_are_not_held_against_predicted_ones() -> None:
    """Of EMG everyone is compared, and marked; of moments whoever was given the same."""
    names = ("nmm", "own_moments", "neighbour_copy", "static")
    rows = [
        row
        for kind in (EMG, MOMENT)
        for name in names
        for row in make_rows(name, [0.5, 0.6], [0.1, 0.2], kind)
    ]
    found = compare_people(rows, STANDINGS, GIVEN)
    of_emg = {(d.estimator, d.baseline) for d in found if d.kind == EMG}
    assert of_emg == {(nmm, other) for nmm in names[:2] for other in names[2:]}
    of_moments = {(d.estimator, d.baseline) for d in found if d.kind == MOMENT}
    assert of_moments == {("nmm", "neighbour_copy"), ("own_moments", "static")}
    text = "\n".join(make_pairs_tables(found, LABELS))
    assert "| deep | m | own_moments* | neighbour_copy |" in text
    assert "| deep | m | nmm | static* |" in text


def test_nothing_is_pooled_or_tested_over_groups() -> None:
    """The same five in both groups, whose differences are opposite."""
    nmm, copy = [0.5, 0.6, 0.7, 0.8, 0.9], [0.4] * 5
    rows = [
        replace(row, group=group)
        for group, own in (("a", (nmm, copy)), ("b", (copy, nmm)))
        for name, r in zip(("nmm", "neighbour_copy"), own, strict=True)
        for row in make_rows(name, r, [0.1] * 5)
    ]
    found = [d for d in compare_people(rows, STANDINGS, GIVEN) if d.metric == "r"]
    assert [(d.group, d.people, d.better) for d in found] == [("a", 5, 5), ("b", 5, 0)]
    assert [d.mean for d in found] == pytest.approx([0.3, -0.3])
    pooled = pool_people(rows)
    assert [(row.group, row.estimator, row.trials) for row in pooled] == [
        ("a", "nmm", 5),
        ("a", "neighbour_copy", 5),
        ("b", "nmm", 5),
        ("b", "neighbour_copy", 5),
    ]
    assert [row.mean["r"] for row in pooled] == pytest.approx([0.7, 0.4, 0.4, 0.7])
    verdicts = judge(rows, STANDINGS)
    assert [verdict.group for verdict in verdicts] == ["a", "b"]
    assert [verdict.r for verdict in verdicts] == pytest.approx([0.7, 0.4])
    assert [verdict.best_r for verdict in verdicts] == pytest.approx([0.4, 0.7])
    # Of one person in a group nothing is tested, however many there are in all.
    alone = [replace(row, group=row.person) for row in rows if row.group == "a"]
    assert compare_people(alone, STANDINGS, GIVEN) == []


def test_over_people_means_of_means_and_their_spread() -> None:
    rows = make_rows("nmm", [0.4, 0.8], [0.1, 0.3])
    (pooled,) = pool_people(rows)
    assert pooled.person == ""
    assert pooled.trials == 2
    assert pooled.mean["r"] == pytest.approx(0.6)
    assert pooled.deviation["r"] == pytest.approx(0.4 / math.sqrt(2))
    assert pooled.r_by_trial == {"p0/roles/t": 0.4, "p1/roles/t": 0.8}
    # Of one the spread over seeds stays.
    (alone,) = pool_people(rows[:1])
    assert (alone.person, alone.deviation["r"]) == ("", 0.5)
