"""The scores of the paper's experiment, by regime, person and load, as the benchmark kept them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmm_opensim.benchmarking.benchmark_setup import BenchmarkSetup, read_benchmark_setup
from nmm_opensim.benchmarking.cell_store import CellStore
from nmm_opensim.benchmarking.cells import CellScores, list_cells
from nmm_opensim.benchmarking.person import Person
from nmm_opensim.benchmarking.rows import Row, summarise_cells
from nmm_opensim.errors import NMMError
from nmm_opensim.training.scoring import EMG, MOMENT

SYNX, HYBRID = "synx_nmf", "hybrid"
COMPARED = (HYBRID, "hybrid_without_emg", "posterior")
"""NMMs that are held against :data:`SYNX` person by person."""
LABELS: Mapping[str, str] = {
    "neighbour_copy": "copy of synergists",
    "synx_nmf": "SynX NMF",
    "synx_pca": "SynX PCA",
    "synx_nmf_oracle": "SynX NMF, trial oracle",
    "synx_pca_oracle": "SynX PCA, trial oracle",
    "nmm": "network on moments (nmm)",
    "hybrid": "hybrid",
    "hybrid_without_emg": "hybrid without EMG",
    "posterior": "posterior",
    "posterior_own_moments": "posterior, own moments",
    "supervised": "ceiling",
}
"""What a reader calls the estimators."""
MUSCLES: Mapping[str, str] = {"BRA": "brachialis", "TRImed": "medial triceps"}


@dataclass(frozen=True)
class Scores:
    """All scores of a benchmark of simulated people.

    ``rows`` are each person's means over trials, folds and seeds, ``by_load`` the same of one fold
    alone; ``regimes``, the benchmark's groups, holds the people of each.
    """

    setup: BenchmarkSetup
    rows: tuple[Row, ...]
    by_load: Mapping[str, tuple[Row, ...]]
    regimes: Mapping[str, tuple[str, ...]]

    def select(self, regime: str, kind: str, quantity: str | None = None) -> list[Row]:
        """Rows of a regime's people about EMG or moments, of one muscle or coordinate or all."""
        return [
            row
            for row in self.rows
            if row.group == regime and row.kind == kind and quantity in (None, row.quantity)
        ]

    @property
    def muscles(self) -> list[str]:
        """The hidden muscles."""
        return list(dict.fromkeys(row.quantity for row in self.rows if row.kind == EMG))

    @property
    def coordinates(self) -> list[str]:
        """Those whose moments are scored."""
        return list(dict.fromkeys(row.quantity for row in self.rows if row.kind == MOMENT))


def label(estimator: str) -> str:
    """What a reader calls an estimator."""
    return LABELS.get(estimator, estimator)


def read_scores(file: Path) -> Scores:
    """All scores of a benchmark that has been run.

    Raises:
        NMMError: where a cell was not computed, or a person was not simulated in the regime that
            their group is named after.

    """
    setup = read_benchmark_setup(file)
    for person in setup.people:
        _require_regime(person)
    cells = _read_cells(setup)
    folds = [fold.name for fold in setup.folds]
    return Scores(
        setup,
        tuple(summarise_cells(cells)),
        {name: tuple(summarise_cells(_select_fold(cells, name))) for name in folds},
        {name: tuple(each.name for each in people) for name, people in setup.groups.items()},
    )


def _read_cells(setup: BenchmarkSetup) -> list[CellScores]:
    store = CellStore(setup)
    wanted = list_cells(setup)
    found = {cell: store.read(cell) for cell in wanted}
    lacking = [cell for cell, scored in found.items() if scored is None]
    if lacking:
        raise NMMError(
            f"{setup.file}: expected scores of {len(wanted)} cells, but {len(lacking)} were not "
            f"computed from the files that are there, the first of them '{lacking[0].title}'; run "
            "nmm-opensim benchmark with this setup first."
        )
    return [scored for scored in found.values() if scored is not None]


def _select_fold(cells: Sequence[CellScores], fold: str) -> list[CellScores]:
    return [scored for scored in cells if scored.cell.fold.name == fold]


def find_truth(person: Person) -> Path:
    """The folder of what is true of a simulated person, beside the training setup."""
    return person.training.file.parent / "truth"


def _require_regime(person: Person) -> None:
    """Tables name the regime by the group; what was simulated must be that one."""
    file = find_truth(person) / "regime.json"
    try:
        regime = str(json.loads(file.read_text(encoding="utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NMMError(
            f"person '{person.name}': expected the regime's name in '{file}', but found {error!r}; "
            "make the person with python -m nmm_opensim.elbow."
        ) from None
    if person.group != regime:
        raise NMMError(
            f"person '{person.name}': expected <group>{regime}</group>, the regime in '{file}', "
            f"but found '{person.group}' in the benchmark's setup."
        )
