"""How well the simulated elbow's deep EMG could be known at best, with all that no user has.

For each load left out, an oracle is told the true muscles (the moment that a unit of each
activation gives in every frame), the trial's own joint moment, and how deep excitations follow the
measured EMG in the other loads, learned with labels. Its Gaussian posterior, frame by frame, leaves
only what the noise of the EMG hides. And what that noise alone does to a moment predicted by the
true muscles from true deep excitations: no estimator can be expected to fit moments better.

    python -m nmm_opensim.elbow results/elbow
    python benchmarks/elbow_information.py results/elbow
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable
from sklearn.linear_model import Ridge

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.examples.elbow.anatomy import DEEP_MUSCLES, MUSCLE_NAMES
from nmm_opensim.examples.elbow.recording import CHANNELS, FLUCTUATION
from nmm_opensim.formats.tables import Table, read_table
from nmm_opensim.physics.osim_model import OsimModel

LOADS = ("0kg", "2kg", "4kg")
DEEP = [MUSCLE_NAMES.index(name) for name in DEEP_MUSCLES]
MEASURED = [i for i in range(len(MUSCLE_NAMES)) if i not in DEEP]
COORDINATE = "elbow_flexion"
# Frames that no filter or delay reaches over the ends of a trial.
INSIDE = slice(20, -40)
SMALLEST_ACTIVATION = 0.01
# N m: what is left of a moment besides the measured muscles' noise, so that nothing divides by 0.
OTHER_ERROR = 0.05


@dataclass(frozen=True)
class Trial:
    """Of each frame: true excitations and EMG over its gain, moments (N m) and per activation."""

    excitations: Array
    recorded: Array
    angle: Array
    moments: Array
    per_activation: Array
    activations: Array


def sample(table: Table, times: Array) -> Array:
    return _core.sample(table.time, table.values, times)


def find_moment_arms(model: OsimModel, angles: Array) -> Array:
    """(angles, muscles), m."""
    grid = np.linspace(angles.min(), angles.max(), 60)
    lengths = np.array([model.muscle_lengths({COORDINATE: q}, MUSCLE_NAMES) for q in grid])
    arms = -np.gradient(lengths, grid, axis=0)
    return np.column_stack([np.interp(angles, grid, column) for column in arms.T])


def read_trial(folder: Path, name: str, model: OsimModel, subject: dict[str, Any]) -> Trial:
    truth = folder / "truth" / name
    forces, activations, excitations = (
        read_table(truth / f"{kind}.sto", "file")
        for kind in ("forces", "activations", "excitations")
    )
    coordinates = read_table(folder / name / "coordinates.mot", "file").select([COORDINATE])
    emg = read_table(folder / name / "emg.sto", "file")
    time = coordinates.time[INSIDE]
    angle = np.deg2rad(sample(coordinates, time)[:, 0])
    channels = emg.select([CHANNELS[MUSCLE_NAMES[i]] for i in MEASURED])
    gains = np.array([subject["muscles"][MUSCLE_NAMES[i]]["emg_gain"] for i in MEASURED])
    delayed = time - subject["electromechanical_delay"]
    a = sample(activations.select(MUSCLE_NAMES), time)
    moments = sample(forces.select(MUSCLE_NAMES), time) * find_moment_arms(model, angle)
    return Trial(
        sample(excitations.select(MUSCLE_NAMES), delayed),
        sample(channels, delayed) / gains,
        angle,
        moments,
        moments / np.maximum(a, SMALLEST_ACTIVATION),
        a,
    )


def make_inputs(trial: Trial) -> Array:
    e = trial.recorded
    return np.column_stack([e, e**2, np.sin(trial.angle), np.cos(trial.angle)])


def find_posterior(trial: Trial, prior: Array, covariance: Array) -> Array:
    """Deep excitations (frames, deep), given the moment that the measured ones leave to them."""
    noise = trial.recorded - trial.excitations[:, MEASURED]
    left = (trial.excitations * trial.per_activation)[:, DEEP].sum(axis=1)
    left -= (noise * trial.per_activation[:, MEASURED]).sum(axis=1)
    spread = FLUCTUATION * trial.moments[:, MEASURED]
    variance = np.square(spread).sum(axis=1) + OTHER_ERROR**2
    h = trial.per_activation[:, DEEP]
    gain = h @ covariance / (np.einsum("tj,jk,tk->t", h, covariance, h) + variance)[:, None]
    posterior: Array = prior + gain * (left - (h * prior).sum(axis=1))[:, None]
    return posterior


def correlate(a: Array, b: Array) -> Array:
    return np.array([np.corrcoef(a[:, j], b[:, j])[0, 1] for j in range(a.shape[1])])


def main(folder: Path) -> None:
    subject = json.loads((folder / "truth" / "subject.json").read_text(encoding="utf-8"))
    model = OsimModel(folder / "elbow.osim")
    names = sorted(p.name for p in folder.iterdir() if p.name.startswith(LOADS))
    trials = {name: read_trial(folder, name, model, subject) for name in names}
    table = RichTable(
        "unseen load", "of", "r, labels", "r, all", "RMSE, all (% of maximum)", box=None
    )
    console = Console()
    for load in LOADS:
        known = [t for name, t in trials.items() if not name.startswith(load)]
        asked = [t for name, t in trials.items() if name.startswith(load)]
        labels = np.vstack([t.excitations[:, DEEP] for t in known])
        inputs = np.vstack([make_inputs(t) for t in known])
        fit = Ridge(1e-3).fit(inputs, labels)
        covariance = np.cov((labels - fit.predict(inputs)).T)
        alone, told, errors, noise = [], [], [], []
        for trial in asked:
            prior, truth = fit.predict(make_inputs(trial)), trial.excitations[:, DEEP]
            posterior = find_posterior(trial, prior, covariance)
            alone.append(correlate(prior, truth))
            told.append(correlate(posterior, truth))
            errors.append(np.sqrt(np.square(posterior - truth).mean(axis=0)) / truth.max(axis=0))
            recorded = trial.recorded - trial.excitations[:, MEASURED]
            wrong = (recorded * trial.per_activation[:, MEASURED]).sum(axis=1)
            noise.append(np.sqrt(np.square(wrong).mean()) / np.ptp(trial.moments.sum(axis=1)))
        for j, index in enumerate(DEEP):
            table.add_row(
                load,
                MUSCLE_NAMES[index],
                f"{np.mean(alone, axis=0)[j]:.2f}",
                f"{np.mean(told, axis=0)[j]:.2f}",
                f"{100 * np.mean(errors, axis=0)[j]:.0f}",
            )
        console.print(
            f"{load}: EMG noise alone gives a moment NRMSE of {100 * np.mean(noise):.0f} %"
        )
    console.print(table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
