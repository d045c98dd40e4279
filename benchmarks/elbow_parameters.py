"""How near calibrated muscle parameters are to the simulated elbow's true ones.

Of each muscle's strength, optimal fibre length and tendon slack length: the model's value, the
calibrated one with its 90 % interval, the truth, and what decided it. A calibration that is worth
its name brings what it calls determined nearer to the truth than the model's value was.

    python -m nmm_opensim.elbow results/elbow
    python benchmarks/elbow_parameters.py setups/elbow_train.xml results/elbow
"""

from __future__ import annotations

import sys
from pathlib import Path

from elbow_truth import compare_parameters
from rich.console import Console
from rich.table import Table

from nmm_opensim.training.fit_outcome import fit_outcome
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup


def main(setup: Path, elbow: Path) -> None:
    training = prepare_training(read_training_setup(setup))
    nmm = fit_outcome(training).chosen.describe_nmm()
    compared = compare_parameters(training, nmm, elbow / "truth")
    table = Table("parameter", "muscle", "model", "calibrated", "90 %", "true", "verdict", box=None)
    held, determined = [], []
    for each in compared:
        judgement = nmm.parameters[each.muscle][each.name]
        low, high = judgement.interval
        held.append(low <= each.true <= high)
        determined.append(judgement.verdict == "determined by torque")
        numbers = (
            f"{each.generic:.4g}",
            f"{each.calibrated:.4g}",
            f"{low:.4g} to {high:.4g}",
            f"{each.true:.4g}",
        )
        table.add_row(each.name, each.muscle, *numbers, judgement.verdict)
    console = Console(width=140)
    console.print(table)
    nearer = [each.nearer for each in compared]
    console.print(f"Inside their interval: {sum(held)} of {len(held)}")
    console.print(f"Nearer to the truth than the model's value: {sum(nearer)} of {len(nearer)}")
    both = sum(near and told for near, told in zip(nearer, determined, strict=True))
    console.print(f"Of {sum(determined)} determined by torque, nearer: {both}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
