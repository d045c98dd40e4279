"""A prepared training becomes an outcome: the one way in which estimators are fitted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import torch

from ..errors import NMMError
from ..estimators.catalogue import ESTIMATORS
from ..estimators.checkpoint import Checkpoint
from ..estimators.interface import FittedEstimator, FittedNMM, SupervisedEstimator
from ..estimators.steps import Steps
from ..files import hash_file
from ..listener import SILENT, Listener
from ..version import __version__
from .information import check_information, describe_little_data
from .labels import reveal
from .outcome import Outcome
from .preparation import PreparedTraining
from .training_setup import TrainingSetup


def fit_outcome(prepared: PreparedTraining, listener: Listener = SILENT) -> Outcome:
    """The NMMs of the estimator that the setup names, one for each seed where chance plays a part.

    Before that, deep muscles of which nothing tells are refused, and there is a warning where the
    trials are little. A fit that was stopped goes on where it was; its checkpoint is to be cleared
    once the artefact is written.
    """
    setup, warnings = prepared.setup, prepared.warnings
    known = {ours for subject in setup.prior_subjects for ours, _ in subject.muscles}
    if setup.population is not None:
        declared = setup.population.declared
        known.update(declared.muscles, declared.relatives)
    check_information(prepared.declaration, prepared.training_trials, known)
    little = describe_little_data(prepared.declaration, prepared.training_trials)
    if little is not None:
        warnings += (little,)
        listener.warn(little)
    steps = open_checkpoint(setup).open_steps(listener.progress)
    seeds = list_seeds(setup, setup.estimator)
    nmms = []
    for index, seed in enumerate(seeds):
        part = steps.part(index, len(seeds))
        fitted = fit_estimator(setup.estimator, prepared, seed, part)
        # Of the catalogue's estimators a setup may name those alone that give one.
        assert isinstance(fitted, FittedNMM)
        nmms.append(fitted)
    return Outcome(tuple(nmms), warnings)


def list_seeds(setup: TrainingSetup, estimator: str) -> tuple[int, ...]:
    """The setup's seeds; one where chance plays no part."""
    seeded = ESTIMATORS[estimator](setup.optimization).seeded
    return setup.optimization.seeds if seeded else (0,)


def fit_estimator(
    name: str, prepared: PreparedTraining, seed: int, steps: Steps | None = None
) -> FittedEstimator:
    """The named estimator on what it may see of a training."""
    estimator = ESTIMATORS[name](prepared.setup.optimization)
    if isinstance(estimator, SupervisedEstimator):
        return estimator.fit(reveal(prepared), seed, steps)
    return estimator.fit(prepared.task, seed, steps)


def fit_estimators(
    prepared: PreparedTraining, names: Sequence[str] = (), listener: Listener = SILENT
) -> list[FittedEstimator]:
    """The named estimators, all where none is named, each with every seed that matters to it."""
    fitted = []
    for name in names or ESTIMATORS:
        if name not in ESTIMATORS:
            raise NMMError(
                f"estimator: expected some of {', '.join(ESTIMATORS)}, but found '{name}'."
            )
        listener.note(f"Fitting {ESTIMATORS[name](prepared.setup.optimization).name}")
        for seed in list_seeds(prepared.setup, name):
            fitted.append(fit_estimator(name, prepared, seed))
    return fitted


def open_checkpoint(setup: TrainingSetup) -> Checkpoint:
    """The steps of this very training: of the same files, by the same versions."""
    hashes = [hash_file(path) for path in setup.input_files]
    text = json.dumps([*hashes, torch.__version__, __version__])
    key = hashlib.sha256(text.encode()).hexdigest()
    return Checkpoint(setup.artefact_file.with_suffix(".checkpoint"), key)
