"""The interface of all estimators: what they may see, what they give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ..arrays import Array
from ..errors import NMMError
from ..nmm.chain import Declaration, PreparedTrial
from ..nmm.estimate import Estimate
from ..nmm.novelty import TrainingRange
from ..nmm.sources import Deep, MuscleSources, Source, drop_synergists
from ..nmm.trained import TrainedNMM
from ..physics.osim_model import OsimModel
from .prior.other_subjects import RecordedSubject
from .prior.population_witness import DeclaredPopulation
from .steps import Steps

Standing = Literal["NMM", "baseline", "ceiling"]
"""Ours; what ours must beat; what sees more than any user has, labels or the test trial."""


@dataclass(frozen=True)
class Task:
    """All that an estimator may see while it is fitted.

    Test trials are not in it, nor is any hidden recording or its name: the trials hold input
    channels only. ``teacher_doubts`` say why the joint moments may teach what is wrong.
    """

    model: OsimModel
    declaration: Declaration
    training: tuple[PreparedTrial, ...]
    validation: tuple[PreparedTrial, ...] = ()
    prior_subjects: tuple[RecordedSubject, ...] = ()
    population: DeclaredPopulation | None = None
    teacher_doubts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for source in self.declaration.sources.deep:
            if source.recorded_channel is not None:
                raise NMMError(
                    f"Task: expected no recording of deep muscle '{source.muscle}', but found "
                    f"channel '{source.recorded_channel}'; conceal the declaration first."
                )
        if not self.training:
            raise NMMError("Task: expected at least one training trial, but found none.")
        for trial in (*self.training, *self.validation):
            if trial.moments is None:
                raise NMMError(
                    f"Task: expected joint moments of trial '{trial.name}', by which it teaches or "
                    "judges, but found none; a trial without them can only test."
                )


def split(task: Task) -> tuple[tuple[PreparedTrial, ...], tuple[PreparedTrial, ...]]:
    """The trials that are fitted, and those that masked muscles are judged on."""
    if task.validation:
        return task.training, task.validation
    return task.training[:-1] or task.training, task.training[-1:]


def conceal(declaration: Declaration) -> Declaration:
    """The declaration without the names of hidden recordings."""
    hidden = {source.recorded_channel for source in declaration.sources.deep}

    def conceal_source(source: Source) -> Source:
        if isinstance(source, Deep):
            return replace(source, recorded_channel=None)
        return drop_synergists(source, hidden)

    sources = tuple(conceal_source(source) for source in declaration.sources.sources)
    return replace(declaration, sources=MuscleSources(sources))


@dataclass(frozen=True)
class LabelledTask:
    """A task with the hidden recordings of its trials: only the supervised ceiling takes one.

    It is no :class:`Task`, so that no other estimator takes it by accident. ``labels`` are
    recordings by trial and deep muscle, (frames,), at the times of the trial's envelopes.
    """

    task: Task
    labels: Mapping[str, Mapping[str, Array]]


class FittedEstimator(ABC):
    """An estimator that has seen its task; ``seed`` is None where chance plays no part."""

    name: str
    seed: int | None = None
    sees_moments: bool = False
    """As :attr:`Estimator.sees_moments`: a trial without moments cannot be asked for."""

    @abstractmethod
    def estimate(self, trial: PreparedTrial) -> Estimate:
        """Estimate one trial."""

    def describe(self, muscle: str) -> str:
        """The estimator's name in the scores of ``muscle``."""
        return self.name


class FittedNMM(FittedEstimator):
    """A fitted estimator that the plugin can run: it becomes an artefact.

    ``loss`` is that of the training, the only ground of choice among seeds; None without any.
    ``training_range`` is what the training trials held; None where nobody looked.
    """

    loss: float | None = None
    training_range: TrainingRange | None = None

    @abstractmethod
    def describe_nmm(self) -> TrainedNMM:
        """What the artefact holds of it."""


class Estimator(ABC):
    """An estimator yet to be fitted.

    ``standing`` says what its scores mean. ``seeded``: whether the seed matters. ``sees_moments``:
    whether it is given the joint moments of the trial it estimates, so that its moments are no
    prediction, and it has nothing to say of a trial without them.
    """

    name: str
    standing: Standing = "baseline"
    seeded: bool
    sees_moments: bool

    @abstractmethod
    def fit(self, task: Task, seed: int, steps: Steps | None = None) -> FittedEstimator:
        """Fit to the task's training trials; validation trials may decide settings.

        ``steps`` are those that an earlier fit of the same task and seed may have taken.
        """


class SupervisedEstimator(ABC):
    """An estimator that learns from hidden recordings: a ceiling, never a result."""

    name: str
    standing: Standing = "ceiling"
    seeded: bool
    sees_moments: bool

    @abstractmethod
    def fit(self, task: LabelledTask, seed: int, steps: Steps | None = None) -> FittedEstimator:
        """As :meth:`Estimator.fit`, to the labels of the task's training trials."""
