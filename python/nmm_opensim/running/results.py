"""What NMMTool wrote: its tables, read back for figures and summaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..arrays import Array, Flags
from ..errors import NMMError, nearest_names
from ..formats.setup_xml import SetupElement, read_setup
from ..formats.tables import Table, read_header_entries, read_table
from ..nmm.artefact import Artefact, read_artefact
from ..nmm.estimate import Trust
from ..nmm.novelty import describe_novelty, find_outside
from ..nmm.trial_verdict import find_trial_verdict

TOOL = "NMMTool"

VERDICTS: Mapping[str, Trust] = {
    "trust": "trust",
    "use_with_care": "use with care",
    "do_not_use": "do not use",
}
"""Entries in the header of excitations, which list muscles."""


@dataclass(frozen=True)
class RunSetup:
    """The parts of an ``NMMTool`` setup that reports need; paths are absolute.

    The plugin reads and checks the setup itself: this reads only what it needs.
    """

    file: Path
    name: str
    model_file: Path
    artefact_file: Path
    emg_file: Path
    emg_time_offset: float
    coordinates_file: Path
    inverse_dynamics_file: Path | None
    results_directory: Path

    @property
    def input_files(self) -> list[Path]:
        """All files that decide the outcome, each once."""
        moments = self.inverse_dynamics_file
        data = [self.emg_file, self.coordinates_file, *([moments] if moments else [])]
        return [self.file, self.model_file, self.artefact_file, *data]

    def result(self, series: str) -> Path:
        """The file of one result series."""
        return self.results_directory / f"{self.name}_{series}.sto"


def read_run_setup(file: Path) -> RunSetup:
    """Read an ``NMMTool`` setup."""
    tool: SetupElement = read_setup(file, TOOL)
    return RunSetup(
        file=tool.file,
        name=tool.file_stem,
        model_file=tool.get_file("model_file"),
        artefact_file=tool.get_file("artefact_file"),
        emg_file=tool.get_file("emg_file"),
        emg_time_offset=tool.get_number("emg_time_offset", 0.0),
        coordinates_file=tool.get_file("coordinates_file"),
        inverse_dynamics_file=tool.get_optional_file("inverse_dynamics_file"),
        results_directory=tool.get_path("results_directory", default="."),
    )


@dataclass(frozen=True)
class RunResults:
    """The results of one run of NMMTool."""

    setup: RunSetup
    artefact: Artefact
    excitations: Table
    activations: Table
    muscle_forces: Table
    joint_moments: Table
    agreement: dict[str, float]
    """``quantity/metric``, such as ``knee_angle_r_moment/r``, to its value."""
    excitation_intervals: Table | None
    """Where the artefact states intervals: ``muscle/lower`` and ``muscle/upper``."""
    outside_training: Table | None = None
    """How far each frame lies outside what training saw, by group of inputs; 0 is inside.

    Of the excitations' times; None where an older artefact or tool does not tell.
    """
    verdicts: Mapping[str, Trust] = field(default_factory=dict)
    """By deep muscle how far it is to be believed in this trial.

    Empty where an older artefact or tool does not tell.
    """

    def find_outside(self) -> Flags:
        """Which frames lie outside what training saw, (frames,); none where that is not told."""
        if self.outside_training is None:
            return np.zeros(len(self.excitations.time), dtype=bool)
        return find_outside(_split(self.outside_training))

    def describe_outside(self) -> str:
        """How many frames lie outside, in one line; empty where that is not told."""
        if self.outside_training is None:
            return ""
        return describe_novelty(_split(self.outside_training))

    def describe_verdicts(self) -> dict[str, str]:
        """By deep muscle its verdict in this trial, what to expect and why, in a line each."""
        share = float(self.find_outside().mean())
        said = {}
        for muscle in self.artefact.deep_muscles:
            verdict, judgement = self.verdicts.get(muscle.name), muscle.judgement
            if verdict is None or judgement is None:
                continue
            expected = judgement.expectation
            _, reason = find_trial_verdict(judgement, share)
            said[muscle.name] = ", ".join(
                [
                    verdict,
                    *([expected.describe_r()] if expected else []),
                    *([f"because {reason}"] if reason else []),
                ]
            )
        return said

    def get_muscle(self, table: Table, name: str) -> Array:
        """One column, (frames,); the plugin's are absolute paths, ``name`` is their end."""
        for column in table.columns:
            if f"/{column}".endswith(f"/{name}"):
                return table.select([column]).values[:, 0]
        raise NMMError(
            f"{table.source}: expected a column '{name}', but there is none; "
            f"{nearest_names(name, table.columns)}."
        )


def _split(table: Table) -> dict[str, Array]:
    """Columns by their names, each (frames,)."""
    return dict(zip(table.columns, table.values.T, strict=True))


def read_results(setup: RunSetup) -> RunResults:
    """Read what the last run of ``setup`` wrote."""
    artefact = read_artefact(setup.artefact_file)
    excitations = read_table(setup.result("excitations"), "results file")
    return RunResults(
        setup,
        artefact,
        excitations,
        read_table(setup.result("activations"), "results file"),
        read_table(setup.result("muscle_forces"), "results file"),
        read_table(setup.result("joint_moments"), "results file"),
        _read_agreement(setup.result("agreement")),
        _read_optional(setup.result("excitation_intervals")),
        _read_outside(setup.result("outside_training"), excitations),
        _read_verdicts(setup.result("excitations"), artefact),
    )


def _read_verdicts(file: Path, artefact: Artefact) -> dict[str, Trust]:
    """What the header says of deep muscles."""
    entries = read_header_entries(file)
    listed = {
        verdict: entries[key].split(",") for key, verdict in VERDICTS.items() if key in entries
    }
    deep = {muscle.name for muscle in artefact.deep_muscles}
    verdicts: dict[str, Trust] = {}
    for verdict, muscles in listed.items():
        for muscle in muscles:
            if muscle not in deep or muscle in verdicts:
                raise NMMError(
                    f"results file '{file}': expected each deep muscle of "
                    f"'{artefact.model_name}' under one verdict at most, but found '{muscle}' "
                    f"under '{verdict}'; run the NMM again."
                )
            verdicts[muscle] = verdict
    return verdicts


def _read_optional(file: Path) -> Table | None:
    return read_table(file, "results file") if file.is_file() else None


def _read_outside(file: Path, excitations: Table) -> Table | None:
    """A table of another run's frames would grey the wrong ones."""
    table = _read_optional(file)
    if table is not None and not np.array_equal(table.time, excitations.time):
        raise NMMError(
            f"{table.source}: expected the {len(excitations.time)} times of "
            f"'{excitations.source}', but found others ({len(table.time)}); run the NMM again."
        )
    return table


def _read_agreement(file: Path) -> dict[str, float]:
    """Nothing where the run had nothing to agree with: then there is no file."""
    if not file.is_file():
        return {}
    table = read_table(file, "results file", minimum_rows=1)
    return dict(zip(table.columns, table.values[0].tolist(), strict=True))
