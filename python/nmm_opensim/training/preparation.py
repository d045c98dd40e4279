"""Training: per seed one network and one set of muscle parameters, taught by joint moments only.

Full-batch Adam on a few hundred frames; deterministic for a seed. Progress is kept in a checkpoint
beside the artefact, so that an interrupted training goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..errors import NMMError, nearest_names
from ..estimators.checkpoint import Checkpoint
from ..estimators.emg_driven.lag import estimate_lead
from ..estimators.interface import FittedNMM, Task, conceal
from ..estimators.optimization import MomentLoss, minimise
from ..estimators.prior.population import RecordedSubject
from ..files import hash_file
from ..nmm.artefact import write_artefact
from ..nmm.chain import (
    Declaration,
    NeuralMusculoskeletalModel,
    PreparedTrial,
    build_nmm,
    prepare_trial,
    resample_emg,
)
from ..nmm.sources import Measured, order_sources
from ..nmm.trial import Trial, TrialFiles, read_trial
from ..physics.muscles.activation import POSSIBLE_DELAY
from ..physics.osim_model import OsimModel
from ..physics.paths.path_model import OWN_PATHS, fit_path_model
from ..physics.paths.sampling import find_independent_coordinates
from ..version import __version__
from .emg_check import check_emg
from .hide_channels import hide_channels
from .training_setup import PriorSubject, TrainingSetup

Progress = Callable[[int, int, float], None]
"""Called after every iteration with seed index, iteration and the relative moment error."""

Status = Callable[[str], None]
"""Called with what is being prepared."""


@dataclass(frozen=True)
class TrainedSeed:
    """The outcome of one seed; ``loss`` is the final training loss, the only ground of choice."""

    seed: int
    loss: float
    state: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """An NMM that may become the artefact, and its training loss, if it has one."""

    nmm: FittedNMM
    loss: float | None


class Training:
    """Everything a setup declares, loaded and prepared."""

    def __init__(self, setup: TrainingSetup, status: Status = lambda text: None) -> None:
        self.setup = setup
        self.warnings: list[str] = []
        """What a user should know, one line each."""
        self.model = OsimModel(setup.model_file)
        sources = order_sources(
            setup.sources,
            self.model.find_crossing_muscles(setup.moment_coordinates),
            self.model.muscle_names,
        )
        architecture = setup.architecture
        named = {*architecture.coordinates, *architecture.speeds, *setup.moment_coordinates}
        for subject in setup.prior_subjects:
            named.update(ours for ours, _ in subject.coordinates)
            for ours, _ in subject.muscles:
                self.model.muscle(ours)
        for name in named:
            self.model.coordinate(name)
        fitted = setup.path_model == "fitted"
        find = find_independent_coordinates if fitted else OsimModel.find_moving_coordinates
        positioning = find(self.model, sources.muscles)
        trials = {
            files.name: read_trial(
                files,
                self.model,
                sources.channels,
                [n for n in self.model.coordinate_names if n in named or n in positioning],
                setup.moment_coordinates,
                architecture.external_loads,
            )
            for files in setup.trials
        }
        check_emg([trial for trial in trials.values() if trial.role == "train"])
        for name, _ in setup.bounds.by_muscle:
            if name not in sources.muscles:
                raise NMMError(
                    f"{setup.file}: <MuscleBounds>: expected a muscle with a declared source, but "
                    f"found '{name}'; {nearest_names(name, sources.muscles)}."
                )
        path_model = OWN_PATHS
        if fitted:
            path_model = fit_path_model(
                self.model,
                sources.muscles,
                positioning,
                setup.moment_coordinates,
                [trial.motion for trial in trials.values()],
                setup.function_based_path_set_file,
                status,
            )
            positioning = path_model.find_coordinates(self.model, sources.muscles)
            _check_coordinates(trials.values(), positioning)
        self.declaration = Declaration(
            sources,
            setup.moment_coordinates,
            tuple(n for n in self.model.coordinate_names if n in named or n in positioning),
            architecture,
            setup.electromechanical_delay or 0.0,
            setup.bounds,
            setup.tendon,
            path_model,
        )
        status("Sampling muscle paths")
        self.trials = {
            name: prepare_trial(trial, self.model, self.declaration)
            for name, trial in trials.items()
        }
        if setup.electromechanical_delay is None:
            status("Estimating the electromechanical delay")
            self._estimate_delay()

    def _estimate_delay(self) -> None:
        recordings = group_recordings(self.setup.with_role("train"), self.trials)
        lead = estimate_lead(
            list(recordings.values()),
            self.model,
            self.declaration.sources,
            self.setup.moment_coordinates,
        )
        low, high = POSSIBLE_DELAY
        delay = min(max(lead, low), high)
        if delay != lead:
            self.warnings.append(
                f"EMG leads the motion by {1000 * lead:.0f} ms, but an electromechanical delay is "
                f"{1000 * low:g}-{1000 * high:g} ms, so {1000 * delay:g} ms is taken; if the "
                "streams are not in step, declare each trial's <emg_time_offset> (s, positive if "
                "EMG comes early), which `nmm-opensim timing` helps to find."
            )
        self.declaration = replace(self.declaration, electromechanical_delay=delay)
        self.trials = {
            name: resample_emg(trial, self.declaration) for name, trial in self.trials.items()
        }

    @property
    def training_trials(self) -> list[PreparedTrial]:
        """The trials that supervise."""
        return self._with_role("train")

    @property
    def task(self) -> Task:
        """What estimators may see of all this: no test trial, no name of a hidden recording."""
        return Task(
            self.model,
            conceal(self.declaration),
            tuple(self.training_trials),
            tuple(self._with_role("validation")),
            tuple(_record(subject) for subject in self.setup.prior_subjects),
        )

    def _with_role(self, role: str) -> list[PreparedTrial]:
        return [self.trials[files.name] for files in self.setup.with_role(role)]

    def build(self, seed: int) -> NeuralMusculoskeletalModel:
        """An untrained NMM whose weights depend on the seed alone."""
        return build_nmm(self.model, self.declaration, self.training_trials, seed)

    def restore(self, trained: TrainedSeed) -> NeuralMusculoskeletalModel:
        """The NMM of a finished seed."""
        nmm = self.build(trained.seed)
        nmm.load_state_dict(trained.state)
        return nmm

    def run(self, progress: Progress) -> list[TrainedSeed]:
        """Train every seed, resuming from the checkpoint if it belongs to this very training."""
        progress_kept = self.checkpoint.read()
        finished = [TrainedSeed(**seed) for seed in progress_kept.get("finished", [])]
        started = progress_kept.get("started")
        for index, seed in enumerate(self.setup.optimization.seeds):
            if index < len(finished):
                continue
            trained = self._train_seed(index, seed, finished, started, progress)
            finished.append(trained)
            started = None
        return finished

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The progress of this very training; to be cleared once the artefact is written."""
        return Checkpoint(self.setup.artefact_file.with_suffix(".checkpoint"), self._key())

    def write(self, outcome: Outcome, scores: dict[str, Any]) -> None:
        """Write the artefact of an outcome with the record of its training."""
        files = self.setup.trials
        data = sorted({path for trial in files for path in trial.data_files})
        record = {
            "setup": self.setup.name,
            "estimator": self.setup.estimator,
            "seed": outcome.nmm.seed,
            "loss": outcome.loss,
            "trials": [
                {"name": f.name, "role": f.role, "times": self._time_range(f.name)} for f in files
            ],
            "synergist_channels": {
                source.muscle: list(source.synergists) for source in self.declaration.sources.deep
            },
            "data": {path.name: hash_file(path) for path in data},
            "warnings": self.warnings,
            "scores": scores,
        }
        # The task's declaration conceals hidden recordings; whoever scores later needs their names.
        described = replace(outcome.nmm.describe_nmm(), declaration=self.declaration)
        write_artefact(self.setup.artefact_file, described, self.model, record)

    def _time_range(self, name: str) -> list[float]:
        frames = self.trials[name].trial.time
        return [float(frames[0]), float(frames[-1])]

    def _train_seed(
        self,
        index: int,
        seed: int,
        finished: list[TrainedSeed],
        started: dict[str, Any] | None,
        progress: Progress,
    ) -> TrainedSeed:
        nmm = self.build(seed)
        options = self.setup.optimization
        loss = minimise(
            nmm,
            MomentLoss(nmm, self.training_trials, options),
            options,
            f"seed {seed}",
            lambda iteration, error: progress(index, iteration, error),
            started,
            lambda state: self._keep(finished, state),
        )
        result = TrainedSeed(seed, loss, nmm.state_dict())
        self._keep([*finished, result], None)
        return result

    def _keep(self, finished: list[TrainedSeed], started: dict[str, Any] | None) -> None:
        self.checkpoint.write({"finished": [vars(seed) for seed in finished], "started": started})

    def _key(self) -> str:
        """What a checkpoint must have been made from."""
        hashes = [hash_file(path) for path in self.setup.input_files]
        text = json.dumps([*hashes, torch.__version__, __version__])
        return hashlib.sha256(text.encode()).hexdigest()


