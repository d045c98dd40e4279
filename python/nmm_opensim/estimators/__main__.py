"""The NMM beside every baseline: ``python -m nmm_opensim.estimators SETUP.xml SCORES.csv``.

SETUP is a training's (``nmm-opensim train``); estimators that chance has a part in are fitted with
each of its seeds. Nothing but SCORES is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from ..errors import one_line_errors
from ..training.preparation import Training
from ..training.score_tables import make_tables, write_scores
from ..training.scoring import score_estimators, summarise
from ..training.training_setup import read_training_setup
from .baselines.synx import FittedSynx
from .catalogue import ESTIMATORS, fit_estimator
from .interface import FittedEstimator


def main(arguments: list[str]) -> None:
    if len(arguments) != 2:
        sys.exit("usage: python -m nmm_opensim.estimators SETUP.xml SCORES.csv")
    console = Console(highlight=False)
    training = Training(read_training_setup(Path(arguments[0])))
    options = training.setup.optimization
    fitted: list[FittedEstimator] = []
    for name, make in ESTIMATORS.items():
        estimator = make(options)
        console.print(f"Fitting {estimator.name}")
        for seed in options.seeds if estimator.seeded else [0]:
            fitted.append(fit_estimator(name, training, seed))
    for each in fitted:
        if isinstance(each, FittedSynx):
            synergies = each.synergies
            share = 100 * synergies.variance_accounted_for
            console.print(f"{each.name}: {synergies.count} synergies, VAF {share:.1f} %")
    scores = score_estimators(training, fitted)
    console.print(make_tables(summarise(scores)))
    write_scores(Path(arguments[1]), scores)


if __name__ == "__main__":
    with one_line_errors("nmm_opensim.estimators"):
        main(sys.argv[1:])
