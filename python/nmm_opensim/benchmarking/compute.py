"""A question prepared and its cells computed, with word of how far the benchmark is."""

from __future__ import annotations

from ..listener import Listener
from ..training.fit_outcome import fit_estimator
from ..training.preparation import PreparedTraining, prepare_training
from ..training.scoring import score_estimators
from .cells import Cell, CellScores, Question


class Progress:
    """How many of a benchmark's cells are done, told to a listener."""

    def __init__(self, total: int, listener: Listener, done: int = 0) -> None:
        self._total = total
        self._listener = listener
        self.done = done

    def begin(self, cell: Cell) -> None:
        """A cell is computed from now on."""
        share = self.done / self._total
        self._listener.progress(f"{self.done}/{self._total} {cell.title}", share)

    def warn(self, text: str) -> None:
        """Something that a user should know."""
        self._listener.warn(text)

    def end(self) -> None:
        """All is done."""
        self._listener.progress(f"{self._total}/{self._total}", 1.0)


def prepare_question(question: Question, listener: Listener) -> PreparedTraining:
    """The trials of a question, read and sampled; its warnings are told."""
    prepared = prepare_training(question.person.training_for(question.hidden, question.fold))
    for warning in prepared.warnings:
        listener.warn(f"{question.title}: {warning}")
    return prepared


def compute_cell(cell: Cell, prepared: PreparedTraining) -> CellScores:
    """The scores of a cell on the question's test trials."""
    fitted = fit_estimator(cell.estimator, prepared, 0 if cell.seed is None else cell.seed)
    return CellScores(cell, tuple(score_estimators(prepared, [fitted], ["test"])))
