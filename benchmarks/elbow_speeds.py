"""The simulated elbow at a speed that training never saw, beside speeds that it saw.

Both benchmarks test the same 18 trials, each once, and train on 12; r of every trial is in the
cells that they keep. One row per estimator, muscle and speed: mean r where the speed was seen and
where it was not.

    nmm-opensim benchmark setups/elbow_speeds_benchmark.xml
    nmm-opensim benchmark setups/elbow_seen_speeds_benchmark.xml
    python benchmarks/elbow_speeds.py setups/elbow_speeds_benchmark.xml \
        setups/elbow_seen_speeds_benchmark.xml
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable

from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.benchmarking.cells import list_cells
from nmm_opensim.training.scoring import EMG

SPEEDS = ("slow", "medium", "fast")
LARGEST_LOSS = 0.05
"""Of r, that a speed may cost."""

Key = tuple[str, str, str]


def read_correlations(setup_file: Path) -> dict[Key, list[float]]:
    """By estimator, muscle and speed: r of every trial and seed."""
    setup = read_benchmark_setup(setup_file)
    found: dict[Key, list[float]] = {}
    for cell in list_cells(setup):
        file = setup.results_directory / "cells" / cell.file_name
        if not file.is_file():
            sys.exit(f"{setup_file}: '{cell.title}' was not run; run the benchmark first.")
        for score in json.loads(file.read_text(encoding="utf-8"))["scores"]:
            if score["kind"] == EMG:
                key = cell.estimator, score["quantity"], score["trial"].split("_")[1]
                found.setdefault(key, []).append(score["r"])
    return found


def make_table(unseen: Mapping[Key, list[float]], seen: Mapping[Key, list[float]]) -> RichTable:
    """The two beside each other, and by how much r falls."""
    table = RichTable("estimator", "muscle", "speed", "seen", "unseen", "loss", box=None)
    for key in sorted(unseen, key=lambda key: (*key[:2], SPEEDS.index(key[2]))):
        if key not in seen:
            continue
        before, after = float(np.mean(seen[key])), float(np.mean(unseen[key]))
        mark = f" > {LARGEST_LOSS:g}" if before - after > LARGEST_LOSS else ""
        table.add_row(*key, f"{before:.3f}", f"{after:.3f}", f"{before - after:+.3f}{mark}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("unseen", type=Path, help="benchmark that leaves each speed out")
    parser.add_argument("seen", type=Path, help="benchmark that leaves repetitions out")
    options = parser.parse_args()
    unseen, seen = read_correlations(options.unseen), read_correlations(options.seen)
    Console().print(make_table(unseen, seen))


if __name__ == "__main__":
    main()
