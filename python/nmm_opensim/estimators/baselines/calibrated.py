"""EMG-driven muscles, calibrated as the posterior's are: predicted ones follow a copy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import Array
from ...formats.tables import Table
from ...nmm.chain import PreparedTrial
from ...nmm.sources import Deep, Measured, MuscleSources, Source, Unscored, find_recorded
from ..emg_driven.calibration import calibrate
from ..emg_driven.driven import Driven
from ..emg_driven.model import EmgDrivenModel
from ..interface import Task
from ..steps import Steps
from .copies import choose_copies


@dataclass(frozen=True)
class Question:
    """A muscle without EMG: its channel in the calibrated model, and its synergists' channels."""

    muscle: str
    drive: str
    synergists: tuple[str, ...]


class CopyDriven:
    """The task's muscles with a channel for every predicted one: the copy of its synergists.

    A muscle without synergists is believed to work when all others do.
    """

    def __init__(self, task: Task) -> None:
        declared = task.declaration.sources
        self.copies = choose_copies(declared, task.training, task.validation)
        self.channels = tuple(declared.channels)
        self.predicted = [
            Question(s.muscle, f"copy for {s.muscle}", s.synergists if isinstance(s, Deep) else ())
            for s in declared.sources
            if isinstance(s, Deep | Unscored)
        ]
        drives = {each.muscle: each.drive for each in self.predicted}

        def drive(source: Source) -> Source:
            if source.muscle in drives:
                return Measured(source.muscle, (drives[source.muscle],), (1.0,))
            return source

        self.sources = MuscleSources(tuple(drive(s) for s in declared.sources))
        self.masked = [
            Question(own.muscle, channel, own.synergists)
            for channel, own in find_recorded(declared.measured).items()
        ]
        """The channels that alone measure a muscle, each as if it were not there."""

    def ask(self, synergists: bool) -> list[Question]:
        """Measured muscles to be masked in the place of deep ones with or without ``synergists``.

        Where no measured muscle has synergists all are asked without.
        """
        near = [question for question in self.masked if question.synergists] if synergists else []
        return near or [replace(question, synergists=()) for question in self.masked]

    def listen(self, question: Question, masked: str | None = None) -> tuple[str, ...]:
        """The channels that a muscle's copy is made of."""
        near = tuple(c for c in question.synergists if c in self.channels and c != masked)
        return near or tuple(c for c in self.channels if c != masked)

    def prepare(self, trial: PreparedTrial, masked: Question | None = None) -> PreparedTrial:
        """The trial with copies beside its envelopes; ``masked`` is copied too, heard by none."""
        hidden = masked.drive if masked else None
        columns = [*self.channels, *(each.drive for each in self.predicted)]
        copied = [
            self.copies.copy(self.listen(each, hidden), trial.envelopes) for each in self.predicted
        ]
        values = np.column_stack([trial.envelopes, *copied])
        if masked is not None:
            k = columns.index(masked.drive)
            values[:, k] = self.copies.copy(self.listen(masked, hidden), trial.envelopes)
            values[:, k] *= self.copies.peaks[k]
        emg = Table("EMG and copies", tuple(columns), trial.time, values)
        return replace(trial, emg=emg.select(self.sources.channels))

    def read(self, question: Question, prepared: PreparedTrial, driven: Driven) -> Array:
        """The excitation that a prepared trial's channel alone makes, (frames,)."""
        column = self.sources.channels.index(question.drive)
        gain = driven.compute_gains()[driven.model.drives.index(question.drive)]
        excitation: Array = gain * prepared.emg.values[:, column]
        return excitation

    def silence(self, prepared: PreparedTrial, masked: Question | None = None) -> PreparedTrial:
        """The trial with nothing in the channels of predicted muscles, or of ``masked``."""
        asked = self.predicted if masked is None else [masked]
        values = prepared.emg.values.copy()
        values[:, [self.sources.channels.index(each.drive) for each in asked]] = 0.0
        return replace(prepared, emg=replace(prepared.emg, values=values))


def calibrate_copies(
    task: Task, driven: CopyDriven, steps: Steps, step: str = "calibration"
) -> Driven:
    """Muscles whose parameters meet the training moments best, within the setup's bounds.

    ``step`` names the calibration among the steps of the fit.
    """
    trials = [driven.prepare(trial) for trial in task.training]
    model = EmgDrivenModel(task.model, driven.sources, trials)
    # The delay is the declaration's and applied already.
    return calibrate(task, model, trials, steps, step).get_driven(0).without_lag()