def group_recordings(
    trials: Iterable[TrialFiles], prepared: Mapping[str, PreparedTrial]
) -> dict[tuple[Path, float], list[PreparedTrial]]:
    """Trials by EMG file and clock offset (s): those that share both share a lag."""
    recordings: dict[tuple[Path, float], list[PreparedTrial]] = {}
    for files in trials:
        key = (files.emg_file, files.emg_time_offset)
        recordings.setdefault(key, []).append(prepared[files.name])
    return recordings


def _check_coordinates(trials: Iterable[Trial], coordinates: Iterable[str]) -> None:
    """Muscles that keep the model's path may need coupled coordinates, which no fit needs."""
    for trial in trials:
        for name in coordinates:
            if name not in trial.motion.coordinates:
                raise NMMError(
                    f"Trial '{trial.name}': expected coordinate '{name}' in its coordinates file, "
                    "because a muscle that it moves keeps the model's path, but found none."
                )


@lru_cache(maxsize=8)
def _record(subject: PriorSubject) -> RecordedSubject:
    """All that another subject's setup holds of the muscles and coordinates paired with ours."""
    training = Training(hide_channels(subject.setup, {}))
    trials = list(training.trials.values())
    sources = {source.muscle: source for source in training.declaration.sources.sources}
    channels = training.declaration.sources.channels
    envelopes = np.vstack([trial.envelopes.numpy() for trial in trials])
    recorded = {}
    for ours, theirs in subject.muscles:
        source = sources.get(theirs)
        if not isinstance(source, Measured) or len(source.channels) != 1:
            raise NMMError(
                f"Prior subject '{subject.name}': expected '{theirs}' to be measured by a channel "
                f"of its own, but {subject.setup.file.name} does not declare that; leave it out."
            )
        recorded[ours] = envelopes[:, channels.index(source.channels[0])]
    names = [theirs for _, theirs in subject.coordinates]
    motions = [trial.trial.motion.select(names) for trial in trials]
    signs = np.array(subject.signs)
    return RecordedSubject(
        subject.name,
        tuple(ours for ours, _ in subject.coordinates),
        np.vstack([values for values, _ in motions]) * signs,
        np.vstack([speeds for _, speeds in motions]) * signs,
        recorded,
    )
