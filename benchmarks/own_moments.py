"""Would a trial's own moments, where they are known, tell more of a muscle than its prior does?

Measured muscles are masked in turn; the masked one and deep ones may leave what the prior says,
frame by frame, as far as its doubt allows, and so may measured ones: bounded least squares against
the trial's own joint moments. The doubt of a masked muscle is its deviation times the square of its
leverage: the largest share of the sum of squared active moments about a coordinate that is its own.
Judged on validation trials (without any, on the last training trial); no hidden recording is read.

    python benchmarks/own_moments.py setups/walking_train.xml
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable
from scipy.optimize import lsq_linear

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.estimators.emg_driven.driven import Driven
from nmm_opensim.estimators.emg_driven.residuals import UNEXPLAINED
from nmm_opensim.estimators.interface import split
from nmm_opensim.estimators.posterior.estimator import FittedPosterior
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.training.fit_outcome import fit_estimator
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup

DOUBTS = (0.0, 0.3, 1.0, 3.0)
# Of a measured drive, as a share of its deviation.
MEASURED_DOUBT = 0.1
# Excitations precede what they cause by about so much (s).
ACTIVATION_TIME = 0.03


def find_leverage(driven: Driven, trial: PreparedTrial) -> Array:
    """The largest share of squared active moments about a coordinate, (drives,)."""
    sensitivity = driven.compute_sensitivity(trial)
    active = (
        sensitivity * (driven.compute_excitations(trial) @ driven.model.own_shares.T)[:, :, None]
    )
    powers = np.square(active).sum(axis=0)
    shares: Array = (powers / powers.sum(axis=0)).max(axis=1)
    return shares


def correct(
    driven: Driven, trial: PreparedTrial, spreads: Array, reference: Array, drive: int
) -> Array:
    """One drive's corrections that the trial's own moments ask for, (frames,)."""
    if not spreads[drive] > 0:
        # It moves no fitted coordinate.
        return np.zeros(len(trial.time))
    sensitivity = driven.compute_sensitivity(trial)
    errors = reference - driven.compute_moments(trial)
    deviation = UNEXPLAINED * reference.std(axis=0)
    free = np.flatnonzero(spreads > 0)
    position = int(np.flatnonzero(free == drive)[0])
    corrections = np.zeros(len(trial.time))
    for k in range(len(trial.time)):
        # In units of each drive's doubt, which is what is penalised.
        slopes = (sensitivity[k, free] * spreads[free, None]).T / deviation[:, None]
        matrix = np.vstack([slopes, np.eye(len(free))])
        target = np.concatenate([errors[k] / deviation, np.zeros(len(free))])
        limit = 1.0 / spreads[free]
        found = lsq_linear(matrix, target, (-limit, limit))
        corrections[k] = found.x[position] * spreads[drive]
    shifted: Array = np.interp(trial.time + ACTIVATION_TIME, trial.time, corrections)
    return shifted


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("setup", type=Path)
    prepared = prepare_training(read_training_setup(parser.parse_args().setup))
    fitted = fit_estimator("posterior", prepared, 0)
    if not isinstance(fitted, FittedPosterior):
        raise TypeError("expected a posterior")
    drives, driven = fitted.drives, fitted.corrected.driven
    model = driven.model
    table = RichTable("masked", "leverage", *(f"r at a doubt of {d:g}" for d in DOUBTS), box=None)
    rows = []
    for channel, asked in drives.prior.masked.items():
        if not drives.prior.find_evidence(asked, channel):
            continue
        drive, muscle = model.drives.index(channel), model.muscles.index(asked.muscle)
        row = []
        judged = [drives.prepare(trial, channel) for trial in split(prepared.task)[1]]
        amplitudes = driven.compute_amplitudes(judged)
        leverage = np.mean([find_leverage(driven, trial) for trial in judged], axis=0)
        recording = np.concatenate(
            [drives.prior.read(channel, trial) for trial in split(prepared.task)[1]]
        )
        for doubt in DOUBTS:
            spreads = MEASURED_DOUBT * amplitudes
            for name in (channel, *drives.deep):
                k = model.drives.index(name)
                spreads[k] = doubt * leverage[k] ** 2 * amplitudes[k]
            said = [driven.compute_excitations(trial)[:, muscle] for trial in judged]
            if doubt:
                said = [
                    np.clip(
                        each + correct(driven, trial, spreads, trial.known_moments, drive), 0.0, 1.0
                    )
                    for each, trial in zip(said, judged, strict=True)
                ]
            row.append(_core.agreement(np.concatenate(said), recording).r)
        rows.append(row)
        table.add_row(channel, f"{leverage[drive]:.2f}", *(f"{r:.3f}" for r in row))
    table.add_row("mean", "", *(f"{r:.3f}" for r in np.mean(rows, axis=0)))
    for deep in drives.deep:
        share = find_leverage(driven, drives.prepare(split(prepared.task)[1][0]))
        table.add_row(f"({deep})", f"{share[model.drives.index(deep)]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
