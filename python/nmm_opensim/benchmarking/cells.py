"""The cells of a benchmark: one hidden group, fold, estimator and seed each, kept on disk.

A cell that is on disk and was made from the same things is not computed again, so an interrupted
benchmark goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from ..estimators.catalogue import ESTIMATORS
from ..files import hash_file, write_text
from ..listener import SILENT, Listener
from ..training.fit_outcome import fit_estimator
from ..training.preparation import PreparedTraining, prepare_training
from ..training.scoring import Score, score_estimators
from ..version import __version__
from .benchmark_setup import BenchmarkSetup, Fold, HiddenGroup


@dataclass(frozen=True)
class Cell:
    """One question of the benchmark; ``seed`` is None where chance plays no part."""

    hidden: HiddenGroup
    fold: Fold
    estimator: str
    seed: int | None

    @property
    def title(self) -> str:
        """What a person calls it."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{self.hidden.name}, {self.fold.name}, {self.estimator}{seed}"

    @property
    def file_name(self) -> str:
        """Where its scores are kept."""
        seed = "" if self.seed is None else f"_{self.seed}"
        name = f"{self.hidden.name}_{self.fold.name}_{self.estimator}{seed}"
        # Names come from a setup and must not lead out of the folder.
        return re.sub(r"[^\w-]", "-", name) + ".json"


@dataclass(frozen=True)
class CellScores:
    """A cell and its scores on the test trials."""

    cell: Cell
    scores: tuple[Score, ...]


def list_cells(setup: BenchmarkSetup) -> list[Cell]:
    """All cells that can be answered, those of the same hidden group and fold side by side."""
    options = setup.training.optimization
    cells = []
    for hidden in setup.hidden_groups:
        for fold in setup.folds:
            for name in setup.estimators:
                if not setup.can_answer(name, fold):
                    continue
                estimator = ESTIMATORS[name](options)
                seeds: tuple[int | None, ...] = setup.seeds if estimator.seeded else (None,)
                cells += [Cell(hidden, fold, name, seed) for seed in seeds]
    return cells


def run_cells(setup: BenchmarkSetup, listener: Listener = SILENT) -> Iterator[CellScores]:
    """Scores of all cells in order, computed where they are not on disk."""
    folder = setup.results_directory / "cells"
    folder.mkdir(parents=True, exist_ok=True)
    made_from = _hash_inputs(setup)
    cells = list_cells(setup)
    prepared: tuple[HiddenGroup, Fold, PreparedTraining] | None = None
    for number, cell in enumerate(cells):
        file = folder / cell.file_name
        key = f"{made_from} {cell.hidden} {cell.fold}"
        scores = _read(file, key)
        if scores is None:
            listener.progress(f"{number}/{len(cells)} {cell.title}", number / len(cells))
            if prepared is None or prepared[:2] != (cell.hidden, cell.fold):
                prepared = (cell.hidden, cell.fold, _prepare(setup, cell, listener))
            scores = _compute(cell, prepared[2])
            content = {"key": key, "scores": [asdict(score) for score in scores]}
            write_text(file, json.dumps(content, indent=1))
        yield CellScores(cell, tuple(scores))
    listener.progress(f"{len(cells)}/{len(cells)}", 1.0)


def _prepare(setup: BenchmarkSetup, cell: Cell, listener: Listener) -> PreparedTraining:
    prepared = prepare_training(setup.training_for(cell.hidden, cell.fold))
    for warning in prepared.warnings:
        listener.warn(f"{cell.hidden.name}, {cell.fold.name}: {warning}")
    return prepared


def _compute(cell: Cell, prepared: PreparedTraining) -> list[Score]:
    fitted = fit_estimator(cell.estimator, prepared, 0 if cell.seed is None else cell.seed)
    return score_estimators(prepared, [fitted], ["test"])


def _hash_inputs(setup: BenchmarkSetup) -> str:
    """What the scores of all cells depend on."""
    files = setup.training.input_files
    text = " ".join([__version__, *(hash_file(file) for file in files)])
    return hashlib.sha256(text.encode()).hexdigest()


def _read(file: Path, key: str) -> list[Score] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return [Score(**score) for score in content["scores"]] if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        # Absent, or not of our making: computed anew.
        return None
