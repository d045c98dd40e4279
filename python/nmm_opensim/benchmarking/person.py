"""A person in a benchmark: whose recordings are asked, and what is hidden of them in which fold."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..estimators.catalogue import ESTIMATORS
from ..training.hide_channels import hide_channels
from ..training.training_setup import TrainingSetup


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
class Person:
    """One whose recordings a training setup declares; ``name`` is empty where they are the only.

    Hidden groups and folds have the same names for everyone, their channels score the same muscles;
    synergists are those of the person. ``group`` is that of the people they are pooled and tested
    with, empty where nobody has one; the same subject may be in several, under another name.
    """

    name: str
    training: TrainingSetup
    hidden_groups: tuple[HiddenGroup, ...]
    folds: tuple[Fold, ...]
    seeds: tuple[int, ...]
    group: str = ""

    def training_for(self, hidden: HiddenGroup, fold: Fold) -> TrainingSetup:
        """The training setup of one hidden group and fold."""
        channels = {channel.name: channel.synergists for channel in hidden.channels}
        scored = {channel.name: channel.muscle for channel in hidden.channels}
        return fold.apply(hide_channels(self.training, channels, scored))

    @property
    def trials_without_moments(self) -> tuple[str, ...]:
        """The trials whose moments nobody knows, by name."""
        return tuple(t.name for t in self.training.trials if t.inverse_dynamics_file is None)

    def can_answer(self, estimator: str, fold: Fold) -> bool:
        """Whether an estimator finds in any of the fold's test trials what it needs of them."""
        if not ESTIMATORS[estimator](self.training.optimization).sees_moments:
            return True
        tests = fold.apply(self.training).with_role("test")
        return any(trial.inverse_dynamics_file is not None for trial in tests)
