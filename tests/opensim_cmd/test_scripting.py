"""The plugin in one Python process, through the ordinary opensim package."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import Walking, run_cli
from opensim_python import OPENSIM_PYTHON, run_python
from sto import read_sto

RUN = """
import sys
{before}
import opensim
import nmm_opensim
nmm_opensim.load_plugin()
{after}
nmm_opensim.load_plugin()  # twice does nothing
setup = opensim.OpenSimObject.makeObjectFromFile(sys.argv[1])
assert setup.getConcreteClassName() == "NMMTool", setup
tool = opensim.Tool.safeDownCast(setup)
for run in range(int(sys.argv[2])):
    assert tool.run()
fresh = opensim.OpenSimObject.newInstanceOfType("NMMTool")
assert fresh.getPropertyByName("emg_time_offset").toString() == "0"
{end}
"""


@pytest.mark.parametrize(
    ("before", "after", "end"),
    [("import torch", "", "print(torch.ones(2).sum())"), ("", "import torch", ""), ("", "", "")],
    ids=["torch before", "torch after", "no torch"],
)
def test_the_tool_runs_as_in_opensim_cmd(
    walking: Walking,
    run_tool: Callable[..., subprocess.CompletedProcess[str]],
    before: str,
    after: str,
    end: str,
) -> None:
    setup = walking.copy(
        walking.run_setup,
        "scripted_nmm.xml",
        (">../results/walking<", ">../results/scripted<"),
    )
    done = run_tool(setup)
    assert done.returncode == 0, done.stdout + done.stderr
    results = walking.folder / "results" / "scripted"
    series = ("excitations", "activations", "muscle_forces", "joint_moments")
    expected = {name: read_sto(results / f"walking_{name}.sto") for name in series}
    for name in series:
        (results / f"walking_{name}.sto").unlink()
    code = RUN.format(before=before, after=after, end=end)
    status, out, err = run_python(OPENSIM_PYTHON, code, setup, 2)
    assert status == 0, out + err
    for name in series:
        found = read_sto(results / f"walking_{name}.sto")
        assert found.columns == expected[name].columns
        np.testing.assert_allclose(found.values, expected[name].values, rtol=1e-9, atol=1e-9)


def test_errors_become_exceptions(walking: Walking) -> None:
    setup = walking.copy(walking.run_setup, "no_emg.xml", ("electromyography.sto", "absent.sto"))
    code = RUN.format(before="", after="", end="")
    status, _, err = run_python(OPENSIM_PYTHON, code, setup, 1)
    assert status == 1
    assert "RuntimeError" in err
    assert "absent.sto" in err


def test_another_opensim_is_refused_before_it_is_touched() -> None:
    code = """
import opensim, nmm_opensim
from nmm_opensim.errors import NMMError
try:
    nmm_opensim.load_plugin()
except NMMError as error:
    print(error)
assert "libosimNMM" not in open("/proc/self/maps").read()
opensim.Model().initSystem()
"""
    status, out, err = run_python(sys.executable, code)
    assert status == 0, out + err
    assert "expected OpenSim 4.5 with Simbody 3.7 (debug) and torch 2.13.0" in out
    assert "but found OpenSim 4.6" in out


def test_the_doctor_finds_that_all_fits(walking: Walking) -> None:
    artefact = walking.results / "walking.nmm"
    done = run_cli("doctor", "--artefact", str(artefact))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "does not fit" not in done.stdout
    assert "opensim-python" in done.stdout.replace("\n", "").replace(" ", "")


def test_the_doctor_names_what_is_wrong(walking: Walking, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.nmm"
    damaged.write_bytes((walking.results / "walking.nmm").read_bytes()[:200])
    done = run_cli("doctor", "--artefact", str(damaged))
    assert done.returncode == 1
    assert "does not fit" in done.stdout
    assert "damaged.nmm" in done.stdout.replace("\n", "").replace(" ", "")
