"""OpenSim's tables read without OpenSim."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nmm_opensim.arrays import Array


@dataclass(frozen=True)
class Sto:
    """A table file, read without OpenSim; ``values`` has shape (rows, columns)."""

    header: dict[str, str]
    columns: list[str]
    time: Array
    values: Array

    def column(self, name: str) -> Array:
        return self.values[:, self.columns.index(name)]


def read_sto(file: Path) -> Sto:
    lines = file.read_text().splitlines()
    end = lines.index("endheader")
    header = dict(line.split("=", 1) for line in lines[1:end] if "=" in line)
    columns = lines[end + 1].split("\t")
    numbers = np.loadtxt(lines[end + 2 :], ndmin=2)
    assert columns[0] == "time"
    return Sto(header, columns[1:], numbers[:, 0], numbers[:, 1:])
