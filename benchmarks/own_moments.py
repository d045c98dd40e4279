"""Would a trial's own moments, where they are known, tell more of a muscle than its prior does?

Measured muscles are masked in turn and asked for as ``posterior_own_moments`` asks for deep ones:
frame by frame, the masked one and deep ones doubted by their deviation times the square of their
leverage. Judged on validation trials (without any, on the last training trial); no hidden
recording is read.

    python benchmarks/own_moments.py setups/walking_train.xml
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as RichTable

from nmm_opensim.estimators.interface import split
from nmm_opensim.estimators.posterior.estimator import FittedPosterior
from nmm_opensim.estimators.posterior.frame_corrections import FrameCorrections
from nmm_opensim.estimators.posterior.own_moments import DOUBTS, ask_masked, choose_doubt
from nmm_opensim.training.fit_outcome import fit_estimator
from nmm_opensim.training.preparation import prepare_training
from nmm_opensim.training.training_setup import read_training_setup


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("setup", type=Path)
    prepared = prepare_training(read_training_setup(parser.parse_args().setup))
    fitted = fit_estimator("posterior", prepared, 0)
    if not isinstance(fitted, FittedPosterior):
        raise TypeError("expected a posterior")
    answers = ask_masked(prepared.task, fitted)
    table = RichTable("masked", "leverage", *(f"r at a doubt of {d:g}" for d in DOUBTS), box=None)
    for answer in answers:
        agreements = (f"{r:.3f}" for r in answer.agreements)
        table.add_row(answer.channel, f"{answer.leverage:.2f}", *agreements)
    if answers:
        means = np.mean([answer.agreements for answer in answers], axis=0)
        table.add_row("mean", "", *(f"{r:.3f}" for r in means))
    drives = fitted.drives
    judged = drives.prepare(split(prepared.task)[1][0])
    leverage = FrameCorrections(fitted.corrected, judged).leverage
    for deep in drives.deep:
        k = fitted.corrected.driven.model.drives.index(deep)
        table.add_row(f"({deep})", f"{leverage[k]:.2f}")
    console = Console()
    console.print(table)
    console.print(f"chosen doubt: {choose_doubt(answers):g}")


if __name__ == "__main__":
    main()
