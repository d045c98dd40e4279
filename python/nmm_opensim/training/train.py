"""From a training setup to an artefact and its scores: what ``nmm-opensim train`` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import NMMError, nearest_names
from ..estimators.interface import FittedNMM
from ..listener import SILENT, Listener
from ..nmm.estimate import TrialEstimate
from ..nmm.novelty import describe_novelty, find_outside
from ..physics.paths.path_report import describe_path_report, write_path_report
from .fit_outcome import fit_estimators, fit_outcome, open_checkpoint
from .outcome import Outcome, write_outcome
from .preparation import PreparedTraining, prepare_training
from .score_tables import list_scores, write_scores
from .scoring import Score, score_estimators, score_outcome, summarise
from .training_setup import read_training_setup


@dataclass(frozen=True)
class Trained:
    """A training that has ended: what went in, what came out, and the files that were written.

    ``scores`` are of every seed and of the neighbour copy on every trial, test trials included.
    """

    prepared: PreparedTraining
    outcome: Outcome
    scores: tuple[Score, ...]
    artefact_file: Path
    scores_file: Path

    def estimate(self, trial: str) -> TrialEstimate:
        """What the NMM of the artefact says of a trial of the setup, by name.

        Raises:
            NMMError: where the setup has no such trial.

        """
        trials = self.prepared.trials
        if trial not in trials:
            raise NMMError(
                f"{self.prepared.setup.file}: expected a trial of the setup, but found '{trial}'; "
                f"{nearest_names(trial, trials)}."
            )
        said = self.outcome.chosen.estimate(trials[trial])
        time, delay = trials[trial].time, self.prepared.declaration.electromechanical_delay
        return TrialEstimate(
            said.excitations,
            said.moments,
            said.intervals,
            said.novelty,
            said.trust,
            time=time,
            excitation_time=time - delay,
        )


def train(setup: Path | str, listener: Listener = SILENT) -> Trained:
    """Train the NMM of a setup (``<NMMTrainingTool>``), score it and write its artefact (.nmm).

    Stopped by ``KeyboardInterrupt`` it keeps its progress, and the same call goes on from there.

    Raises:
        NMMError: where the setup or its files cannot be used; nothing is written then.

    """
    prepared = _prepare(setup, listener)
    declared = prepared.setup
    if (report := prepared.declaration.path_model.report) is not None:
        paths = declared.artefact_file.with_name(f"{declared.artefact_file.stem}_paths.csv")
        write_path_report(paths, report)
        listener.note(describe_path_report(report))
        listener.note(f"Fitted paths of every muscle: {paths}")
    outcome = fit_outcome(prepared, listener)
    _tell_outside(prepared, outcome.chosen, listener)
    scores = score_outcome(prepared, outcome)
    write_outcome(prepared, outcome, list_scores(summarise(scores)))
    open_checkpoint(declared).clear()
    scores_file = declared.results_directory / f"{declared.name}_scores.csv"
    write_scores(scores_file, scores)
    return Trained(prepared, outcome, tuple(scores), declared.artefact_file, scores_file)


def score(
    setup: Path | str, estimators: Sequence[str] = (), listener: Listener = SILENT
) -> tuple[Score, ...]:
    """Scores of the named ``estimators``, all where none is named, on every trial of a setup.

    Each is fitted anew, those that chance plays a part in with every seed of the setup. Nothing is
    written.
    """
    prepared = _prepare(setup, listener)
    return tuple(score_estimators(prepared, fit_estimators(prepared, estimators, listener)))


def _tell_outside(prepared: PreparedTraining, chosen: FittedNMM, listener: Listener) -> None:
    """Of trials that were not trained on, how many frames lie outside what training saw."""
    if chosen.training_range is None:
        return
    for name, trial in prepared.trials.items():
        novelty = chosen.training_range.compute_novelty(trial)
        if find_outside(novelty).any():
            listener.note(f"Trial '{name}' ({trial.role}): {describe_novelty(novelty)}.")


def _prepare(setup: Path | str, listener: Listener) -> PreparedTraining:
    declared = read_training_setup(Path(setup))
    listener.status("Reading data and sampling muscle paths")
    prepared = prepare_training(declared, listener.status)
    for warning in prepared.warnings:
        listener.warn(warning)
    return prepared
