"""A training setup made ready: model, paths and trials, read, checked and sampled once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from ..errors import NMMError, nearest_names
from ..estimators.emg_driven.lag import estimate_lead
from ..estimators.interface import Task, conceal
from ..estimators.prior.other_subjects import RecordedSubject
from ..nmm.chain import Declaration, PreparedTrial, prepare_trial, resample_emg
from ..nmm.sources import MuscleSources, order_sources
from ..nmm.trial import Trial, TrialFiles, read_trial
from ..physics.muscles.activation import POSSIBLE_DELAY
from ..physics.osim_model import OsimModel
from ..physics.paths.path_model import OWN_PATHS, PathModel, PathProblem, fit_path_model
from ..physics.paths.sampling import find_independent_coordinates
from ..running.compatibility import check_loadable
from .cycles import attach_cycles
from .emg_check import check_emg
from .hide_channels import hide_channels
from .prior_subjects import gather_recordings
from .teacher.examine import examine_moments
from .training_setup import PriorSubject, TrainingSetup

Status = Callable[[str], None]
"""Called with what is being prepared."""


@dataclass(frozen=True)
class PreparedTraining:
    """All that a setup declares, loaded; ``trials`` by name.

    ``declaration`` names the hidden recordings, which :attr:`task` does not. ``warnings`` are what
    a user should know, one line each; those that say why the joint moments are a doubtful teacher
    are ``teacher_doubts`` too.
    """

    setup: TrainingSetup
    model: OsimModel
    declaration: Declaration
    trials: Mapping[str, PreparedTrial]
    warnings: tuple[str, ...] = ()
    teacher_doubts: tuple[str, ...] = ()

    @property
    def training_trials(self) -> tuple[PreparedTrial, ...]:
        """The trials that supervise."""
        return self._with_role("train")

    @cached_property
    def task(self) -> Task:
        """What estimators may see of all this: no test trial, no name of a hidden recording."""
        return Task(
            self.model,
            conceal(self.declaration),
            self.training_trials,
            self._with_role("validation"),
            tuple(_record(subject) for subject in self.setup.prior_subjects),
            None if self.setup.population is None else self.setup.population.declared,
            self.teacher_doubts,
        )

    def _with_role(self, role: str) -> tuple[PreparedTrial, ...]:
        return tuple(self.trials[files.name] for files in self.setup.with_role(role))


def prepare_training(setup: TrainingSetup, status: Status = lambda text: None) -> PreparedTraining:
    """All that training needs, its joint moments examined: nonsense does not teach."""
    prepared = prepare_recordings(setup, status)
    status("Examining joint moments")
    trials = [prepared.trials[files.name] for files in setup.trials]
    doubts = examine_moments(setup.trials, trials, prepared.model, prepared.declaration)
    return replace(
        prepared,
        warnings=prepared.warnings + doubts.teacher + doubts.scored,
        teacher_doubts=doubts.teacher,
    )


def prepare_recordings(
    setup: TrainingSetup, status: Status = lambda text: None
) -> PreparedTraining:
    """Read and check all files, fit paths, sample and, where nobody knows it, find the delay.

    Whether the moments make sense is not asked: for other subjects, of whom they teach nothing, and
    for whoever looks for what is wrong.
    """
    model = OsimModel(setup.model_file)
    check_loadable(setup.model_file)
    crossing = model.find_crossing_muscles(setup.moment_coordinates)
    sources = order_sources(setup.sources, crossing, model.muscle_names)
    named = _check_names(setup, model, sources)
    positioning = _find_positioning(setup, model, sources)
    trials = _read_trials(setup, model, sources, _order(model, [*named, *positioning]))
    path_model = OWN_PATHS
    if setup.path_model == "fitted":
        path_model = _fit_paths(setup, model, sources, positioning, trials, status)
        positioning = path_model.find_coordinates(model, sources.muscles)
        _check_coordinates(trials.values(), positioning)
    declaration = Declaration(
        sources,
        setup.moment_coordinates,
        _order(model, [*named, *positioning]),
        setup.architecture,
        setup.electromechanical_delay or 0.0,
        setup.bounds,
        setup.tendon,
        path_model,
    )
    status("Sampling muscle paths")
    sampled = {name: prepare_trial(trial, model, declaration) for name, trial in trials.items()}
    warnings: tuple[str, ...] = ()
    if setup.population is not None:
        status("Finding strides")
        sampled, warnings = attach_cycles(
            sampled, setup.with_role("train"), model, setup.population
        )
    prepared = PreparedTraining(setup, model, declaration, sampled, warnings)
    if setup.electromechanical_delay is not None:
        return prepared
    status("Estimating the electromechanical delay")
    return _estimate_delay(prepared)


def _check_names(setup: TrainingSetup, model: OsimModel, sources: MuscleSources) -> list[str]:
    """The coordinates that the setup names, all of which are the model's."""
    architecture = setup.architecture
    named = [*architecture.coordinates, *architecture.speeds, *setup.moment_coordinates]
    for subject in setup.prior_subjects:
        named += [ours for ours, _ in subject.coordinates]
        for ours, _ in subject.muscles:
            model.muscle(ours)
    if setup.population is not None:
        declared = setup.population.declared
        for ours in (*declared.muscles, *declared.relatives):
            model.muscle(ours)
    for name in named:
        model.coordinate(name)
    for name, _ in setup.bounds.by_muscle:
        if name not in sources.muscles:
            raise NMMError(
                f"{setup.file}: <MuscleBounds>: expected a muscle with a declared source, but "
                f"found '{name}'; {nearest_names(name, sources.muscles)}."
            )
    return named


