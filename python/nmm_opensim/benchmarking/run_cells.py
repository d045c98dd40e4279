"""All cells of a benchmark, computed where they are not on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..listener import SILENT, Listener
from ..training.preparation import PreparedTraining
from .benchmark_setup import BenchmarkSetup
from .cell_store import CellStore
from .cells import CellScores, Question, list_questions
from .compute import Progress, compute_cell, prepare_question
from .processes import compute_in_processes


def run_cells(
    setup: BenchmarkSetup, listener: Listener = SILENT, processes: int = 1
) -> Iterator[CellScores]:
    """Scores of all cells in order, computed where they are not on disk.

    Several processes compute a question each at a time; what comes out is the same.
    """
    questions = list_questions(setup)
    store = CellStore(setup)
    total = sum(len(question.cells) for question in questions)
    if processes > 1:
        missing = _list_missing(questions, store)
        done = total - sum(len(question.cells) for question in missing)
        compute_in_processes(missing, store, processes, Progress(total, listener, done))
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


def _list_missing(questions: Sequence[Question], store: CellStore) -> list[Question]:
    """The questions of which cells are not on disk, with these cells."""
    missing = []
    for question in questions:
        cells = tuple(cell for cell in question.cells if store.read(cell) is None)
        if cells:
            missing.append(replace(question, cells=cells))
    return missing
