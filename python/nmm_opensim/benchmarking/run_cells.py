"""All cells of a benchmark, computed where they are not on disk."""

from __future__ import annotations

from collections.abc import Iterator

from ..listener import SILENT, Listener
from ..training.preparation import PreparedTraining
from .benchmark_setup import BenchmarkSetup
from .cell_store import CellStore
from .cells import CellScores, list_questions
from .compute import Progress, compute_cell, prepare_question


def run_cells(setup: BenchmarkSetup, listener: Listener = SILENT) -> Iterator[CellScores]:
    """Scores of all cells in order, computed where they are not on disk."""
    questions = list_questions(setup)
    store = CellStore(setup)
    total = sum(len(question.cells) for question in questions)
    progress = Progress(total, listener)
    for question in questions:
        prepared: PreparedTraining | None = None
        for cell in question.cells:
            scored = store.read(cell)
            if scored is None:
                progress.begin(cell)
                prepared = prepared or prepare_question(question, listener)
                scored = compute_cell(cell, prepared)
                store.write(scored)
            progress.done += 1
            yield scored
    progress.end()
