"""The benchmark's setup: ``<NMMBenchmarkTool>`` around a training setup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import NMMError, nearest_names
from ..estimators.catalogue import ESTIMATORS
from ..formats.setup_xml import SetupElement, read_setup
from ..nmm.sources import find_recorded
from ..training.hide_channels import hide_channels, list_recorded_channels
from ..training.training_setup import TrainingSetup, find_overlap, read_training_setup

TOOL = "NMMBenchmarkTool"
BY_ROLES = "roles"


@dataclass(frozen=True)
class HiddenChannel:
    """A channel to hide, the measured channels whose copy may stand for it, and what it scores."""

    name: str
    synergists: tuple[str, ...]
    """Those of the training setup, unless the benchmark names others."""
    muscle: str
    """The one that the channel scores."""
    others: tuple[str, ...] = ()
    """The muscles of the same channel that follow it."""


@dataclass(frozen=True)
class HiddenGroup:
    """Channels that are hidden at the same time; usually one, which then is its name."""

    name: str
    channels: tuple[HiddenChannel, ...]


@dataclass(frozen=True)
class Fold:
    """Trials that test; all others train. Without trials the setup's own roles hold."""

    name: str
    test_trials: tuple[str, ...] = ()

    def apply(self, setup: TrainingSetup) -> TrainingSetup:
        """The training setup with this fold's roles."""
        if not self.test_trials:
            return setup
        trials = tuple(
            replace(trial, role="test" if trial.name in self.test_trials else "train")
            for trial in setup.trials
        )
        return replace(setup, trials=trials)


@dataclass(frozen=True)
class BenchmarkSetup:
    """All that a benchmark declares; paths are absolute."""

    file: Path
    name: str
    training: TrainingSetup
    hidden_groups: tuple[HiddenGroup, ...]
    folds: tuple[Fold, ...]
    estimators: tuple[str, ...]
    seeds: tuple[int, ...]
    results_directory: Path

    def training_for(self, hidden: HiddenGroup, fold: Fold) -> TrainingSetup:
        """The training setup of one hidden group and fold."""
        channels = {channel.name: channel.synergists for channel in hidden.channels}
        scored = {channel.name: channel.muscle for channel in hidden.channels}
        return fold.apply(hide_channels(self.training, channels, scored))

    @property
    def lacks_moments(self) -> bool:
        """Whether there is a test trial whose moments nobody knows."""
        return any(trial.inverse_dynamics_file is None for trial in self.training.trials)

    def can_answer(self, estimator: str, fold: Fold) -> bool:
        """Whether an estimator finds in any of the fold's test trials what it needs of them."""
        if not ESTIMATORS[estimator](self.training.optimization).sees_moments:
            return True
        tests = fold.apply(self.training).with_role("test")
        return any(trial.inverse_dynamics_file is not None for trial in tests)

    @property
    def silent_estimators(self) -> tuple[str, ...]:
        """Those that would need the moments of test trials, none of which has any."""
        return tuple(
            name
            for name in self.estimators
            if not any(self.can_answer(name, fold) for fold in self.folds)
        )


def read_benchmark_setup(file: Path) -> BenchmarkSetup:
    """Read and check ``<NMMBenchmarkTool>``; every complaint names the line."""
    tool = read_setup(file, TOOL)
    training = read_training_setup(tool.get_file("training_setup_file"))
    estimators = tool.get_names("estimators")
    for name in estimators:
        if name not in ESTIMATORS:
            raise tool.error(
                f"<estimators>: expected some of {', '.join(ESTIMATORS)}, but found '{name}'"
            )
    setup = BenchmarkSetup(
        file=file.resolve(),
        name=tool.file_stem,
        training=training,
        hidden_groups=_read_hidden_groups(tool.get_child("hidden_channels"), training),
        folds=_read_folds(tool, training),
        estimators=tuple(estimators),
        seeds=tuple(tool.get_integers("seeds")),
        results_directory=tool.get_path("results_directory", default="."),
    )
    tool.finish()
    if not setup.seeds:
        raise tool.error("<seeds>: expected at least one seed, but found none")
    if set(setup.silent_estimators) == set(setup.estimators):
        raise tool.error(
            "<estimators>: expected one that needs no moments of the test trials, which have none, "
            f"but found {', '.join(setup.estimators)}; add another, or the trials' "
            "<inverse_dynamics_file>"
        )
    for hidden in setup.hidden_groups:
        # What cannot be hidden is said now, not an hour into the run.
        setup.training_for(hidden, setup.folds[0])
    return setup


