"""What a training gives: NMMs, and of these the one that becomes the artefact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..estimators.interface import FittedNMM
from ..files import hash_file
from ..nmm.artefact import TrainingRecord, TrialRecord
from ..nmm.write_artefact import write_artefact
from .preparation import PreparedTraining


@dataclass(frozen=True)
class Outcome:
    """The NMMs of one training, one for each seed where chance plays a part.

    ``warnings`` are what a user should know of it, one line each.
    """

    nmms: tuple[FittedNMM, ...]
    warnings: tuple[str, ...] = ()

    @property
    def chosen(self) -> FittedNMM:
        """The NMM with the least training loss: no hidden recording has a say."""
        return min(self.nmms, key=lambda nmm: nmm.loss or 0.0)


def write_outcome(
    prepared: PreparedTraining, outcome: Outcome, scores: Mapping[str, Mapping[str, float]]
) -> None:
    """Write the artefact of the chosen NMM with the record of its training.

    ``scores`` are mean metrics by what they are of.
    """
    # The task's declaration conceals hidden recordings; whoever scores later needs their names.
    described = replace(outcome.chosen.describe_nmm(), declaration=prepared.declaration)
    record = _describe_training(prepared, outcome, scores)
    write_artefact(prepared.setup.artefact_file, described, prepared.model, record)


def _describe_training(
    prepared: PreparedTraining, outcome: Outcome, scores: Mapping[str, Mapping[str, float]]
) -> TrainingRecord:
    setup = prepared.setup
    return TrainingRecord(
        setup=setup.name,
        estimator=setup.estimator,
        seed=outcome.chosen.seed,
        loss=outcome.chosen.loss,
        trials=tuple(
            TrialRecord(f.name, f.role, _find_times(prepared, f.name)) for f in setup.trials
        ),
        data={path.name: hash_file(path) for path in setup.data_files},
        warnings=outcome.warnings,
        scores=scores,
    )


def _find_times(prepared: PreparedTraining, trial: str) -> tuple[float, float]:
    """First and last frame, s."""
    time = prepared.trials[trial].time
    return float(time[0]), float(time[-1])
