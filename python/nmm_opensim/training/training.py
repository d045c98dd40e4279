"""Training: per seed one network and one set of muscle parameters, taught by joint moments only.

Full-batch Adam on a few hundred frames; deterministic for a seed. Progress is kept in a checkpoint
beside the artefact, so that an interrupted training goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ..artefact import write_artefact
from ..errors import NMMError
from ..files import hash_file, write_atomically
from ..muscles.millard import rigid_fiber_length
from ..nmm import Declaration, NeuralMusculoskeletalModel, PreparedTrial, prepare_trial
from ..osim_model import OsimModel
from ..paths.path_model import OWN_PATHS, fit_path_model
from ..paths.sampling import find_independent_coordinates
from ..sources import order_sources
from ..trial import Trial, read_trial
from .setup import TrainingSetup

# How far normalised fibre length may leave its uncalibrated range before it costs.
FIBER_LENGTH_MARGIN = 0.1
SECONDS_BETWEEN_CHECKPOINTS = 5.0

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


class Training:
    """Everything a setup declares, loaded and prepared."""

    def __init__(self, setup: TrainingSetup, status: Status = lambda text: None) -> None:
        self.setup = setup
        self.model = OsimModel(setup.model_file)
        sources = order_sources(
            setup.sources,
            self.model.find_crossing_muscles(setup.moment_coordinates),
            self.model.muscle_names,
        )
        architecture = setup.architecture
        named = {*architecture.coordinates, *architecture.speeds, *setup.moment_coordinates}
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
            )
            for files in setup.trials
        }
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
            setup.electromechanical_delay,
            setup.bounds,
            setup.tendon,
            path_model,
        )
        status("Sampling muscle paths")
        self.trials = {
            name: prepare_trial(trial, self.model, self.declaration)
            for name, trial in trials.items()
        }

    @property
    def training_trials(self) -> list[PreparedTrial]:
        """The trials that supervise."""
        return [self.trials[files.name] for files in self.setup.with_role("train")]

    def build(self, seed: int) -> NeuralMusculoskeletalModel:
        """An untrained NMM whose weights depend on the seed alone."""
        torch.manual_seed(seed)
        inputs = [trial.inputs for trial in self.training_trials]
        return NeuralMusculoskeletalModel(self.model, self.declaration, inputs)

    def restore(self, trained: TrainedSeed) -> NeuralMusculoskeletalModel:
        """The NMM of a finished seed."""
        nmm = self.build(trained.seed)
        nmm.load_state_dict(trained.state)
        return nmm

    def run(self, progress: Progress) -> list[TrainedSeed]:
        """Train every seed, resuming from the checkpoint if it belongs to this very training."""
        checkpoint = _Checkpoint(self._checkpoint_file, self._key())
        finished, started = checkpoint.read()
        threads = torch.get_num_threads()
        # On tensors of this size threads wait for each other longer than they help.
        torch.set_num_threads(1)
        try:
            for index, seed in enumerate(self.setup.optimization.seeds):
                if index < len(finished):
                    continue
                trained = self._train_seed(index, seed, finished, started, checkpoint, progress)
                finished.append(trained)
                started = None
        finally:
            torch.set_num_threads(threads)
        return finished

    def clear_checkpoint(self) -> None:
        """Forget the progress, once the artefact is written."""
        self._checkpoint_file.unlink(missing_ok=True)

    @property
    def _checkpoint_file(self) -> Path:
        return self.setup.artefact_file.with_suffix(".checkpoint")

    def write(self, trained: TrainedSeed, scores: dict[str, Any]) -> None:
        """Write the artefact of one seed with the record of its training."""
        files = self.setup.trials
        data = sorted({path for trial in files for path in trial.data_files})
        record = {
            "setup": self.setup.name,
            "seed": trained.seed,
            "loss": trained.loss,
            "trials": [
                {"name": f.name, "role": f.role, "times": self._time_range(f.name)} for f in files
            ],
            "synergist_channels": {
                source.muscle: list(source.synergists) for source in self.declaration.sources.deep
            },
            "data": {path.name: hash_file(path) for path in data},
            "scores": scores,
        }
        write_artefact(self.setup.artefact_file, self.restore(trained), self.model, record)

    def _time_range(self, name: str) -> list[float]:
        frames = self.trials[name].trial.time
        return [float(frames[0]), float(frames[-1])]

    def _train_seed(
        self,
        index: int,
        seed: int,
        finished: list[TrainedSeed],
        started: dict[str, Any] | None,
        checkpoint: _Checkpoint,
        progress: Progress,
    ) -> TrainedSeed:
        options = self.setup.optimization
        nmm = self.build(seed)
        loss_of = _Loss(nmm, self.training_trials, self.setup)
        optimizer = torch.optim.Adam(nmm.parameters(), lr=options.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.iterations)
        first = 0
        if started is not None:
            nmm.load_state_dict(started["nmm"])
            optimizer.load_state_dict(started["optimizer"])
            schedule.load_state_dict(started["schedule"])
            first = started["iteration"]

        def keep(iteration: int) -> None:
            checkpoint.write(
                finished,
                {
                    "nmm": nmm.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "schedule": schedule.state_dict(),
                    "iteration": iteration,
                },
            )

        done = first
        saved = time.monotonic()
        try:
            for iteration in range(first, options.iterations):
                optimizer.zero_grad()
                loss, moment_error = loss_of()
                if not torch.isfinite(loss):
                    raise NMMError(
                        f"Training of seed {seed} diverged at iteration {iteration}: the loss is "
                        f"{loss.item()}; lower <learning_rate>."
                    )
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
                done = iteration + 1
                progress(index, done, float(moment_error))
                if time.monotonic() - saved > SECONDS_BETWEEN_CHECKPOINTS:
                    keep(done)
                    saved = time.monotonic()
        except KeyboardInterrupt:
            keep(done)
            raise
        with torch.no_grad():
            final, _ = loss_of()
        result = TrainedSeed(seed, float(final), nmm.state_dict())
        checkpoint.write([*finished, result], None)
        return result

    def _key(self) -> str:
        """What a checkpoint must have been made from."""
        setup = self.setup
        data = [path for trial in setup.trials for path in trial.data_files]
        if setup.function_based_path_set_file is not None:
            data.append(setup.function_based_path_set_file)
        files = [setup.file, setup.model_file, *data]
        text = json.dumps([hash_file(path) for path in files] + [torch.__version__])
        return hashlib.sha256(text.encode()).hexdigest()


def _check_coordinates(trials: Iterable[Trial], coordinates: Iterable[str]) -> None:
    """Muscles that keep the model's path may need coupled coordinates, which no fit needs."""
    for trial in trials:
        for name in coordinates:
            if name not in trial.motion.coordinates:
                raise NMMError(
                    f"Trial '{trial.name}': expected coordinate '{name}' in its coordinates file, "
                    "because a muscle that it moves keeps the model's path, but found none."
                )


