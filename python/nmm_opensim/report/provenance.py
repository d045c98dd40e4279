"""How a report's content is made again: commands, versions, hashes, and the setups' own text."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..benchmarking.benchmark_setup import BenchmarkSetup
from ..files import hash_file
from ..nmm.artefact import Artefact
from ..recordings.emg.emg_setup import EmgSetup
from ..running.results import RunSetup
from ..training.training_setup import TrainingSetup
from .report_setup import ReportSetup

# A retraining takes longer than this; copying a folder of results does not.
CLOCK_TOLERANCE = 1.0  # s


@dataclass(frozen=True)
class InputFile:
    """A file that decides what the report shows; ``name`` is relative to the report's setup."""

    name: str
    sha256: str


@dataclass(frozen=True)
class SetupText:
    """A setup as it is on disk."""

    name: str
    text: str


@dataclass(frozen=True)
class Provenance:
    """All that it takes to make the results again, in order."""

    commands: list[str]
    inputs: list[InputFile]
    setups: list[SetupText]


def describe_provenance(
    setup: ReportSetup,
    training: TrainingSetup,
    runs: Iterable[RunSetup],
    emg: EmgSetup | None,
    benchmark: BenchmarkSetup | None,
) -> Provenance:
    """Commands run in the folder of the report's setup, and names are relative to it."""
    verbs = _list_verbs(setup)
    setups = list(dict.fromkeys(file for _, file in verbs))
    files = [
        *setups,
        *(file.path for r in (emg.recordings if emg else ()) for file in r.files),
        *training.input_files,
        *(file for run in runs for file in run.input_files),
        *(f for p in (benchmark.people if benchmark else ()) for f in p.training.input_files),
    ]
    return Provenance(
        [make_command(setup, verb, file) for verb, file in verbs],
        [InputFile(relative(setup, f), hash_file(f)) for f in dict.fromkeys(files)],
        [SetupText(relative(setup, f), f.read_text("utf-8", errors="replace")) for f in setups],
    )


def _list_verbs(setup: ReportSetup) -> list[tuple[str, Path]]:
    asked = [
        ("process-emg", setup.emg_setup_file),
        ("inverse-kinematics", setup.inverse_kinematics_setup_file),
        ("inverse-dynamics", setup.inverse_dynamics_setup_file),
        ("train", setup.training_setup_file),
        *(("run", run.setup_file) for run in setup.runs),
        ("benchmark", setup.benchmark_setup_file),
        ("report", setup.file),
    ]
    return [(verb, file) for verb, file in asked if file is not None]


def make_command(setup: ReportSetup, verb: str, file: Path) -> str:
    """A line for a shell in the folder of the report's setup."""
    return f"nmm-opensim {verb} {shlex.quote(relative(setup, file))}"


def relative(setup: ReportSetup, file: Path) -> str:
    """A file's name from the folder of the report's setup."""
    return Path(os.path.relpath(file, setup.file.parent)).as_posix()


def find_changes(
    setup: ReportSetup, training: TrainingSetup, artefact: Artefact, runs: Iterable[RunSetup]
) -> list[str]:
    """What no longer fits together: data that changed after training, runs of an older NMM."""
    hashes: dict[str, set[str]] = {}
    for file in training.data_files:
        hashes.setdefault(file.name, set()).add(hash_file(file))
    changes = [
        f"'{name}' is not what the NMM was trained on; train again: "
        f"{make_command(setup, 'train', training.file)}"
        for name, sha256 in artefact.training.data.items()
        if sha256 not in hashes.get(name, set())
    ]
    made = training.artefact_file.stat().st_mtime - CLOCK_TOLERANCE
    return changes + [
        f"The results of '{run.name}' are older than the trained NMM; run it again: "
        f"{make_command(setup, 'run', run.file)}"
        for run in runs
        if run.result("excitations").stat().st_mtime < made
    ]
