"""Hide-a-muscle: what is hidden, what is kept, and what the tables say."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Walking, run_cli

from nmm_opensim.benchmarking.benchmark import benchmark
from nmm_opensim.benchmarking.benchmark_report import make_markdown
from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.benchmarking.cells import Cell, CellScores, list_cells
from nmm_opensim.benchmarking.person import Fold, HiddenGroup
from nmm_opensim.benchmarking.rows import Row, summarise_cells
from nmm_opensim.benchmarking.run_cells import run_cells
from nmm_opensim.benchmarking.verdicts import judge
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.catalogue import list_standings
from nmm_opensim.estimators.interface import Standing
from nmm_opensim.listener import Listener
from nmm_opensim.nmm.sources import Deep, Measured, Tied
from nmm_opensim.physics.muscles.activation import POSSIBLE_DELAY
from nmm_opensim.training.hide_channels import (
    find_synergists,
    hide_channels,
    list_recorded_channels,
)
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.scoring import EMG, METRICS, Score
from nmm_opensim.training.training_setup import TrainingSetup, read_training_setup


@pytest.fixture
def setup(walking_inputs: Walking) -> TrainingSetup:
    """The training of the README."""
    return read_training_setup(walking_inputs.folder / "setups" / "walking_train.xml")


@pytest.fixture
def benchmark_setup(walking_inputs: Walking) -> Path:
    """Two muscles, one seed, few iterations."""
    walking_inputs.copy(
        walking_inputs.train_setup, "few_train.xml", ("<iterations>40", "<iterations>3")
    )
    setups = walking_inputs.train_setup.parent
    text = (setups / "walking_benchmark.xml").read_text(encoding="utf-8")
    text = re.sub(r'<HiddenChannel name="vastus.*?</HiddenChannel>', "", text, flags=re.DOTALL)
    text = text.replace("walking_train.xml", "few_train.xml")
    text = text.replace("<seeds>1 2 3 4 5<", "<seeds>1<")
    text = re.sub(r"<estimators>.*?<", "<estimators>neighbour_copy nmm<", text, flags=re.DOTALL)
    file = setups / "few_benchmark.xml"
    file.write_text(text, encoding="utf-8")
    return file


def test_hiding_a_channel_of_two_muscles(setup: TrainingSetup) -> None:
    setup = hide_channels(setup, {"gastrocnemius": ["soleus"]})
    sources = {source.muscle: source for source in setup.sources}
    first, second = sources["gasmed_r"], sources["gaslat_r"]
    assert first == Deep("gasmed_r", "gastrocnemius", ("soleus",))
    assert second == Tied("gaslat_r", "gasmed_r")
    # What was deep is measured now, and who was tied to it still is.
    assert sources["soleus_r"] == Measured("soleus_r", ("soleus",), (1.0,))
    assert sources["tibpost_r"] == Tied("tibpost_r", "soleus_r")


def test_a_muscle_of_several_channels_listens_to_the_others(setup: TrainingSetup) -> None:
    mixed = Measured("bfsh_r", ("biceps_femoris", "medial_hamstrings"), (0.25, 0.75))
    sources = [mixed if s.muscle == "bfsh_r" else s for s in setup.sources]
    hidden = hide_channels(replace(setup, sources=tuple(sources)), {"medial_hamstrings": []})
    found = next(s for s in hidden.sources if s.muscle == "bfsh_r")
    assert found == Measured("bfsh_r", ("biceps_femoris",), (1.0,))


def test_no_source_reads_the_hidden_channel(setup: TrainingSetup) -> None:
    for channel in list_recorded_channels(setup.sources):
        for source in hide_channels(setup, {channel: []}).sources:
            assert not (isinstance(source, Measured) and channel in source.channels)


def test_a_benchmark_says_which_muscle_a_channel_scores(benchmark_setup: Path) -> None:
    declared = read_benchmark_setup(benchmark_setup)
    (channel,) = declared.hidden_groups[1].channels
    assert (channel.name, channel.muscle, channel.others) == (
        "gastrocnemius",
        "gasmed_r",
        ("gaslat_r",),
    )
    assert "the others follow it: gastrocnemius gasmed_r (gaslat_r)." in make_markdown(
        declared, summarise_cells([make_scores("nmm", 1, [0.8])]), []
    )
    text = benchmark_setup.read_text(encoding="utf-8")
    named = '<HiddenChannel name="gastrocnemius"><muscle>gaslat_r</muscle>'
    benchmark_setup.write_text(text.replace('<HiddenChannel name="gastrocnemius">', named))
    declared = read_benchmark_setup(benchmark_setup)
    hidden = declared.people[0].training_for(declared.hidden_groups[1], declared.folds[0])
    sources = {source.muscle: source for source in hidden.sources}
    assert sources["gaslat_r"] == Deep("gaslat_r", "gastrocnemius", ("soleus",))
    assert sources["gasmed_r"] == Tied("gasmed_r", "gaslat_r")


def test_synergists_count_whichever_muscle_of_the_channel_declares_them(
    setup: TrainingSetup,
) -> None:
    """Of medial hamstrings both muscles, the second alone, or neither declare them."""

    def declare(first: tuple[str, ...], second: tuple[str, ...]) -> TrainingSetup:
        told = {"semimem_r": first, "semiten_r": second}
        sources = [
            replace(source, synergists=told[source.muscle])
            if isinstance(source, Measured) and source.muscle in told
            else source
            for source in setup.sources
        ]
        return replace(setup, sources=tuple(sources))

    channel = "medial_hamstrings"
    both = declare(("biceps_femoris",), ("gastrocnemius", "biceps_femoris"))
    assert find_synergists(both.sources, channel) == ["biceps_femoris", "gastrocnemius"]
    second = declare((), ("biceps_femoris",))
    assert find_synergists(second.sources, channel) == ["biceps_femoris"]
    hidden = hide_channels(second, {channel: ["biceps_femoris"]})
    sources = {source.muscle: source for source in hidden.sources}
    assert sources["semiten_r"] == Deep("semiten_r", channel, ("biceps_femoris",))
    assert sources["semimem_r"] == Tied("semimem_r", "semiten_r")
    assert find_synergists(declare((), ()).sources, channel) == []


@pytest.mark.parametrize(
    ("channel", "synergists", "complaint"),
    [
        ("gastroc", [], "found 'gastroc'; nearest: gastrocnemius"),
        ("soleus", ["gastroc"], "found 'gastroc'; nearest: gastrocnemius"),
        ("soleus", ["soleus"], "is hidden and cannot be a synergist"),
    ],
)
def test_refused_channels(
    setup: TrainingSetup, channel: str, synergists: list[str], complaint: str
) -> None:
    with pytest.raises(NMMError, match=complaint):
        hide_channels(setup, {channel: synergists})


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("neighbour_copy nmm<", "neighbour nmm<", r"few_benchmark.xml:\d+: .*found 'neighbour'"),
        ('name="soleus"', 'name="soleos"', "found 'soleos'; nearest: soleus"),
        ("<seeds>1<", "<seeds><", r"few_benchmark.xml:\d+: .*seed"),
        (
            'name="gastrocnemius">',
            'name="gastrocnemius"><muscle>soleus_r</muscle>',
            r"few_benchmark.xml:\d+: <muscle>: .*gasmed_r or gaslat_r, but found 'soleus_r'",
        ),
        (
            "<seeds>1<",
            '<folds><Fold name="a"><test_trials>third</test_trials></Fold></folds><seeds>1<',
            r"few_benchmark.xml:\d+: <test_trials>: .*found 'third'",
        ),
        (
            "<seeds>1<",
            '<folds><Fold name="a"><test_trials>first_stride second_stance</test_trials></Fold>'
            "</folds><seeds>1<",
            "expected a trial left to train on",
        ),
    ],
)
def test_refused_setups(benchmark_setup: Path, old: str, new: str, complaint: str) -> None:
    text = benchmark_setup.read_text(encoding="utf-8")
    assert old in text
    benchmark_setup.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(NMMError, match=complaint):
        read_benchmark_setup(benchmark_setup)


@pytest.fixture
def without_moments(walking_inputs: Walking, benchmark_setup: Path) -> Path:
    """Hides soleus on a test trial of which nobody knows the moments."""
    walking_inputs.leave_out_moments(
        benchmark_setup.with_name("few_train.xml"), "unknown_train.xml", "second_stance"
    )
    text = benchmark_setup.read_text(encoding="utf-8")
    text = re.sub(r'<HiddenChannel name="gastroc.*?</HiddenChannel>', "", text, flags=re.DOTALL)
    text = text.replace("few_train.xml", "unknown_train.xml")
    text = text.replace("neighbour_copy nmm<", "static_optimization neighbour_copy nmm<")
    text = text.replace("results/walking_benchmark", "results/unknown_benchmark")
    file = benchmark_setup.with_name("unknown_benchmark.xml")
    file.write_text(text, encoding="utf-8")
    return file


def test_who_is_given_moments_is_not_asked_without_them(without_moments: Path) -> None:
    done = benchmark(without_moments)
    assert [cell.estimator for cell in list_cells(done.setup)] == ["neighbour_copy", "nmm"]
    assert {row.kind for row in done.rows} == {EMG}
    assert "| static_optimization* | neighbour_copy | nmm |" in done.markdown
    assert "| soleus | soleus_r | n/a | 0.54 | " in done.markdown
    assert "## Moment" not in done.markdown
    assert "Some test trials have no moments" in done.markdown
    assert all(file.stat().st_size > 0 for file in done.files)
    assert done.verdicts[0].best_baseline == "neighbour_copy"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "<seeds>1<",
            '<folds><Fold name="a"><test_trials>first_stride</test_trials></Fold></folds><seeds>1<',
            r"unknown_benchmark.xml:\d+: <test_trials>: .*'second_stance' of 'unknown_train.xml'",
        ),
        (
            "static_optimization neighbour_copy nmm<",
            "static_optimization emg_assisted<",
            r"unknown_benchmark.xml:\d+: <estimators>: .*found static_optimization, emg_assisted",
        ),
    ],
)
def test_what_needs_moments_is_refused_without_them(
    without_moments: Path, old: str, new: str, complaint: str
) -> None:
    text = without_moments.read_text(encoding="utf-8")
    assert old in text
    without_moments.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(NMMError, match=complaint):
        read_benchmark_setup(without_moments)


def test_a_fold_may_test_on_a_trial_without_moments(without_moments: Path) -> None:
    text = without_moments.read_text(encoding="utf-8")
    fold = '<folds><Fold name="a"><test_trials>second_stance</test_trials></Fold></folds>'
    without_moments.write_text(text.replace("<seeds>1<", f"{fold}<seeds>1<"), encoding="utf-8")
    setup = read_benchmark_setup(without_moments)
    assert setup.silent_estimators == ("static_optimization",)


def test_verdicts_compare_on_the_trials_that_both_answered(without_moments: Path) -> None:
    """The baseline answers the first of two trials alone, where it is better."""
    rows = summarise_cells(
        [
            make_scores("static_optimization", None, [0.8]),
            make_scores("neighbour_copy", None, [0.4, 0.5]),
            make_scores("nmm", 1, [0.5, 0.9]),
            make_scores("nmm", 2, [0.7, 0.9]),
        ]
    )
    standings: dict[str, Standing] = {
        "nmm": "NMM",
        "neighbour_copy": "baseline",
        "static_optimization": "baseline",
    }
    (verdict,) = judge(rows, standings)
    assert verdict.best_baseline == "static_optimization"
    assert verdict.r == pytest.approx(0.6)
    assert verdict.best_r == pytest.approx(0.8)
    # The copy answered both trials.
    assert verdict.own_r == pytest.approx(0.75)
    assert verdict.copy_r == pytest.approx(0.45)
    text = make_markdown(read_benchmark_setup(without_moments), rows, [verdict])
    assert "| soleus | soleus_r | 0.80 (1 of 2) | 0.45 | 0.75 ± 0.07 |" in text
    # A mean of fewer trials is compared with no other.
    assert "| mean | |  | 0.45 | 0.75 |" in text


def test_a_fold_tests_on_its_trials_and_trains_on_all_others(setup: TrainingSetup) -> None:
    folded = Fold("first", ("first_stride",)).apply(setup)
    assert {t.name: t.role for t in folded.trials} == {
        "first_stride": "test",
        "second_stance": "train",
    }


def test_channels_hidden_together_are_no_synergists(setup: TrainingSetup) -> None:
    hidden = hide_channels(setup, {"gastrocnemius": [], "soleus": []})
    sources = {source.muscle: source for source in hidden.sources}
    assert sources["gasmed_r"] == Deep("gasmed_r", "gastrocnemius")
    assert sources["soleus_r"] == Deep("soleus_r", "soleus")
    assert sources["tibpost_r"] == Tied("tibpost_r", "soleus_r")
    assert find_synergists(setup.sources, "vastus_medius") == ["vastus_lateralis", "rectus_femoris"]
    # Who was its synergist has one less.
    left = hide_channels(setup, {"vastus_medius": ["rectus_femoris"]})
    assert find_synergists(left.sources, "vastus_lateralis") == ["rectus_femoris"]


def test_names_cannot_lead_out_of_the_folder() -> None:
    cell = Cell(HiddenGroup("../../soleus", ()), Fold("/a b"), "nmm", 3)
    assert cell.file_name == "------soleus_-a-b_nmm_3.json"


class Computed(Listener):
    """Hears which cells are computed."""

    def __init__(self) -> None:
        self.cells: list[str] = []

    def progress(self, text: str, share: float | None = None) -> None:
        if share != 1.0:
            self.cells.append(text)


def test_the_verb_on_two_muscles_goes_on_where_it_stopped(benchmark_setup: Path) -> None:
    setup = read_benchmark_setup(benchmark_setup)
    assert len(list_cells(setup)) == 4
    heard = Computed()
    first = list(run_cells(setup, heard))
    assert [text.split()[0] for text in heard.cells] == ["0/4", "1/4", "2/4", "3/4"]
    # All but one are kept; a damaged one is as good as none.
    cells = setup.results_directory / "cells"
    damaged = list_cells(setup)[1]
    (cells / damaged.file_name).write_text("{", encoding="utf-8")
    again = list(run_cells(setup, heard))
    assert heard.cells[4:] == [f"1/4 {damaged.title}"]
    assert again == first

    # Where nobody watches a terminal, what is computed is a line each.
    (cells / damaged.file_name).write_text("{", encoding="utf-8")
    done = run_cli("benchmark", str(benchmark_setup))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("Benchmark")] == [
        f"Benchmark 1/4 {damaged.title}",
        "Benchmark 4/4",
    ]
    stem = setup.results_directory / "walking_benchmark"
    report = stem.with_suffix(".md").read_text(encoding="utf-8")
    assert "| soleus | soleus_r | 0.54 | " in report
    rows = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    assert {row["hidden"] for row in rows} == {"soleus", "gastrocnemius"}
    assert stem.with_suffix(".csv").read_text(encoding="utf-8").count("\n") == len(rows) + 1
    assert stem.with_suffix(".png").stat().st_size > 5000


def make_scores(
    estimator: str, seed: int | None, values: list[float], verdicts: Sequence[str | None] = ()
) -> CellScores:
    """A score a trial; ``verdicts`` are what the estimator said of itself in each."""
    numbers = dict.fromkeys(METRICS, 0.1)
    alike = Score("", "test", EMG, "soleus_r", estimator, seed, **numbers, verdict=None)
    scores = tuple(
        replace(alike, trial=f"trial{k}", r=r, verdict=verdict)
        for k, (r, verdict) in enumerate(zip(values, verdicts or [None] * len(values), strict=True))
    )
    return CellScores(Cell(HiddenGroup("soleus", ()), Fold("roles"), estimator, seed), scores)


def test_means_are_over_trials_and_spreads_over_seeds() -> None:
    rows = summarise_cells(
        [
            make_scores("neighbour_copy", None, [0.4, 0.6]),
            make_scores("nmm", 1, [0.8, 0.6]),
            make_scores("nmm", 2, [0.9, 0.9]),
        ]
    )
    copy, nmm = rows
    assert copy.mean["r"] == pytest.approx(0.5)
    assert math.isnan(copy.deviation["r"])
    assert nmm.mean["r"] == pytest.approx(0.8)
    assert nmm.deviation["r"] == pytest.approx(0.1 * math.sqrt(2))
    assert (nmm.trials, nmm.seeds, copy.seeds) == (2, 2, 0)


KNOWN = {**dict.fromkeys(METRICS, 0.1), "scaled_rmse": 0.12, "coverage": 0.93, "expected_r": 0.84}
STANDINGS: dict[str, Standing] = {
    "nmm": "NMM",
    "neighbour_copy": "baseline",
    "population_mean": "baseline",
    "supervised": "ceiling",
}


def make_row(estimator: str, r: float, verdict: str = "", **others: float) -> Row:
    mean = {**KNOWN, **others, "r": r}
    spread = dict.fromkeys(METRICS, math.nan)
    return Row("soleus", estimator, EMG, "soleus_r", 1, 5, mean, spread, {"roles/t": r}, verdict)


@pytest.mark.parametrize(
    ("nmm", "copy", "words"),
    [
        (0.9, 0.6, "a plain copy is worse (r 0.60)"),
        (0.63, 0.6, "a plain copy is worse (r 0.60)"),
        (0.61, 0.6, "a plain copy does as well (r 0.60)"),
        (0.59, 0.6, "a plain copy does as well (r 0.60)"),
        (0.57, 0.6, "a plain copy is better (r 0.60)"),
        (0.2, 0.6, "a plain copy is better (r 0.60)"),
        (0.9, None, "there is no copy to compare with"),
    ],
)
def test_what_a_muscle_is_worth_in_a_sentence(nmm: float, copy: float | None, words: str) -> None:
    """By itself, what was expected of it, and beside a copy; ceilings are compared with nobody."""
    rows = [
        make_row("nmm", nmm, "use with care"),
        make_row("population_mean", 0.3),
        make_row("supervised", 0.99),
    ]
    if copy is not None:
        rows.append(make_row("neighbour_copy", copy))
    (verdict,) = judge(rows, STANDINGS)
    assert verdict.best_baseline == ("population_mean" if copy is None else "neighbour_copy")
    assert verdict.text == (
        f"r {nmm:.2f}, error 12 % of maximum, 93 % inside its 90 % interval, "
        f"expected r 0.84 (use with care); {words}"
    )


def test_what_an_estimator_does_not_say_of_itself_is_left_out() -> None:
    rows = [
        make_row("nmm", 0.9, coverage=math.nan, expected_r=math.nan),
        make_row("neighbour_copy", 0.6),
    ]
    (verdict,) = judge(rows, STANDINGS)
    assert verdict.text == ("r 0.90, error 12 % of maximum; a plain copy is worse (r 0.60)")


def test_the_best_baseline_may_be_another_than_the_copy(benchmark_setup: Path) -> None:
    rows = [
        make_row("nmm", 0.7, "trust"),
        make_row("neighbour_copy", 0.5),
        make_row("population_mean", 0.8),
    ]
    (verdict,) = judge(rows, STANDINGS)
    assert (verdict.best_baseline, verdict.best_r) == ("population_mean", 0.8)
    assert verdict.text.endswith("expected r 0.84 (trust); a plain copy is worse (r 0.50)")
    table = make_markdown(read_benchmark_setup(benchmark_setup), rows, [verdict])
    line = f"| soleus | soleus_r | nmm | population_mean 0.80 | {verdict.text} |"
    assert line in table.splitlines()


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (["trust", "trust"], "trust"),
        (["trust", "use with care"], "use with care"),
        (["do not use", "trust"], "do not use"),
        ([None, "trust"], "trust"),
        ([None, None], ""),
    ],
)
def test_of_several_trials_the_most_cautious_verdict_is_told(
    said: list[str | None], verdict: str
) -> None:
    (row,) = summarise_cells([make_scores("nmm", 1, [0.8, 0.6], said)])
    assert row.verdict == verdict


def test_the_table_shows_spreads_and_gaps(benchmark_setup: Path) -> None:
    rows = summarise_cells(
        [
            make_scores("neighbour_copy", None, [0.5]),
            make_scores("nmm", 1, [0.8]),
            make_scores("nmm", 2, [0.9]),
        ]
    )
    text = make_markdown(read_benchmark_setup(benchmark_setup), rows, [])
    assert "| soleus | soleus_r | 0.50 | 0.85 ± 0.07 |" in text
    # A copy without synergists gives nothing, which is said, and has no mean to compare.
    lonely = make_scores("nmm", 1, [0.7])
    lonely = replace(lonely, cell=replace(lonely.cell, hidden=HiddenGroup("tibialis", ())))
    rows += summarise_cells([lonely])
    text = make_markdown(read_benchmark_setup(benchmark_setup), rows, [])
    assert "| tibialis | soleus_r | n/a | 0.70 |" in text
    assert re.search(r"\| mean \| \|  \| 0.7\d \|", text)


def test_the_table_marks_who_is_given_more(walking_inputs: Walking) -> None:
    setup = read_benchmark_setup(walking_inputs.train_setup.with_name("walking_benchmark.xml"))
    rows = summarise_cells([make_scores(name, None, [0.5]) for name in setup.estimators])
    text = make_markdown(setup, rows, [])
    assert "| neighbour_copy | population_mean | nmm | posterior | synx_nmf | synx_pca |" in text
    assert "| synx_nmf_oracle† |" in text
    assert "| emg_assisted* | static_optimization* | supervised† |" in text


def test_verdicts_mark_who_is_given_moments(benchmark_setup: Path) -> None:
    rows = [
        make_row("posterior_own_moments", 0.9),
        make_row("nmm", 0.7),
        make_row("neighbour_copy", 0.5),
        make_row("static_optimization", 0.8),
    ]
    setup = read_benchmark_setup(benchmark_setup)

    def tell(rows: Sequence[Row]) -> str:
        verdicts = judge(rows, list_standings(setup.training.optimization))
        return make_markdown(setup, rows, verdicts).partition("## Trust")[2]

    told = tell(rows)
    assert "| soleus | soleus_r | posterior_own_moments* | static_optimization* 0.80 |" in told
    assert "| soleus | soleus_r | nmm | static_optimization* 0.80 |" in told
    assert "\n\n*: given the joint moments of the trial that it estimates.\n\n|" in told
    # Where nobody is marked nothing is explained.
    assert "given the joint moments" not in tell(rows[1:3])


def test_a_delay_is_found_where_no_channel_tells_of_what_is_hidden(setup: TrainingSetup) -> None:
    """Rectus femoris moves the knee and tibialis anterior the ankle: no moment is EMG's alone."""
    unknown = replace(setup, electromechanical_delay=None)
    lonely: dict[str, list[str]] = {"tibialis_anterior": [], "rectus_femoris": []}
    prepared = prepare_training(hide_channels(unknown, lonely))
    low, high = POSSIBLE_DELAY
    assert low <= prepared.declaration.electromechanical_delay <= high
    assert any(
        re.search("No channel tells of recfem_r, tibant_r,", text) for text in prepared.warnings
    )
    # One of the two leaves the other's coordinate to tell it.
    prepared = prepare_training(hide_channels(unknown, {"tibialis_anterior": []}))
    assert not any("No channel tells" in text for text in prepared.warnings)