class _Loss:
    """Moments decide; weak terms keep what they leave open near the model and near rest."""

    def __init__(
        self,
        nmm: NeuralMusculoskeletalModel,
        trials: list[PreparedTrial],
        setup: TrainingSetup,
    ) -> None:
        self._nmm = nmm
        self._trials = trials
        self._options = setup.optimization
        moments = torch.cat([trial.moments for trial in trials])
        self._scale = moments.std(dim=0)
        if bool((self._scale == 0).any()):
            j = int((self._scale == 0).nonzero()[0])
            raise NMMError(
                f"Inverse dynamics of '{setup.moment_coordinates[j]}': expected a moment that "
                "changes over the training trials, but it is constant."
            )
        lengths = torch.cat([trial.lengths for trial in trials])
        properties = nmm.properties
        generic = rigid_fiber_length(
            lengths,
            torch.tensor(properties.optimal_fiber_length),
            torch.tensor(properties.tendon_slack_length),
            torch.tensor(properties.pennation_angle_at_optimal),
        ) / torch.tensor(properties.optimal_fiber_length)
        self._lengths = lengths
        self._shortest = generic.min(dim=0).values - FIBER_LENGTH_MARGIN
        self._longest = generic.max(dim=0).values + FIBER_LENGTH_MARGIN
        outputs = [
            i
            for i, s in enumerate(nmm.declaration.sources.sources)
            if s.kind in ("deep", "unscored")
        ]
        self._predicted = torch.tensor(outputs)

    def __call__(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The loss and its first term: the mean squared moment error relative to its variance."""
        results = [(self._nmm(trial), trial.moments) for trial in self._trials]
        errors = torch.cat([(result.moments - moments) for result, moments in results])
        moment_error = (errors / self._scale).square().mean()

        calibration, options = self._nmm.calibration, self._options
        predicted = torch.cat([result.excitations for result, _ in results])[:, self._predicted]
        # Under a rigid tendon whatever the muscle's: a measure of parameters, not of forces.
        normalized = (
            rigid_fiber_length(
                self._lengths,
                calibration.optimal_fiber_length,
                calibration.tendon_slack_length,
                calibration.pennation_angle_at_optimal,
            )
            / calibration.optimal_fiber_length
        )
        outside = torch.relu(self._shortest - normalized) + torch.relu(normalized - self._longest)
        weights = torch.cat([layer.weight.flatten() for layer in self._nmm.predictor.linear])
        loss = (
            moment_error
            + options.excitation_weight * predicted.square().mean()
            + options.parameter_weight * calibration.departure()
            + options.fiber_length_weight * outside.square().mean()
            + options.weight_decay * weights.square().mean()
        )
        return loss, moment_error.detach()


class _Checkpoint:
    """Progress on disk; loading cannot execute code and a stranger's progress is ignored."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key

    def read(self) -> tuple[list[TrainedSeed], dict[str, Any] | None]:
        """Finished seeds and the state of the seed under way."""
        if not self._path.is_file():
            return [], None
        try:
            content = torch.load(self._path, weights_only=True)
        except Exception as error:
            # torch raises many kinds for a damaged file; its progress is lost either way.
            raise NMMError(
                f"checkpoint '{self._path}': torch cannot read it "
                f"({type(error).__name__}); delete it to start anew."
            ) from None
        if content["key"] != self._key:
            return [], None
        return [TrainedSeed(**seed) for seed in content["finished"]], content["started"]

    def write(self, finished: list[TrainedSeed], started: dict[str, Any] | None) -> None:
        """Replace the checkpoint; an interruption leaves the old one."""
        content = {
            "key": self._key,
            "finished": [vars(seed) for seed in finished],
            "started": started,
        }
        write_atomically(self._path, lambda temporary: torch.save(content, temporary))