def _order(model: OsimModel, names: Iterable[str]) -> tuple[str, ...]:
    """Coordinates in the order of the model, each once."""
    wanted = set(names)
    return tuple(name for name in model.coordinate_names if name in wanted)


def _find_positioning(setup: TrainingSetup, model: OsimModel, sources: MuscleSources) -> list[str]:
    """The coordinates that must be in the files, because they position the muscles."""
    if setup.path_model == "fitted":
        return find_independent_coordinates(model, sources.muscles)
    return model.find_moving_coordinates(sources.muscles)


def _read_trials(
    setup: TrainingSetup, model: OsimModel, sources: MuscleSources, coordinates: Sequence[str]
) -> dict[str, Trial]:
    trials = {
        files.name: read_trial(
            files,
            model,
            sources.channels,
            coordinates,
            setup.moment_coordinates,
            setup.architecture.load_window,
        )
        for files in setup.trials
    }
    check_emg([trial for trial in trials.values() if trial.role == "train"])
    return trials


def _fit_paths(
    setup: TrainingSetup,
    model: OsimModel,
    sources: MuscleSources,
    positioning: Sequence[str],
    trials: Mapping[str, Trial],
    status: Status,
) -> PathModel:
    problem = PathProblem(
        model,
        sources.muscles,
        positioning,
        setup.moment_coordinates,
        [trial.motion for trial in trials.values()],
        setup.function_based_path_set_file,
        list(trials),
    )
    return fit_path_model(problem, status)


def _check_coordinates(trials: Iterable[Trial], coordinates: Sequence[str]) -> None:
    """Muscles that keep the model's path may need coupled coordinates, which no fit needs."""
    for trial in trials:
        for name in coordinates:
            if name not in trial.motion.coordinates:
                raise NMMError(
                    f"Trial '{trial.name}': expected coordinate '{name}' in its coordinates file, "
                    "because a muscle that it moves keeps the model's path, but found none."
                )


def _estimate_delay(prepared: PreparedTraining) -> PreparedTraining:
    """The same with the electromechanical delay that the measured muscles tell."""
    recordings = group_recordings(prepared.setup.with_role("train"), prepared.trials)
    estimated = estimate_lead(
        list(recordings.values()), prepared.model, prepared.declaration.sources
    )
    lead = estimated.seconds
    low, high = POSSIBLE_DELAY
    delay = min(max(lead, low), high)
    warnings = prepared.warnings
    if estimated.assumed:
        warnings += (
            f"No channel tells of {', '.join(estimated.assumed)}, and each moment coordinate is "
            f"moved by one of them: the electromechanical delay, {1000 * delay:.0f} ms, was "
            "estimated as if they worked when all others do; declare <synergist_channels>, or the "
            "delay in s.",
        )
    if delay != lead:
        warnings += (
            f"EMG leads the motion by {1000 * lead:.0f} ms, but an electromechanical delay is "
            f"{1000 * low:g}-{1000 * high:g} ms, so {1000 * delay:g} ms is taken; if the "
            "streams are not in step, declare each trial's <emg_time_offset> (s, positive if "
            "EMG comes early), which `nmm-opensim timing` helps to find.",
        )
    declaration = replace(prepared.declaration, electromechanical_delay=delay)
    trials = {name: resample_emg(trial, declaration) for name, trial in prepared.trials.items()}
    return replace(prepared, declaration=declaration, trials=trials, warnings=warnings)


def group_recordings(
    trials: Iterable[TrialFiles], prepared: Mapping[str, PreparedTrial]
) -> dict[tuple[Path, float], list[PreparedTrial]]:
    """Trials by EMG file and clock offset (s): those that share both share a lag."""
    recordings: dict[tuple[Path, float], list[PreparedTrial]] = {}
    for files in trials:
        key = (files.emg_file, files.emg_time_offset)
        recordings.setdefault(key, []).append(prepared[files.name])
    return recordings


@lru_cache(maxsize=8)
def _record(subject: PriorSubject) -> RecordedSubject:
    theirs = prepare_recordings(hide_channels(subject.setup, {}))
    return gather_recordings(subject, theirs.declaration.sources, list(theirs.trials.values()))
