"""Every choice of physics means the same in Python and in the real opensim-cmd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from conftest import Walking
from sto import read_sto

from nmm_opensim.nmm import Reconstruction
from nmm_opensim.scoring import best_seed
from nmm_opensim.tables import Array
from nmm_opensim.training import Training
from nmm_opensim.training_setup import read_training_setup

CHOICES = {
    "elastic tendon": [("<tendon>rigid<", "<tendon>elastic<")],
}


@dataclass(frozen=True)
class Variant:
    """What Python and opensim-cmd say of the test trial."""

    expected: Reconstruction
    max_isometric_force: Array
    forces: Array
    moments: Array


@pytest.fixture(scope="module", params=CHOICES)
def variant(
    request: pytest.FixtureRequest, walking_inputs: Walking, run_tool: Callable[..., object]
) -> Variant:
    name = request.param.replace(" ", "_")
    setup = walking_inputs.copy(
        walking_inputs.train_setup,
        f"{name}_train.xml",
        ("<iterations>40", "<iterations>5"),
        ("walking.nmm<", f"{name}.nmm<"),
        *CHOICES[request.param],
    )
    training = Training(read_training_setup(setup))
    trained = best_seed(training.run(lambda index, iteration, error: None))
    training.write(trained, {})
    tool = walking_inputs.copy(
        walking_inputs.run_setup,
        f"{name}_nmm.xml",
        ("walking.nmm<", f"{name}.nmm<"),
        ("<results_directory>../results/walking<", f"<results_directory>../results/{name}<"),
    )
    done = run_tool(tool)
    assert done.returncode == 0, done.stdout + done.stderr
    nmm = training.restore(trained)
    with torch.no_grad():
        expected = nmm(training.trials["second_stance"])
        max_isometric_force = nmm.calibration.max_isometric_force.numpy()
    results = walking_inputs.folder / "results" / name
    moments = read_sto(results / "walking_joint_moments.sto")
    return Variant(
        expected,
        max_isometric_force,
        read_sto(results / "walking_muscle_forces.sto").values,
        np.column_stack(
            [moments.column("knee_angle_r_moment"), moments.column("ankle_angle_r_moment")]
        ),
    )


def test_muscle_forces_agree_with_python(variant: Variant) -> None:
    difference = np.abs(variant.forces - variant.expected.forces.numpy())
    assert (difference / variant.max_isometric_force).max() < 1e-4


def test_moments_agree_with_python(variant: Variant) -> None:
    assert np.abs(variant.moments - variant.expected.moments.numpy()).max() < 0.1
