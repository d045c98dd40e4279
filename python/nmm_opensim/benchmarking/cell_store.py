"""The scores of cells on disk: what is there and was made from the same is not computed again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict

from ..files import hash_file, write_text
from ..training.scoring import Score
from ..version import __version__
from .benchmark_setup import BenchmarkSetup
from .cells import Cell, CellScores
from .person import Person


class CellStore:
    """The scores of cells on disk, each with the key of what it was made from.

    Two processes may use the same folder: a file is written whole or not at all.
    """

    def __init__(self, setup: BenchmarkSetup) -> None:
        self._folder = setup.results_directory / "cells"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._made_from = {person.name: hash_inputs(person) for person in setup.people}

    def read(self, cell: Cell) -> CellScores | None:
        """What is kept, None where it is absent or of something else."""
        try:
            content = json.loads((self._folder / cell.file_name).read_text(encoding="utf-8"))
            if content["key"] != self._key(cell):
                return None
            return CellScores(cell, tuple(Score(**score) for score in content["scores"]))
        except (OSError, ValueError, KeyError, TypeError):
            # Absent, or not of our making: computed anew.
            return None

    def write(self, scored: CellScores) -> None:
        """Keep the scores of a cell."""
        content = {
            "key": self._key(scored.cell),
            "scores": [asdict(score) for score in scored.scores],
        }
        write_text(self._folder / scored.cell.file_name, json.dumps(content, indent=1))

    def _key(self, cell: Cell) -> str:
        return f"{self._made_from[cell.person]} {cell.hidden} {cell.fold}"


def hash_inputs(person: Person) -> str:
    """What the scores of all cells of a person depend on, as one text."""
    files = person.training.input_files
    text = " ".join([__version__, *(hash_file(file) for file in files)])
    return hashlib.sha256(text.encode()).hexdigest()
