"""Inverse kinematics and dynamics of the example, against the files that come with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import Walking, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.tables import read_table
from nmm_opensim.formats.trc import read_marker_times
from nmm_opensim.nmm.trial import read_trial
from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.inverse.dynamics import compute_inverse_dynamics, run_inverse_dynamics
from nmm_opensim.recordings.inverse.dynamics_file import InverseDynamics
from nmm_opensim.recordings.inverse.kinematics import InverseKinematics, compute_inverse_kinematics
from nmm_opensim.training.training_setup import read_training_setup


def test_moments_agree_with_the_given_file(walking_inputs: Walking, example: Path) -> None:
    ours = read_table(walking_inputs.results / "walking_moments.sto", "moments")
    given = read_table(example / "id_walk.sto", "moments")
    expected = {"hip_flexion_r": 0.98, "knee_angle_r": 0.985, "ankle_angle_r": 0.985}
    for coordinate, least in expected.items():
        column = f"{coordinate}_moment"
        a = np.interp(given.time, ours.time, ours.select([column]).values[:, 0])
        r = np.corrcoef(a, given.select([column]).values[:, 0])[0, 1]
        assert r > least, f"{coordinate}: r = {r:.3f}"


@pytest.mark.parametrize(
    ("verb", "setup", "old", "new"),
    [
        ("inverse-kinematics", "walking_ik", "walking/walking_coordinates.mot", "escaped.mot"),
        ("inverse-dynamics", "walking_id", ">walking_moments.sto", ">../escaped.sto"),
        ("inverse-dynamics", "walking_id", ">walking_moments.sto", ">/tmp/escaped.sto"),
        (
            "inverse-dynamics",
            "walking_id",
            "<time_range>",
            "<joints_to_report_body_forces>ankle_r</joints_to_report_body_forces>"
            "<output_body_forces_file>../../escaped.sto</output_body_forces_file><time_range>",
        ),
        ("inverse-kinematics", "walking_ik", 'name="walking"', 'name="../../escaped"'),
    ],
)
def test_results_are_written_in_their_folder_only(
    walking_inputs: Walking, verb: str, setup: str, old: str, new: str
) -> None:
    source = walking_inputs.folder / "setups" / f"{setup}.xml"
    escaping = walking_inputs.copy(source, "escaping.xml", (old, new))
    done = run_cli(verb, str(escaping))
    assert done.returncode == 2
    assert "<results_directory>" in done.stderr or "a name that files can have" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(walking_inputs.folder.rglob("escaped*"))
    assert not Path("/tmp/escaped.sto").exists()


@pytest.mark.parametrize("verb", ["inverse-kinematics", "inverse-dynamics"])
def test_another_tools_setup_is_refused(walking_inputs: Walking, verb: str) -> None:
    done = run_cli(verb, str(walking_inputs.run_setup))
    assert done.returncode == 2
    assert "but found <NMMTool>" in done.stderr
    assert "Traceback" not in done.stderr


def test_coupled_coordinates_in_degrees_are_refused(walking_inputs: Walking) -> None:
    # OpenSim writes a patella's angle in radians into a file in degrees; other programs do not.
    source = walking_inputs.results / "walking_coordinates.mot"
    lines = source.read_text().splitlines()
    labels = next(i for i, line in enumerate(lines) if line.startswith("time"))
    column = lines[labels].split("\t").index("knee_angle_r_beta")
    for i in range(labels + 1, len(lines)):
        fields = lines[i].split("\t")
        fields[column] = str(float(fields[column]) * 180 / 3.141592653589793)
        lines[i] = "\t".join(fields)
    degrees = walking_inputs.folder / "degrees.mot"
    degrees.write_text("\n".join(lines) + "\n")
    setup = walking_inputs.copy(
        walking_inputs.train_setup,
        "degrees.xml",
        ("../results/walking/walking_coordinates.mot", str(degrees)),
    )
    done = run_cli("train", str(setup))
    assert done.returncode == 2
    assert "expected coordinate 'knee_angle_r_beta' to be" in done.stderr


def values_of(file: Path) -> str:
    """A file without its header."""
    return file.read_text().split("endheader\n")[1]


def test_moments_are_what_opensims_own_tool_writes(walking_inputs: Walking) -> None:
    setup = walking_inputs.copy(
        walking_inputs.folder / "setups" / "walking_id.xml",
        "opensims_own_id.xml",
        ("walking_moments.sto", "opensims_own_moments.sto"),
    )
    tool = opensim.InverseDynamicsTool(str(setup), False)
    model = opensim.Model(str(setup.parent / tool.getModelFileName()))
    tool.setModel(model)
    assert tool.run()
    ours = walking_inputs.results / "walking_moments.sto"
    assert values_of(ours) == values_of(walking_inputs.results / "opensims_own_moments.sto")


def test_calls_give_what_setups_give(
    walking_inputs: Walking, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Data of another trial in the current folder, where OpenSim looks for them first.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "grf_walk.mot").write_text("not these")
    model = example / "subject_walk_scaled.osim"
    motion = walking_inputs.results / "walking_coordinates.mot"
    made_from = InverseDynamics(model, motion, example / "grf_walk.xml", 6.0)
    moments = compute_inverse_dynamics(made_from, Path("moments.sto"), (0.0, 2.37))
    assert values_of(moments) == values_of(walking_inputs.results / "walking_moments.sto")

    few = compute_inverse_kinematics(
        InverseKinematics(model, example / "markers_walk.trc", example / "ik_tasks_walk.xml"),
        Path("coordinates.mot"),
        (0.0, 0.02),
    )
    rows = values_of(few).splitlines()
    assert rows[1:] == values_of(motion).splitlines()[1 : len(rows)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "coordinates.mot",
        "coordinates_quality.json",
        "grf_walk.mot",
        "moments.sto",
        "moments_quality.json",
    ]


def test_other_results_of_the_tool_are_kept(walking_inputs: Walking) -> None:
    setup = walking_inputs.copy(
        walking_inputs.folder / "setups" / "walking_id.xml",
        "body_forces.xml",
        ("<results_directory>../results/walking", "<results_directory>../results/body forces"),
        ("<time_range>0 2.37", "<time_range>0 0.1"),
        (
            "<output_gen_force_file>walking_moments.sto",
            "<joints_to_report_body_forces>ankle_r</joints_to_report_body_forces>"
            "<output_gen_force_file>moments",
        ),
    )
    result = run_inverse_dynamics(setup)
    assert sorted(path.name for path in result.parent.iterdir()) == [
        "body_forces_at_joints.sto",
        "moments.sto",
        "moments_quality.json",
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("subject_walk_scaled.osim", "expected an <IKTaskSet> with tasks"),
        ("grf_walk.xml", "OpenSim cannot read it"),
    ],
)
def test_a_file_that_is_no_task_set_is_refused(
    example: Path, tmp_path: Path, file: str, expected: str
) -> None:
    made_from = InverseKinematics(
        example / "subject_walk_scaled.osim", example / "markers_walk.trc", example / file
    )
    with pytest.raises(NMMError, match=expected):
        compute_inverse_kinematics(made_from, tmp_path / "coordinates.mot")


def test_training_checks_the_moments_of_another_program(
    walking_inputs: Walking, model: OsimModel, example: Path
) -> None:
    own = walking_inputs.results / "walking_moments.sto"
    header, values = own.read_text().split("endheader\n")
    stripped = own.with_name("stripped.sto")
    stripped.write_text(f"{header.split('forces_excluded=')[0]}endheader\n{values}")
    moments = (own.name, stripped.name)
    declared = read_training_setup(
        walking_inputs.copy(walking_inputs.train_setup, "stripped.xml", moments)
    )
    # Nothing but muscles and idle actuators is in this model.
    first = declared.trials[0]
    read_trial(first, model, ["gastrocnemius"], ["knee_angle_r"], ["knee_angle_r"])

    limited = opensim.Model(str(example / "subject_walk_scaled.osim"))
    limit = opensim.CoordinateLimitForce("knee_angle_r", 60.0, 2.0, 0.0, 2.0, 0.0, 5.0)
    limit.setName("knee_limit")
    limited.addForce(limit)
    limited.finalizeConnections()
    limited.printToXML(str(walking_inputs.folder / "data/example3DWalking/limited.osim"))
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "limited.xml", moments, ("subject_walk_scaled", "limited")
    )
    done = run_cli("train", str(setup))
    assert done.returncode == 2
    assert "CoordinateLimitForce 'knee_limit' gives" in done.stderr
    assert "N m about 'knee_angle_r'" in done.stderr
    assert "nmm-opensim inverse-dynamics" in done.stderr
    assert "Traceback" not in done.stderr


def test_marker_files_of_opensim_itself_are_read(opensim_source: Path) -> None:
    files = sorted(opensim_source.rglob("*.trc"))
    assert files
    for file in files:
        assert len(read_marker_times(file)) > 1
