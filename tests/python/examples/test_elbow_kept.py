"""Simulated elbow trials that are there are not made again; what was interrupted goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nmm_opensim.examples.elbow import trials
from nmm_opensim.examples.elbow.kept import is_kept, keep
from nmm_opensim.examples.elbow.setup import SETUP_FILE
from nmm_opensim.examples.elbow.trials import RECORD_FILE, Session, TrialCase, make_elbow_trials
from nmm_opensim.recordings.inverse.dynamics import compute_inverse_dynamics
from nmm_opensim.recordings.inverse.dynamics_file import InverseDynamics

SEED = 1
CASES = (TrialCase(0.0, "fast", 1), TrialCase(2.0, "fast", 1))
FIRST, SECOND = (case.name for case in CASES)
SESSION = Session(CASES, 1.0)


class WouldSimulateError(Exception):
    """Raised in place of a simulation."""


def make(folder: Path) -> list[str]:
    """Make trials; returns the names of those that were not there."""
    made: list[str] = []
    make_elbow_trials(folder, SEED, SESSION, lambda case: made.append(case.name))
    return made


def would_simulate(folder: Path, session: Session = SESSION, seed: int = SEED) -> bool:
    def stop(case: TrialCase) -> None:
        raise WouldSimulateError

    try:
        make_elbow_trials(folder, seed, session, stop)
    except WouldSimulateError:
        return True
    return False


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_an_interruption_loses_the_trial_in_hand_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_late(made_from: InverseDynamics, output: Path) -> None:
        if output.parent.name == SECOND:
            raise KeyboardInterrupt
        compute_inverse_dynamics(made_from, output)

    interrupted, whole = tmp_path / "interrupted", tmp_path / "whole"
    with monkeypatch.context() as patched:
        patched.setattr(trials, "compute_inverse_dynamics", stop_late)
        with pytest.raises(KeyboardInterrupt):
            make(interrupted)
    # Its EMG was written already.
    assert (interrupted / SECOND / "emg.sto").exists()
    assert not (interrupted / SETUP_FILE).exists()
    assert make(interrupted) == [SECOND]
    assert make(whole) == [FIRST, SECOND]
    assert read_all(interrupted) == read_all(whole)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two whole trials; whoever damages it mends it."""
    made = tmp_path_factory.mktemp("kept")
    make(made)
    return made


def test_what_is_there_and_whole_stays(folder: Path) -> None:
    first = read_all(folder)
    assert not would_simulate(folder)
    assert read_all(folder) == first
    # What a person puts beside a trial does not count.
    (folder / FIRST / "notes.txt").write_text("mine")
    assert not would_simulate(folder)


def test_every_file_of_a_trial_counts(folder: Path) -> None:
    files = [
        file
        for part in (folder / SECOND, folder / "truth" / SECOND)
        for file in part.iterdir()
        if file.name != RECORD_FILE
    ]
    assert len(files) == 10
    for number, file in enumerate(files):
        content = file.read_bytes()
        if number % 2:
            file.unlink()
        else:
            file.write_bytes(content[:-20])
        assert would_simulate(folder), file.name
        file.write_bytes(content)
    assert not would_simulate(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"duration": 1.1},
        {"tendon": "elastic"},
        {"emg_noise": 0.5},
        {"angle_noise": 0.1},
        {"lowpass_cutoff_frequency": 8.0},
        {"regime": "small_drift"},
    ],
)
def test_another_session_makes_other_trials(folder: Path, change: dict[str, object]) -> None:
    assert would_simulate(folder, replace(SESSION, **change))  # type: ignore[arg-type]


def test_so_do_another_seed_and_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert would_simulate(folder, seed=2)
    monkeypatch.setattr(trials, "__version__", "another")
    assert would_simulate(folder)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b'{"made_from": {"seed": 1}}'])
def test_a_record_that_is_none_keeps_nothing(tmp_path: Path, content: bytes) -> None:
    record, file = tmp_path / RECORD_FILE, tmp_path / "emg.sto"
    file.write_text("content")
    made_from = {"seed": 1, "range": (0.0, 1.0)}
    assert not is_kept(record, made_from, [file])
    keep(record, made_from, [file])
    assert is_kept(record, made_from, [file])
    record.write_bytes(content)
    assert not is_kept(record, made_from, [file])
