"""The setup of the paper's experiment: whom it asks, what it hides, which loads it leaves out."""

from __future__ import annotations

import pytest
from conftest import ROOT
from lxml import etree

from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.benchmarking.cells import list_cells, list_questions
from nmm_opensim.estimators.catalogue import ESTIMATORS
from nmm_opensim.examples.elbow.regime import DRIFTING, REGIMES
from nmm_opensim.examples.elbow.trials import list_cases

FILE = ROOT / "setups" / "paper_benchmark.xml"
SEEDS = range(2, 7)
SEEDED = ("nmm", "hybrid", "hybrid_without_emg")


@pytest.fixture(scope="module")
def tool() -> etree._Element:
    return etree.parse(FILE).getroot().find("NMMBenchmarkTool")


def test_five_subjects_in_every_regime(tool: etree._Element) -> None:
    people = tool.findall("people/Person")
    names = [f"{regime}_{seed}" for regime in REGIMES for seed in SEEDS]
    assert [person.get("name") for person in people] == names
    for person in people:
        folder = f"../results/paper/{person.get('name')}/train.xml"
        assert person.findtext("training_setup_file") == folder
        assert person.findtext("group") == person.get("name").rpartition("_")[0]


def test_five_seeds_where_sharing_drifts_and_one_elsewhere(tool: etree._Element) -> None:
    assert tool.findtext("seeds") == "1"
    for person in tool.findall("people/Person"):
        own = "1 2 3 4 5" if person.get("name").startswith(DRIFTING) else None
        assert person.findtext("seeds") == own


def test_each_load_is_left_out_with_all_its_trials(tool: etree._Element) -> None:
    folds = {
        fold.get("name"): fold.findtext("test_trials").split()
        for fold in tool.findall("folds/Fold")
    }
    assert list(folds) == ["0kg", "2kg", "4kg"]
    made = [case.name for case in list_cases()]
    for load, trials in folds.items():
        assert trials == [name for name in made if name.startswith(f"{load}_")]
        assert len(trials) == 6


def test_both_deep_muscles_are_hidden_together(tool: etree._Element) -> None:
    groups = tool.findall("hidden_channels/HiddenGroup")
    assert [group.get("name") for group in groups] == ["deep"]
    hidden = [channel.get("name") for channel in groups[0]]
    assert hidden == ["brachialis", "triceps_medial"]


def test_estimators_are_known_and_hold_method_and_rivals(tool: etree._Element) -> None:
    named = tool.findtext("estimators").split()
    assert set(named) <= set(ESTIMATORS)
    assert {*SEEDED, "posterior", "posterior_own_moments", "supervised"} <= set(named)
    assert {"neighbour_copy", "synx_nmf", "synx_pca"} <= set(named)
    assert {"synx_nmf_oracle", "synx_pca_oracle"} <= set(named)


def test_it_is_read_where_its_people_are() -> None:
    people = ROOT / "results" / "paper"
    lacking = [
        name
        for name in (f"{regime}_{seed}" for regime in REGIMES for seed in SEEDS)
        if not (people / name / "train.xml").is_file()
    ]
    if lacking:
        pytest.skip(f"{people}: no {', '.join(lacking)}; scripts/paper.sh makes them")
    setup = read_benchmark_setup(FILE)
    assert {name: len(people) for name, people in setup.groups.items()} == dict.fromkeys(REGIMES, 5)
    assert len(list_questions(setup)) == 15 * 3
    cells = list_cells(setup)
    assert len([cell for cell in cells if cell.estimator == "hybrid"]) == 3 * (5 * 5 + 10)
    assert {channel.muscle for channel in setup.hidden_groups[0].channels} == {"BRA", "TRImed"}
