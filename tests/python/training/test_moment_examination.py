"""Joint moments are examined before they teach: nonsense is refused, doubts stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nmm_opensim.arrays import Array
from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import Header, Table, read_table, write_table
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.trial import TrialFiles
from nmm_opensim.training.preparation import PreparedTraining
from nmm_opensim.training.teacher.examine import Doubts, examine_moments

Change = Callable[[Array], Array]


def examine(
    training: PreparedTraining, trials: list[PreparedTrial], files: list[TrialFiles] | None = None
) -> Doubts:
    return examine_moments(
        files or training.setup.trials, trials, training.model, training.declaration
    )


def with_moments(training: PreparedTraining, change: Change) -> list[PreparedTrial]:
    trials = [training.trials[files.name] for files in training.setup.trials]
    return [replace(trial, moments=change(trial.known_moments)) for trial in trials]


def with_residuals(
    training: PreparedTraining, folder: Path, change: Callable[[Table], Array]
) -> list[TrialFiles]:
    files = []
    for trial in training.setup.trials:
        assert trial.inverse_dynamics_file is not None
        table = read_table(trial.inverse_dynamics_file, "moments")
        file = folder / f"{trial.name}.sto"
        write_table(file, table.columns, table.time, change(table), Header("moments", False, {}))
        files.append(replace(trial, inverse_dynamics_file=file))
    return files


def test_right_moments_leave_no_doubt(training: PreparedTraining) -> None:
    """Though the left foot's first step is beside the plates and leaves 958 N at the pelvis."""
    assert training.teacher_doubts == ()
    assert training.task.teacher_doubts == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: 1000.0 * m, r"at most 9 N m/kg.*is the inverse dynamics file in N mm\?"),
        (lambda m: m * [1.0, -1.0], r"'ankle_angle_r'.*\d+ % with its sign turned"),
        (lambda m: m * [-1.0, 1.0], r"'knee_angle_r'.*\d+ % with its sign turned"),
        (lambda m: 8.0 * m, r"'ankle_angle_r'.*which no ankle exceeds.*wrong foot"),
    ],
)
def test_nonsense_is_refused(training: PreparedTraining, change: Change, said: str) -> None:
    with pytest.raises(NMMError) as refused:
        examine(training, with_moments(training, change))
    assert re.search(said, str(refused.value)), refused.value
    assert "\n" not in str(refused.value)


def test_moments_per_kilogram_are_doubted(training: PreparedTraining) -> None:
    doubts = examine(training, with_moments(training, lambda m: m / 85.0))
    assert any("divided by the body's mass" in doubt for doubt in doubts.teacher)


def test_nonsense_in_a_test_trial_is_a_warning(training: PreparedTraining) -> None:
    trials = [
        replace(trial, moments=1000.0 * trial.known_moments) if trial.role == "test" else trial
        for trial in training.trials.values()
    ]
    doubts = examine(training, trials)
    assert doubts.teacher == ()
    assert any("N mm" in said for said in doubts.scored)


def test_trials_without_moments_are_left_out(training: PreparedTraining) -> None:
    trials = with_moments(training, lambda m: np.full_like(m, np.nan))
    assert examine(training, trials) == Doubts()


def test_ground_that_carries_twice_the_model_is_refused(
    training: PreparedTraining, tmp_path: Path
) -> None:
    """102 % too much, less the 25 % that the left foot's first step leaves there on average."""

    def press(table: Table) -> Array:
        values = table.values.copy()
        values[:, table.columns.index("pelvis_ty_force")] -= 850.0
        return values

    trials = list(training.trials.values())
    with pytest.raises(NMMError, match=r"carries 177 % of it.*mass"):
        examine(training, trials, with_residuals(training, tmp_path, press))


def test_no_loads_at_all_are_refused(training: PreparedTraining, tmp_path: Path) -> None:
    """The weight of the body hangs at the pelvis, over the feet in turn."""

    def hang(table: Table) -> Array:
        values = table.values.copy()
        for name in ("pelvis_tilt_moment", "pelvis_list_moment", "pelvis_rotation_moment"):
            values[:, table.columns.index(name)] = 0.0
        values[:, table.columns.index("pelvis_ty_force")] = 837.0
        return values

    files = with_residuals(training, tmp_path, hang)
    trials = list(training.trials.values())
    with pytest.raises(NMMError, match="external loads left out"):
        examine(training, trials, files)
