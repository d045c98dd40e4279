"""Inverse kinematics and dynamics from one setup: the same trials, the same filter for all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import opensim
import pytest
from conftest import Walking, run_cli

from nmm_opensim.errors import NMMError
from nmm_opensim.formats.setup_xml import read_setup
from nmm_opensim.formats.tables import Header, Table, read_table, write_table
from nmm_opensim.recordings.inverse.dynamics import compute_inverse_dynamics
from nmm_opensim.recordings.inverse.dynamics_file import InverseDynamics
from nmm_opensim.recordings.inverse.filter_loads import filter_external_loads
from nmm_opensim.recordings.inverse.inverse_setup import TOOL, InverseSetup, read_inverse_setup

DATA = "../data/example3DWalking"
SETUP = f"""<OpenSimDocument Version="40500">
<NMMInverseTool name="lab">
<model_file>{DATA}/subject_walk_scaled.osim</model_file>
<lowpass_cutoff_frequency>6</lowpass_cutoff_frequency>
<trials>
<Trial name="marked">
<marker_file>{DATA}/markers_walk.trc</marker_file>
<external_loads_file>{DATA}/grf_walk.xml</external_loads_file>
<initial_time>0.5</initial_time><final_time>0.8</final_time>
</Trial>
<Trial name="solved">
<coordinates_file>../results/walking/walking_coordinates.mot</coordinates_file>
<external_loads_file>{DATA}/grf_walk.xml</external_loads_file>
<initial_time>0.5</initial_time><final_time>0.7</final_time>
</Trial>
</trials>
<results_directory>../results/lab</results_directory>
</NMMInverseTool>
</OpenSimDocument>
"""


def write_setup(walking: Walking, name: str, *replacements: tuple[str, str]) -> Path:
    text = SETUP
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    file = walking.folder / "setups" / name
    file.write_text(text, encoding="utf-8")
    return file


def read(file: Path) -> InverseSetup:
    return read_inverse_setup(read_setup(file, TOOL))


def test_both_verbs_take_one_setup(walking_inputs: Walking) -> None:
    setup = write_setup(walking_inputs, "lab.xml")
    results = walking_inputs.folder / "results" / "lab"
    done = run_cli("inverse-dynamics", str(setup))
    assert done.returncode == 2
    assert "trial 'marked': expected its joint angles" in done.stderr
    assert not results.exists()

    done = run_cli("inverse-kinematics", str(setup))
    assert done.returncode == 0, done.stderr
    angles = {"marked_coordinates.mot", "marked_coordinates_quality.json"}
    assert {file.name for file in results.iterdir()} == angles
    done = run_cli("inverse-dynamics", str(setup))
    assert done.returncode == 0, done.stderr
    assert {file.name for file in results.iterdir()} == angles | {
        "marked_moments.sto",
        "marked_moments_quality.json",
        "solved_moments.sto",
        "solved_moments_quality.json",
    }
    header = (results / "solved_moments.sto").read_text().split("endheader")[0].splitlines()
    assert "lowpass_cutoff_frequency_for_coordinates=6" in header
    assert "lowpass_cutoff_frequency_for_external_loads=6" in header
    assert "forces_excluded=Muscles actuators" in header


@pytest.fixture(scope="module")
def loads(walking_inputs: Walking) -> Path:
    return walking_inputs.folder / "data" / "example3DWalking" / "grf_walk.xml"


def compute(walking: Walking, loads: Path, result: Path, cutoff: float | None) -> Table:
    made_from = InverseDynamics(
        walking.folder / "data/example3DWalking/subject_walk_scaled.osim",
        walking.results / "walking_coordinates.mot",
        external_loads_file=loads,
        lowpass_cutoff_frequency=6.0,
        lowpass_cutoff_frequency_for_external_loads=cutoff,
    )
    compute_inverse_dynamics(made_from, result, (0.3, 0.9))
    return read_table(result, "moments")


def test_what_is_not_filtered_away_is_the_same_load(
    walking_inputs: Walking, loads: Path, tmp_path: Path
) -> None:
    # So far above what is in the forces that only the change of the point of application is left.
    plain = compute(walking_inputs, loads, tmp_path / "plain.sto", None)
    filtered = compute(walking_inputs, loads, tmp_path / "filtered.sto", 900.0)
    scale = np.abs(plain.values).max(axis=0)
    difference = np.abs(filtered.values - plain.values).max(axis=0)
    assert scale[plain.columns.index("ankle_angle_r_moment")] > 50.0
    assert (difference < 1e-3 * np.maximum(scale, 1.0)).all()


def test_impacts_that_the_motion_lost_do_not_reach_the_moments(
    walking_inputs: Walking, loads: Path, tmp_path: Path
) -> None:
    data = read_table(loads.with_name("grf_walk.mot"), "forces")
    values = data.values.copy()
    column = data.columns.index("ground_force_r_vy")
    stands = values[:, column] > 50.0
    values[:, column] += stands * 200.0 * np.sin(2 * np.pi * 60.0 * data.time)
    (tmp_path / "shaken.xml").write_text(loads.read_text().replace("grf_walk.mot", "shaken.mot"))
    write_table(tmp_path / "shaken.mot", data.columns, data.time, values, Header("shaken"))

    def error(cutoff: float | None) -> float:
        clean, shaken = (
            compute(walking_inputs, file, tmp_path / "moments.sto", cutoff)
            .select(["ankle_angle_r_moment"])
            .values
            for file in (loads, tmp_path / "shaken.xml")
        )
        return float(np.abs(shaken - clean).max())

    assert error(None) > 10.0
    assert error(6.0) < 0.5


def test_loads_that_move_with_a_body_are_refused(loads: Path, tmp_path: Path) -> None:
    old = "<point_expressed_in_body>ground"
    turned = loads.with_name("turned.xml")
    turned.write_text(loads.read_text().replace(old, "<point_expressed_in_body>calcn_r"))
    with pytest.raises(NMMError, match=r'"Right_GRF".*but found calcn_r'):
        filter_external_loads(turned, 6.0, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_filter_beyond_half_the_sampling_frequency_is_refused(
    loads: Path, tmp_path: Path
) -> None:
    with pytest.raises(NMMError, match="half the sampling frequency, 1000 Hz"):
        filter_external_loads(loads, 1200.0, tmp_path)


def test_a_force_without_a_point_keeps_its_frame(tmp_path: Path) -> None:
    time = np.linspace(0.0, 1.0, 201)
    columns = ["pull_x", "pull_y", "pull_z"]
    write_table(tmp_path / "pull.sto", columns, time, np.ones((201, 3)), Header(""))
    pull = opensim.ExternalForce()
    pull.setName("pull")
    pull.set_applied_to_body("hand")
    pull.set_force_expressed_in_body("hand")
    pull.set_force_identifier("pull_")
    loads = opensim.ExternalLoads()
    loads.setDataFileName("pull.sto")
    loads.cloneAndAppend(pull)
    loads.printToXML(str(tmp_path / "pull.xml"))
    (tmp_path / "out").mkdir()
    filtered = filter_external_loads(tmp_path / "pull.xml", 6.0, tmp_path / "out")
    text = filtered.read_text()
    assert "<force_expressed_in_body>hand" in text
    assert "load_0_force_" in text
    assert "load_0_point_" not in text
    assert "load_0_torque_" not in text
    data = read_table(tmp_path / "out" / "filtered.sto", "pull")
    assert data.columns == ("load_0_force_x", "load_0_force_y", "load_0_force_z")
    np.testing.assert_allclose(data.values, 1.0, atol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"<marker_file>{DATA}/markers_walk.trc</marker_file>", "", "but found neither"),
        (
            "<coordinates_file>",
            f"<marker_file>{DATA}/markers_walk.trc</marker_file><coordinates_file>",
            "but found both",
        ),
        ('"solved"', '"marked"', "already declared in line"),
        ('"solved"', '"../solved"', "expected a name that files can have"),
        ("markers_walk.trc", "absent.trc", "expected a file, but found nothing"),
        ("lowpass_cutoff_frequency>", "cutoff>", "has no element <cutoff>; nearest"),
        ("<final_time>0.8", "<final_time>late", "expected a number, but found 'late'"),
    ],
)
def test_refusals_name_the_line(walking_inputs: Walking, old: str, new: str, expected: str) -> None:
    setup = write_setup(walking_inputs, "refused_lab.xml", (old, new))
    with pytest.raises(NMMError, match=rf"refused_lab.xml:\d+: .*{expected}"):
        read(setup)


def test_a_setup_without_markers_has_no_kinematics_to_solve(walking_inputs: Walking) -> None:
    marked = SETUP[SETUP.index('<Trial name="marked">') : SETUP.index('<Trial name="solved">')]
    setup = write_setup(walking_inputs, "solved.xml", (marked, ""))
    done = run_cli("inverse-kinematics", str(setup))
    assert done.returncode == 2
    assert "nmm-opensim inverse-dynamics" in done.stderr


def test_moments_have_times_of_their_own_within_the_trial(walking_inputs: Walking) -> None:
    own = "<moments_initial_time>0.6</moments_initial_time>"
    setup = write_setup(
        walking_inputs, "own_times.xml", ("<final_time>0.8", f"{own}<final_time>0.8")
    )
    marked, solved = read(setup).trials
    assert (marked.times, marked.moments_times) == ((0.5, 0.8), (0.6, 0.8))
    assert solved.moments_times == solved.times == (0.5, 0.7)
    late = own.replace("0.6", "0.9")
    setup = write_setup(
        walking_inputs, "own_times.xml", ("<final_time>0.8", f"{late}<final_time>0.8")
    )
    with pytest.raises(
        NMMError, match="<moments_initial_time> before <moments_final_time>, within"
    ):
        read(setup)


def test_the_filter_has_data_beyond_the_moments(walking_inputs: Walking) -> None:
    # The same frames, whatever part of them is asked for.
    solved = SETUP[SETUP.index('<Trial name="solved">') : SETUP.index("</trials>")]
    part = solved.replace("initial_time", "moments_initial_time").replace(
        "final_time", "moments_final_time"
    )
    marked = SETUP[SETUP.index('<Trial name="marked">') : SETUP.index('<Trial name="solved">')]
    whole = solved.replace("0.7<", "1.2<")
    moments = []
    for name, trial in {"part": part, "whole": whole}.items():
        setup = write_setup(
            walking_inputs,
            f"{name}.xml",
            (marked, ""),
            (solved, trial),
            ("results/lab", f"results/{name}"),
        )
        assert run_cli("inverse-dynamics", str(setup)).returncode == 0
        results = walking_inputs.folder / "results" / name
        moments.append(read_table(results / "solved_moments.sto", "moments"))
    assert len(moments[0].time) == 21
    assert np.array_equal(moments[0].values, moments[1].values[:21])


def test_a_device_is_declared_by_trial(walking_inputs: Walking) -> None:
    torques = walking_inputs.folder / "data" / "device.sto"
    write_table(torques, ["left", "right"], np.arange(3.0), np.ones((3, 2)), Header("device"))
    plain = "<device_torques_file>../data/device.sto</device_torques_file>"
    mapped = (
        plain + '<device_torques><DeviceTorque name="ankle_angle_r"><column>right</column>'
        '</DeviceTorque><DeviceTorque name="knee_angle_r"/></device_torques>'
    )
    final = "<final_time>0.8"
    marked, solved = read(write_setup(walking_inputs, "dev.xml", (final, mapped + final))).trials
    assert marked.device is not None
    assert marked.device.columns == (("ankle_angle_r", "right"), ("knee_angle_r", "knee_angle_r"))
    assert solved.device is None
    marked, _ = read(write_setup(walking_inputs, "dev.xml", (final, plain + final))).trials
    assert marked.device is not None
    assert marked.device.file == torques.resolve()
    alone = mapped.replace(plain, "")
    setup = write_setup(walking_inputs, "dev.xml", (final, alone + final))
    with pytest.raises(NMMError, match="expected a <device_torques_file> beside it"):
        read(setup)
