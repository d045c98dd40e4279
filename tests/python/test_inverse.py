"""Inverse kinematics and dynamics of the example, against the files that come with it."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Walking, run_cli

from nmm_opensim.tables import read_table


def test_moments_agree_with_the_given_file(walking_inputs: Walking, example) -> None:
    ours = read_table(walking_inputs.results / "walking_moments.sto", "moments")
    given = read_table(example / "id_walk.sto", "moments")
    expected = {"hip_flexion_r": 0.98, "knee_angle_r": 0.985, "ankle_angle_r": 0.985}
    for coordinate, least in expected.items():
        column = f"{coordinate}_moment"
        a = np.interp(given.time, ours.time, ours.select([column]).values[:, 0])
        r = np.corrcoef(a, given.select([column]).values[:, 0])[0, 1]
        assert r > least, f"{coordinate}: r = {r:.3f}"


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
