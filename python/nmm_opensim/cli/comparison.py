"""The NMM beside every baseline: ``python -m nmm_opensim.estimators SETUP.xml SCORES.csv``.

SETUP is a training's (``nmm-opensim train``); estimators that chance has a part in are fitted with
each of its seeds. Nothing but SCORES is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import one_line_errors
from ..estimators.baselines.synx import FittedSynx
from ..training.fit_outcome import fit_estimators
from ..training.preparation import prepare_training
from ..training.score_tables import make_tables, write_scores
from ..training.scoring import score_estimators, summarise
from ..training.training_setup import read_training_setup
from .console import ConsoleListener, console


def compare(setup: Path, scores_file: Path) -> None:
    """Fit, score and show all estimators of a training setup."""
    prepared = prepare_training(read_training_setup(setup))
    fitted = fit_estimators(prepared, listener=ConsoleListener())
    for each in fitted:
        if isinstance(each, FittedSynx):
            for muscle in each.extrapolated:
                synergies = muscle.synergies
                share = 100 * synergies.variance_accounted_for
                console.print(
                    f"{each.name}, {muscle.question.muscle}: {synergies.count} synergies, "
                    f"VAF {share:.1f} %"
                )
    scores = score_estimators(prepared, fitted)
    console.print(make_tables(summarise(scores)))
    write_scores(scores_file, scores)


def start(program: str) -> None:
    """Run as ``python -m`` of the module ``program``."""
    if len(sys.argv) != 3:
        sys.exit(f"usage: python -m {program} SETUP.xml SCORES.csv")
    with one_line_errors(program):
        compare(Path(sys.argv[1]), Path(sys.argv[2]))
