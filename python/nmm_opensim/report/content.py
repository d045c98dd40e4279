"""All that a report shows, read from results; what is missing names the command that makes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..benchmarking.benchmark import Benchmark
from ..benchmarking.benchmark_report import read_rows
from ..benchmarking.benchmark_setup import read_benchmark_setup
from ..benchmarking.verdicts import judge
from ..errors import NMMError
from ..estimators.catalogue import list_standings
from ..formats.tables import Table, read_table
from ..nmm.artefact import Artefact, read_artefact
from ..recordings.emg.emg_setup import EmgSetup, read_emg_setup
from ..recordings.emg.process import read_recording
from ..recordings.emg.quality import Examined
from ..recordings.emg.quality_file import read_quality
from ..recordings.inverse.quality_file import Quality, quality_file
from ..recordings.inverse.quality_file import read_quality as read_inverse_quality
from ..recordings.inverse.run import list_moments, list_motions
from ..recordings.signal import Signal
from ..running.results import RunResults, read_results, read_run_setup
from ..training.score_tables import read_scores
from ..training.scoring import Summary, summarise
from ..training.training_setup import TrainingSetup, read_training_setup
from .provenance import Provenance, describe_provenance, find_changes, make_command
from .report_setup import ReportRun, ReportSetup


@dataclass(frozen=True)
class RawEmg:
    """Raw recordings (V), what was found in them, and the envelopes that were made of them."""

    setup: EmgSetup
    quality: list[Examined]
    raw: dict[str, list[Signal]]
    envelopes: dict[str, Table]


@dataclass(frozen=True)
class Inverse:
    """Joint angles or moments: their quality, None where it was not written, and its warnings."""

    name: str
    quality: Quality | None
    warnings: list[str]
    command: str


@dataclass(frozen=True)
class Content:
    """Everything, before it is drawn."""

    setup: ReportSetup
    training: TrainingSetup
    artefact: Artefact
    scores: list[Summary]
    runs: list[tuple[ReportRun, RunResults]]
    raw_emg: RawEmg | None
    inverse: list[Inverse]
    benchmark: Benchmark | None
    changes: list[str]
    provenance: Provenance


def gather(setup: ReportSetup) -> Content:
    """Read all results of a report's setup."""
    training = read_training_setup(setup.training_setup_file)
    train = make_command(setup, "train", training.file)
    _require(training.artefact_file, "the trained NMM", train)
    table = training.results_directory / f"{training.name}_scores.csv"
    _require(table, "the scores of the training", train)
    artefact = read_artefact(training.artefact_file)
    if not artefact.tells_training:
        raise NMMError(
            f"'{training.artefact_file}': expected an NMM that tells what it was trained on, but "
            f"found one of an older version; train it again: {train}"
        )
    runs = [(run, _read_run(setup, run, training)) for run in setup.runs]
    run_setups = [results.setup for _, results in runs]
    raw_emg, benchmark = _read_raw_emg(setup), _read_benchmark(setup)
    return Content(
        setup,
        training,
        artefact,
        summarise(read_scores(table)),
        runs,
        raw_emg,
        _read_inverse(setup),
        benchmark,
        find_changes(setup, training, artefact, run_setups),
        describe_provenance(
            setup,
            training,
            run_setups,
            raw_emg.setup if raw_emg else None,
            benchmark.setup if benchmark else None,
        ),
    )


def _require(file: Path, what: str, command: str) -> None:
    if not file.is_file():
        raise NMMError(f"'{file}': expected {what}, but found nothing there; make it: {command}")


def _read_run(setup: ReportSetup, run: ReportRun, training: TrainingSetup) -> RunResults:
    declared = read_run_setup(run.setup_file)
    if declared.artefact_file != training.artefact_file:
        raise NMMError(
            f"{run.setup_file}: expected a run of the NMM that '{training.file.name}' trains, "
            f"'{training.artefact_file}', but found '{declared.artefact_file}'."
        )
    command = make_command(setup, "run", run.setup_file)
    for series in ("excitations", "activations", "muscle_forces", "joint_moments"):
        _require(declared.result(series), f"a result of run '{run.name}'", command)
    results = read_results(declared)
    first, last = results.activations.time[[0, -1]]
    for stride in run.strides:
        if stride.initial_time < first - 1e-9 or stride.final_time > last + 1e-9:
            raise NMMError(
                f"{setup.file}: stride '{stride.name}' of run '{run.name}': expected times within "
                f"those of the run, {first:g} to {last:g} s, but found {stride.initial_time:g} to "
                f"{stride.final_time:g} s."
            )
    return results


def _read_raw_emg(setup: ReportSetup) -> RawEmg | None:
    if setup.emg_setup_file is None:
        return None
    emg = read_emg_setup(setup.emg_setup_file)
    command = make_command(setup, "process-emg", emg.file)
    trials = [recording for recording in emg.recordings if not recording.mvc]
    _require(emg.quality_file, "the quality of the raw EMG", command)
    for trial in trials:
        _require(emg.envelope_file(trial), "EMG envelopes", command)
    return RawEmg(
        emg,
        read_quality(emg.quality_file),
        {recording.name: read_recording(recording) for recording in emg.recordings},
        {trial.name: read_table(emg.envelope_file(trial), "EMG envelopes") for trial in trials},
    )


def _read_inverse(setup: ReportSetup) -> list[Inverse]:
    """Results of older versions, and of other programs, have no quality beside them."""
    asked = [
        ("inverse-kinematics", setup.inverse_kinematics_setup_file, list_motions),
        ("inverse-dynamics", setup.inverse_dynamics_setup_file, list_moments),
    ]
    found = []
    for verb, file, list_results in asked:
        if file is None:
            continue
        command = make_command(setup, verb, file)
        try:
            results = list_results(file)
        except NMMError:
            # Run elsewhere, or by OpenSim alone: the setup is shown as it is.
            results = []
        for result in results:
            quality, warnings = None, list[str]()
            if quality_file(result).is_file():
                quality, warnings = read_inverse_quality(quality_file(result))
            found.append(Inverse(result.name, quality, warnings, command))
    return found


def _read_benchmark(setup: ReportSetup) -> Benchmark | None:
    if setup.benchmark_setup_file is None:
        return None
    declared = read_benchmark_setup(setup.benchmark_setup_file)
    command = make_command(setup, "benchmark", declared.file)
    file = declared.results_directory / f"{declared.name}_benchmark.json"
    _require(file, "the results of the benchmark", command)
    rows = read_rows(file)
    asked = {(person.group, person.name) for person in declared.people}
    if not {(row.group, row.person) for row in rows} <= asked:
        raise NMMError(
            f"benchmark '{file}': expected rows of the people and groups of '{declared.file}', but "
            f"found others, as after these were changed; run the benchmark again: {command}"
        )
    verdicts = judge(rows, list_standings(declared.training.optimization))
    return Benchmark(declared, tuple(rows), tuple(verdicts))
