"""The cells of a benchmark: a person, hidden group, fold, estimator and seed each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import NMMError
from ..estimators.catalogue import ESTIMATORS
from ..training.scoring import Score
from .benchmark_setup import BenchmarkSetup
from .person import Fold, HiddenGroup, Person


@dataclass(frozen=True)
class Cell:
    """One question of the benchmark; ``seed`` is None where chance plays no part.

    ``person`` is a name, empty where the benchmark is of one person; ``group`` is theirs.
    """

    hidden: HiddenGroup
    fold: Fold
    estimator: str
    seed: int | None
    person: str = ""
    group: str = ""

    @property
    def title(self) -> str:
        """What a reader calls it."""
        seed = "" if self.seed is None else f", seed {self.seed}"
        return f"{name_question(self.person, self.hidden, self.fold)}, {self.estimator}{seed}"

    @property
    def file_name(self) -> str:
        """Where its scores are kept."""
        person = f"{self.person}_" if self.person else ""
        seed = "" if self.seed is None else f"_{self.seed}"
        name = f"{person}{self.hidden.name}_{self.fold.name}_{self.estimator}{seed}"
        # Names come from a setup and must not lead out of the folder.
        return re.sub(r"[^\w-]", "-", name) + ".json"


@dataclass(frozen=True)
class CellScores:
    """A cell and its scores on the test trials."""

    cell: Cell
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class Question:
    """A person's hidden group and fold, prepared once for all of its ``cells``."""

    person: Person
    hidden: HiddenGroup
    fold: Fold
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """What a reader calls it."""
        return name_question(self.person.name, self.hidden, self.fold)


def name_question(person: str, hidden: HiddenGroup, fold: Fold) -> str:
    """Whom, what and on which trials, in words."""
    return ", ".join([*([person] if person else []), hidden.name, fold.name])


def list_questions(setup: BenchmarkSetup) -> list[Question]:
    """All that is asked and can be answered, in the order of people, hidden groups and folds.

    Raises:
        NMMError: where two cells would be kept in the same file.

    """
    questions = [
        Question(person, hidden, fold, _list_cells_of(setup.estimators, person, hidden, fold))
        for person in setup.people
        for hidden in person.hidden_groups
        for fold in person.folds
    ]
    kept: dict[str, Cell] = {}
    for cell in (cell for question in questions for cell in question.cells):
        other = kept.setdefault(cell.file_name, cell)
        if other is not cell:
            raise NMMError(
                f"{setup.file}: expected a file for every cell, but '{other.title}' and "
                f"'{cell.title}' would both be kept in '{cell.file_name}'; give people, hidden "
                "groups and folds names that differ in letters or digits, and each seed once."
            )
    return questions


def list_cells(setup: BenchmarkSetup) -> list[Cell]:
    """The cells of all questions in their order."""
    return [cell for question in list_questions(setup) for cell in question.cells]


def _list_cells_of(
    estimators: Sequence[str], person: Person, hidden: HiddenGroup, fold: Fold
) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for name in estimators:
        if not person.can_answer(name, fold):
            continue
        estimator = ESTIMATORS[name](person.training.optimization)
        seeds: tuple[int | None, ...] = person.seeds if estimator.seeded else (None,)
        cells += [Cell(hidden, fold, name, seed, person.name, person.group) for seed in seeds]
    return tuple(cells)
