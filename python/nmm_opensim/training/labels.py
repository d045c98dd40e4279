"""Hidden recordings of deep muscles: read to score, and to teach the supervised ceiling."""

from __future__ import annotations

from dataclasses import dataclass

from ..arrays import Array
from ..estimators.interface import LabelledTask
from ..nmm.trial import TrialFiles, read_hidden_channel
from .preparation import PreparedTraining


@dataclass(frozen=True)
class Hidden:
    """A hidden recording at the times of a trial's envelopes, and the channel's maximum."""

    values: Array
    maximum: float


def read_hidden(prepared: PreparedTraining, files: TrialFiles) -> dict[str, Hidden]:
    """The hidden recordings of one trial by deep muscle, where there are any."""
    delay = prepared.declaration.electromechanical_delay
    times = prepared.trials[files.name].time - delay
    return {
        source.muscle: Hidden(*read_hidden_channel(files, source.recorded_channel, times, delay))
        for source in prepared.declaration.sources.deep
        if source.recorded_channel is not None
    }


def reveal(prepared: PreparedTraining) -> LabelledTask:
    """The task with the hidden recordings of its training and validation trials."""
    labels = {
        files.name: {
            muscle: hidden.values for muscle, hidden in read_hidden(prepared, files).items()
        }
        for files in prepared.setup.with_role("train", "validation")
    }
    return LabelledTask(prepared.task, labels)
