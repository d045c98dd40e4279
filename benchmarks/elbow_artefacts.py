"""Artefacts of the elbow that differ in what drives its deep muscles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from nmm_opensim.arrays import Array
from nmm_opensim.estimators.baselines.neighbour import NeighbourCopy
from nmm_opensim.estimators.emg_driven.calibration import MOST_FRAMES, NO_LAG
from nmm_opensim.estimators.emg_driven.fit import EmgDrivenFit
from nmm_opensim.estimators.emg_driven.model import EmgDrivenModel
from nmm_opensim.examples.elbow.anatomy import MUSCLE_NAMES
from nmm_opensim.examples.elbow.subject import Subject
from nmm_opensim.formats.tables import Table
from nmm_opensim.nmm.chain import Declaration, PreparedTrial
from nmm_opensim.nmm.sources import Measured, MuscleSources
from nmm_opensim.nmm.trained import CalibratedMuscles, TrainedNMM
from nmm_opensim.nmm.write_artefact import write_artefact
from nmm_opensim.physics.muscles.millard import read_properties
from nmm_opensim.physics.muscles.parameters import MuscleParameters
from nmm_opensim.training.fit_outcome import fit_outcome, open_checkpoint
from nmm_opensim.training.outcome import write_outcome
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import TrainingSetup

TRUTH = "truth"


def make_artefacts(
    setup: TrainingSetup, subject: Subject, seeds: tuple[int, ...], folder: Path
) -> Iterator[tuple[str, list[Path]]]:
    """What is compared, each with an artefact for every seed."""
    posterior = prepare_training(
        replace(setup, estimator="posterior", artefact_file=folder / "posterior.nmm")
    )
    write_outcome(posterior, fit_outcome(posterior), {})
    open_checkpoint(posterior.setup).clear()
    yield "NMM posterior", [posterior.setup.artefact_file]

    options = replace(setup.optimization, seeds=seeds)
    network = prepare_training(
        replace(setup, estimator="nmm", optimization=options, artefact_file=folder / "network.nmm")
    )
    files = []
    for nmm in fit_outcome(network).nmms:
        files.append(folder / f"network_{nmm.seed}.nmm")
        write_artefact(files[-1], nmm.describe_nmm(), network.model)
    open_checkpoint(network.setup).clear()
    yield "NMM network", files

    for name, trained in (
        ("neighbour copy", copy_neighbours(posterior)),
        (TRUTH, describe_truth(posterior, subject)),
    ):
        file = folder / f"{name.split()[0]}.nmm"
        write_artefact(file, trained, posterior.model)
        yield name, [file]


def copy_neighbours(training: PreparedTraining) -> TrainedNMM:
    """Deep muscles do what a neighbour does; all are calibrated to moments as the posterior's."""
    neighbours = NeighbourCopy().fit(training.task, 0).neighbours

    def copy(muscle: str) -> Measured:
        channels = neighbours[muscle]
        return Measured(muscle, channels, (1.0 / len(channels),) * len(channels))

    declaration = replace(
        training.declaration,
        sources=MuscleSources(
            tuple(
                copy(s.muscle) if s.muscle in neighbours else s
                for s in training.declaration.sources.sources
            )
        ),
    )
    channels = training.declaration.sources.channels
    assert declaration.sources.channels == channels

    def delay(trial: PreparedTrial) -> PreparedTrial:
        emg = Table("EMG", tuple(channels), trial.time, trial.envelopes)
        return replace(trial, emg=emg)

    trials = [delay(trial) for trial in training.training_trials]
    model = EmgDrivenModel(training.model, declaration.sources, trials)
    fit = EmgDrivenFit(model, [trials], [0], MOST_FRAMES, declaration.bounds)
    driven = fit.run([0.0], NO_LAG).get_driven(0)
    gains = dict(zip(model.drives, driven.compute_gains(), strict=True))
    muscles = driven.calibrated_muscles
    return _describe(declaration, np.array([gains[name] for name in channels]), muscles)


def describe_truth(training: PreparedTraining, subject: Subject) -> TrainedNMM:
    """The subject's own muscles, each driven by the column of its name."""
    declaration = replace(
        training.declaration,
        sources=MuscleSources(tuple(Measured(name, (name,), (1.0,)) for name in MUSCLE_NAMES)),
        electromechanical_delay=subject.electromechanical_delay,
    )
    generic = read_properties(training.model, MUSCLE_NAMES)
    muscles = CalibratedMuscles(
        MuscleParameters(
            subject.max_isometric_force,
            subject.optimal_fiber_length,
            subject.tendon_slack_length,
            generic.parameters.pennation_angle_at_optimal,
        ),
        subject.activation_time_constant,
        subject.deactivation_time_constant,
        generic.minimum_activation,
        subject.shape_factor,
    )
    return _describe(declaration, np.ones(len(MUSCLE_NAMES)), muscles)


def _describe(declaration: Declaration, gains: Array, muscles: CalibratedMuscles) -> TrainedNMM:
    """All muscles are measured: the network, which an artefact has, says nothing to any."""
    architecture = declaration.architecture
    inputs = len(architecture.emg_lags) * len(declaration.sources.channels)
    inputs += len(architecture.coordinates) + len(architecture.speeds)
    predictor = {"family": "mlp", "hidden_activation": "tanh", "layers": 1}
    tensors = {
        "predictor.input_mean": np.zeros(inputs),
        "predictor.input_scale": np.ones(inputs),
        "predictor.0.weight": np.zeros((1, inputs)),
        "predictor.0.bias": np.zeros(1),
    }
    return TrainedNMM(declaration, gains, muscles, predictor, tensors)