def _read_hidden_groups(element: SetupElement, training: TrainingSetup) -> tuple[HiddenGroup, ...]:
    groups = []
    for child in element.get_children(["HiddenChannel", "HiddenGroup"]):
        if child.tag == "HiddenChannel":
            groups.append(
                HiddenGroup(child.name, (_read_hidden_channel(child, training, {child.name}),))
            )
            continue
        elements = child.get_children(["HiddenChannel"])
        together = {each.name for each in elements}
        channels = [_read_hidden_channel(each, training, together) for each in elements]
        _refuse_twice([channel.name for channel in channels], child, "HiddenChannel")
        groups.append(HiddenGroup(child.name, tuple(channels)))
        if not channels:
            raise child.error("expected a <HiddenChannel>, but found none")
    if not groups:
        known = ", ".join(list_recorded_channels(training.sources))
        raise element.error(f"expected a <HiddenChannel>, one of {known}, but found none")
    _refuse_twice([group.name for group in groups], element, "hidden_channels")
    return tuple(groups)


def _read_hidden_channel(
    element: SetupElement, training: TrainingSetup, hidden: set[str]
) -> HiddenChannel:
    """A channel of those that are ``hidden`` together, which are no synergists of each other."""
    recorded = find_recorded(training.sources)
    if element.name not in recorded:
        raise element.error(
            f"expected a channel that measures a muscle, but found '{element.name}'; "
            f"{nearest_names(element.name, recorded)}"
        )
    own = recorded[element.name]
    declared = [name for name in own.synergists if name not in hidden]
    synergists = element.get_names("synergist_channels", default=declared)
    muscles = (own.muscle, *own.others)
    muscle = element.get_optional_text("muscle") or own.muscle
    if muscle not in muscles:
        raise element.error(
            f"<muscle>: expected a muscle that '{element.name}' measures, {' or '.join(muscles)}, "
            f"but found '{muscle}'"
        )
    element.finish()
    others = tuple(name for name in muscles if name != muscle)
    return HiddenChannel(element.name, tuple(synergists), muscle, others)


def _read_folds(tool: SetupElement, training: TrainingSetup) -> tuple[Fold, ...]:
    element = tool.get_optional_child("folds")
    if element is None:
        if not training.with_role("test"):
            raise NMMError(
                f"{training.file}: expected a trial with the role test, but found none; add one, "
                "or give the benchmark <folds>."
            )
        return (Fold(BY_ROLES),)
    known = [trial.name for trial in training.trials]
    folds = []
    for child in element.get_children(["Fold"]):
        fold = Fold(child.name, tuple(child.get_names("test_trials")))
        for name in fold.test_trials:
            if name not in known:
                raise child.error(
                    f"<test_trials>: expected trials of '{training.file.name}', but found "
                    f"'{name}'; {nearest_names(name, known)}"
                )
        if set(fold.test_trials) == set(known):
            raise child.error("<test_trials>: expected a trial left to train on, but found none")
        _refuse_training_without_moments(child, fold, training)
        if overlap := find_overlap(fold.apply(training).trials):
            raise child.error(f"<test_trials>: {overlap}")
        folds.append(fold)
        child.finish()
    _refuse_twice([fold.name for fold in folds], element, "Fold")
    return tuple(folds)


def _refuse_training_without_moments(
    element: SetupElement, fold: Fold, training: TrainingSetup
) -> None:
    for trial in fold.apply(training).with_role("train"):
        if trial.inverse_dynamics_file is None:
            raise element.error(
                f"<test_trials>: expected all trials without moments, because no fold can train on "
                f"them, but '{trial.name}' of '{training.file.name}' is not there; add it to every "
                "fold, or give it an <inverse_dynamics_file>"
            )


def _refuse_twice(names: Sequence[str], element: SetupElement, tag: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise element.error(f"<{tag}>: expected each name once, but found '{name}' twice")
