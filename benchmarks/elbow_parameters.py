"""How near calibrated muscle parameters are to the simulated elbow's true ones.

Of each muscle's strength, optimal fibre length and tendon slack length: the model's value, the
calibrated one with its 90 % interval, the truth, and what decided it. A calibration that is worth
its name brings what it calls determined nearer to the truth than the model's value was.

    python -m nmm_opensim.elbow results/elbow
    python benchmarks/elbow_parameters.py setups/elbow_train.xml results/elbow
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from nmm_opensim.physics.muscles.millard import read_properties
from nmm_opensim.training.fit_outcome import fit_outcome
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup


def main(setup: Path, elbow: Path) -> None:
    truth = json.loads((elbow / "truth" / "subject.json").read_text(encoding="utf-8"))["muscles"]
    training = prepare_training(read_training_setup(setup))
    nmm = fit_outcome(training).chosen.describe_nmm()
    muscles = training.declaration.sources.muscles
    own = read_properties(training.task.model, muscles).parameters
    values = {
        "max_isometric_force": own.max_isometric_force,
        "optimal_fiber_length": own.optimal_fiber_length,
        "tendon_slack_length": own.tendon_slack_length,
    }
    table = Table("parameter", "muscle", "model", "calibrated", "90 %", "true", "verdict", box=None)
    held, determined, nearer = [], [], []
    for name in values:
        generic, calibrated = values[name], nmm.muscles.columns[name]
        for i, muscle in enumerate(muscles):
            true, judgement = truth[muscle][name], nmm.parameters[muscle][name]
            low, high = judgement.interval
            held.append(low <= true <= high)
            determined.append(judgement.verdict == "determined by torque")
            nearer.append(abs(np.log(calibrated[i] / true)) < abs(np.log(generic[i] / true)))
            interval = f"{low:.4g} to {high:.4g}"
            numbers = (f"{generic[i]:.4g}", f"{calibrated[i]:.4g}", interval, f"{true:.4g}")
            table.add_row(name, muscle, *numbers, judgement.verdict)
    console = Console(width=140)
    console.print(table)
    console.print(f"Inside their interval: {sum(held)} of {len(held)}")
    console.print(f"Nearer to the truth than the model's value: {sum(nearer)} of {len(nearer)}")
    both = int(np.sum(np.array(nearer) & np.array(determined)))
    console.print(f"Of {sum(determined)} determined by torque, nearer: {both}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
