"""How far a forward simulation of the elbow drifts when reconstructed EMG drives it.

For each unseen trial of setups/elbow_train.xml (4 kg in the hand) the real opensim-cmd simulates
2 s from the recorded pose, the load being a mass in the model's hand and an NMMController driving
every muscle, open loop: nothing but muscles holds the arm on its course. The deep muscles,
brachialis and medial triceps, are driven by

- the posterior, in which chance plays no part,
- the network (nmm), trained with each of five seeds,
- a copy of a neighbour's EMG, all muscles calibrated as the posterior's,
- the true excitations, in muscles with the subject's true parameters.

Make the trials first: python -m nmm_opensim.elbow results/elbow
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import opensim
from elbow_artefacts import TRUTH, make_artefacts
from timed_runs import run_opensim_cmd

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.examples.elbow.anatomy import COORDINATE
from nmm_opensim.examples.elbow.model import build_elbow_model
from nmm_opensim.examples.elbow.subject import draw_subject
from nmm_opensim.examples.elbow.trials import LEAD_IN, TrialCase, list_cases
from nmm_opensim.formats.opensim_files import write_document
from nmm_opensim.formats.tables import read_table
from nmm_opensim.running.opensim_cmd import find_plugin
from nmm_opensim.training.training_setup import read_training_setup

ROOT = Path(__file__).resolve().parents[1]
SETUP = ROOT / "setups" / "elbow_train.xml"
TRIALS = ROOT / "results" / "elbow"
RESULTS = ROOT / "results" / "elbow_forward"
SEEDS = (1, 2, 3, 4, 5)
UNSEEN_LOAD = 4.0  # kg
DURATION = 2.0  # s
ANGLE = f"/jointset/elbow/{COORDINATE}/value"

TOOL = """<OpenSimDocument Version="40500"><NMMTool name="elbow">
<results_directory>{folder}</results_directory><model_file>{model}</model_file>
<artefact_file>{artefact}</artefact_file><emg_file>{emg}</emg_file>
<coordinates_file>{coordinates}</coordinates_file><score_deep_emg>false</score_deep_emg>
<forward_model_file>{folder}/forward.osim</forward_model_file>
</NMMTool></OpenSimDocument>"""
FORWARD = """<OpenSimDocument Version="40000"><ForwardTool name="forward">
<model_file>{folder}/forward.osim</model_file><states_file>{folder}/elbow_states.sto</states_file>
<initial_time>{initial_time}</initial_time><final_time>{final_time}</final_time>
<integrator_error_tolerance>1e-6</integrator_error_tolerance>
<results_directory>{folder}</results_directory></ForwardTool></OpenSimDocument>"""


def simulate(artefact: Path, case: TrialCase, model: Path, emg: Path) -> Array:
    """Angle errors (degrees) at the frames of the recording."""
    folder = RESULTS / artefact.stem / case.name
    folder.mkdir(parents=True, exist_ok=True)
    final_time = LEAD_IN + DURATION
    values = {
        "folder": folder,
        "model": model,
        "artefact": artefact,
        "emg": emg,
        "coordinates": TRIALS / case.name / "coordinates.mot",
        "initial_time": LEAD_IN,
        "final_time": final_time,
    }
    for name, text in (("tool", TOOL), ("forward", FORWARD)):
        setup = folder / f"{name}.xml"
        setup.write_text(text.format(**values), encoding="utf-8")
        run_opensim_cmd("-L", find_plugin(), "run-tool", setup)
    states = opensim.TimeSeriesTable(str(folder / "forward_states.sto"))
    truth = read_table(TRIALS / "truth" / case.name / "motion.sto", "truth")
    frames = (truth.time >= LEAD_IN) & (truth.time <= final_time)
    times = truth.time[frames]
    angle = states.getDependentColumn(ANGLE).to_numpy()
    simulated = np.interp(times, states.getIndependentColumn(), angle)
    true = truth.values[frames, truth.columns.index(COORDINATE)]
    errors: Array = np.degrees(simulated - true)
    return errors


def main() -> int:
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    opensim.Logger.setLevelString("error")
    cases = list_cases(loads=(UNSEEN_LOAD,))
    RESULTS.mkdir(parents=True, exist_ok=True)
    model = RESULTS / f"elbow_{UNSEEN_LOAD:g}kg.osim"
    try:
        write_document(model, build_elbow_model(UNSEEN_LOAD))
        artefacts = dict(
            make_artefacts(read_training_setup(SETUP), draw_subject(1), SEEDS, RESULTS)
        )
        print(f"Angle error, degrees RMS over {DURATION:g} s; seeds: mean ± standard deviation")
        print("".join(f"{case.name:>16}" for case in cases) + "     all trials")
        for name, files in artefacts.items():
            errors = np.array([[_measure(file, case, model) for case in cases] for file in files])
            each = "".join(f"{describe(e):>16}" for e in errors.T)
            print(f"{each}  {describe(errors.mean(axis=1)):>13}  {name}", flush=True)
    except NMMError as error:
        print(f"elbow_forward: {error}", file=sys.stderr)
        return 2
    return 0


def _measure(artefact: Path, case: TrialCase, model: Path) -> float:
    truth = artefact.stem == TRUTH
    excitations = TRIALS / "truth" / case.name / "excitations.sto"
    emg = excitations if truth else TRIALS / case.name / "emg.sto"
    return float(np.sqrt(np.mean(simulate(artefact, case, model, emg) ** 2)))


def describe(errors: Array) -> str:
    """Mean and spread of the seeds, where there are several."""
    text = f"{errors.mean():.1f}"
    return text if len(errors) == 1 else f"{text} ± {errors.std(ddof=1):.1f}"


if __name__ == "__main__":
    sys.exit(main())
