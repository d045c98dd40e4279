"""How far the simulated elbow's deep excitations follow from the measured ones, by regime.

Of each folder and deep muscle: how much of the variance of its true excitation the best linear
prediction from the true excitations of the five measured muscles explains, over the frames of
motion of all trials at once, and its correlation with each measured synergist.

    python -m nmm_opensim.elbow results/elbow
    python -m nmm_opensim.elbow results/elbow_pose --regime pose_sharing
    python benchmarks/elbow_sharing.py results/elbow results/elbow_pose
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from nmm_opensim.arrays import Array
from nmm_opensim.examples.elbow.anatomy import DEEP_MUSCLES, MUSCLE_NAMES
from nmm_opensim.examples.elbow.setup import SYNERGISTS
from nmm_opensim.examples.elbow.trials import LEAD_IN
from nmm_opensim.formats.tables import read_table

MEASURED = [name for name in MUSCLE_NAMES if name not in DEEP_MUSCLES]


def read_excitations(folder: Path) -> dict[str, Array]:
    """True excitations of all trials in one row, by muscle, (samples,)."""
    trials = []
    for file in sorted((folder / "truth").glob("*/excitations.sto")):
        table = read_table(file, "excitations").select(MUSCLE_NAMES)
        trials.append(table.values[table.time >= LEAD_IN])
    return dict(zip(MUSCLE_NAMES, np.vstack(trials).T, strict=True))


def explain_linearly(excitations: dict[str, Array], muscle: str) -> float:
    """Share of a muscle's variance that the measured ones explain."""
    truth = excitations[muscle]
    inputs = np.column_stack([*(excitations[name] for name in MEASURED), np.ones(len(truth))])
    error = truth - inputs @ np.linalg.lstsq(inputs, truth, rcond=None)[0]
    return float(1 - error.var() / truth.var())


def main(folders: list[Path]) -> None:
    table = Table("folder", "regime", "muscle", "explained (%)", "r with synergists", box=None)
    for folder in folders:
        regime = json.loads((folder / "truth" / "regime.json").read_text(encoding="utf-8"))["name"]
        excitations = read_excitations(folder)
        for muscle in DEEP_MUSCLES:
            explained = 100 * explain_linearly(excitations, muscle)
            others = "  ".join(
                f"{name} {np.corrcoef(excitations[muscle], excitations[name])[0, 1]:.2f}"
                for name in SYNERGISTS[muscle]
            )
            table.add_row(folder.name, regime, muscle, f"{explained:.0f}", others)
    Console(width=120).print(table)


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
