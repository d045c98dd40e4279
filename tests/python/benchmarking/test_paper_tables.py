"""What the program of the paper's experiment makes of scores and fits, and how it writes pages."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from conftest import ROOT

from nmm_opensim.benchmarking.benchmark_setup import BenchmarkSetup
from nmm_opensim.benchmarking.rows import Row
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.optimization import Optimization
from nmm_opensim.training.scoring import EMG, METRICS, MOMENT

if TYPE_CHECKING:
    from elbow_truth import ComparedParameter
    from paper_scores import Scores

ESTIMATORS = ("neighbour_copy", "synx_nmf", "hybrid", "posterior")
OPTIONS = Optimization(1, 0.1, (1,), 0.0, 0.0, 0.0, 0.0)
PEOPLE = tuple(f"p{k}" for k in range(5))


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


def make_row(person: str, estimator: str, what: tuple[str, str], **metrics: float) -> Row:
    kind, quantity = what
    mean = dict.fromkeys(METRICS, math.nan) | {"r": 0.5, "rmse": 0.1, "nrmse": 0.1} | metrics
    spread = dict.fromkeys(METRICS, math.nan)
    own = ("", person, person.rpartition("_")[0])
    return Row("deep", estimator, kind, quantity, 6, 1, mean, spread, {"f/t": 0.5}, *own)


def make_scores(gain: float, worse: float, regimes: tuple[str, ...] = ("drifting",)) -> Scores:
    """The hybrid is above SynX in r of both muscles by ``gain``, its moment worse by ``worse``."""
    from paper_scores import Scores

    setup = SimpleNamespace(estimators=ESTIMATORS, training=SimpleNamespace(optimization=OPTIONS))
    rows = []
    for regime in regimes:
        for k, person in enumerate(PEOPLE):
            name = f"{regime}_{person}"
            for estimator in ESTIMATORS:
                own = gain if estimator == "hybrid" else 0.0
                for muscle in ("BRA", "TRImed"):
                    r = 0.7 + 0.01 * k * (own + 1) + own
                    covered = 0.9 if estimator in ("hybrid", "posterior") else math.nan
                    rows.append(make_row(name, estimator, (EMG, muscle), r=r, coverage=covered))
                lost = 0.1 + (worse if estimator == "hybrid" else 0.0)
                if estimator != "neighbour_copy":
                    rows.append(make_row(name, estimator, (MOMENT, "elbow"), nrmse=lost))
    people = {regime: tuple(f"{regime}_{person}" for person in PEOPLE) for regime in regimes}
    return Scores(cast(BenchmarkSetup, setup), tuple(rows), {"4kg": tuple(rows)}, people)


def make_parameter(calibrated: float, true: float = 1.2) -> ComparedParameter:
    from elbow_truth import ComparedParameter

    return ComparedParameter("max_isometric_force", "BRA", 1.0, calibrated, true, 0.5, 2.5)


def test_the_bar_needs_both_muscles_and_the_moment() -> None:
    from paper_pairs import make_bar_table

    two = ("drifting", "small_drift")
    assert "2 of 2 regimes, 2 were wanted: **reached**" in make_bar_table(make_scores(0.1, 0, two))
    for missed in (make_scores(-0.1, -0.01, two), make_scores(0.1, 0.01, two)):
        assert "0 of 2 regimes, 2 were wanted: **missed**" in make_bar_table(missed)
    assert "**missed**" in make_bar_table(make_scores(0.1, 0.0))


def test_differences_count_people_and_test_them_in_pairs() -> None:
    from paper_pairs import make_difference_table

    table = make_difference_table(make_scores(0.1, 0.02), EMG)
    assert "| drifting | brachialis, r | +0.102 ± 0.002; 5 of 5; p 0.062; d_z" in table
    moments = make_difference_table(make_scores(0.1, 0.02), MOMENT)
    assert "| drifting | elbow, NRMSE (%) | +2.00 ± 0.00; 0 of 5" in moments


def test_a_group_must_be_the_regime_that_was_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import paper_scores

    truth = tmp_path / "truth"
    truth.mkdir()
    (truth / "regime.json").write_text('{"name": "drifting"}', encoding="utf-8")
    training = SimpleNamespace(file=tmp_path / "train.xml")
    person = SimpleNamespace(name="p0", group="small_drift", training=training)
    setup = SimpleNamespace(people=(person,))
    monkeypatch.setattr(paper_scores, "read_benchmark_setup", lambda file: setup)
    with pytest.raises(NMMError, match=r"expected <group>drifting</group>.*found 'small_drift'"):
        paper_scores.read_scores(tmp_path / "benchmark.xml")


def test_seeds_are_told_by_regime() -> None:
    from paper_tables import make_seed_table

    scores = make_scores(0.1, 0.0, ("drifting", "small_drift"))
    spread = dict.fromkeys(METRICS, 0.02)
    table = make_seed_table(
        replace(scores, rows=tuple(replace(r, seeds=5, deviation=spread) for r in scores.rows))
    )
    for regime in scores.regimes:
        assert f"| {regime} | hybrid | brachialis | 0.020 (at most 0.020) | 2.00" in table


def test_calibrated_beside_generic_and_true() -> None:
    from paper_parameters import is_on_a_bound, is_physiological

    assert make_parameter(1.3).nearer
    assert make_parameter(0.9).nearer is False
    assert make_parameter(1.45).nearer is False, "more than a factor of 1.2 off, as the model is"
    assert is_physiological(make_parameter(2.5))
    assert not is_physiological(make_parameter(2.6))
    assert is_on_a_bound(make_parameter(2.49))
    assert is_on_a_bound(make_parameter(0.51))
    assert not is_on_a_bound(make_parameter(2.4))


def test_all_sections_have_their_place_in_the_pages(tmp_path: Path) -> None:
    from paper import make_sections
    from paper_sections import fill_sections
    from paper_tables import make_people_tables

    scores = make_scores(0.1, 0.0)
    filled = fill_sections(ROOT / "docs" / "paper.md", make_sections(scores, [], "images/x.png"))
    assert "| hybrid | 0.82 ± 0.02 |" in filled
    assert "(images/x.png)" in filled
    page = ROOT / "docs" / "paper_people.md"
    people = fill_sections(page, {"people": make_people_tables(scores)})
    assert "| drifting_p0 | 4kg | 0.70 / 0.70 | 0.70 / 0.70 | 0.80 / 0.80 | 0.70 / 0.70 |" in people


def test_pages_keep_what_others_wrote(tmp_path: Path) -> None:
    from paper_sections import fill_sections

    page = tmp_path / "page.md"
    page.write_text("before\n<!-- made: a -->\nold\n<!-- end: a -->\nafter\n", encoding="utf-8")
    once = fill_sections(page, {"a": "new \\1 | x |"})
    assert once == "before\n<!-- made: a -->\n\nnew \\1 | x |\n\n<!-- end: a -->\nafter\n"
    page.write_text(once, encoding="utf-8")
    assert fill_sections(page, {"a": "new \\1 | x |"}) == once
    with pytest.raises(NMMError, match="expected the sections a, b"):
        fill_sections(page, {"a": "", "b": ""})
    page.write_text("<!-- made: a -->\nopen", encoding="utf-8")
    with pytest.raises(NMMError, match="'<!-- end: a -->' after"):
        fill_sections(page, {"a": ""})


def test_the_figure_shows_people_and_their_mean(tmp_path: Path) -> None:
    from paper_figure import MEASURES, draw, gather

    scores = make_scores(0.1, 0.0, ("drifting", "small_drift"))
    assert len(gather(scores, "drifting", MEASURES[0])["hybrid"]) == len(PEOPLE)
    draw(scores, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")
