"""The front door: docs/python.md as a script, its names, and what their import costs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, Walking
from opensim_python import OPENSIM_PYTHON, run_python
from sto import read_sto

import nmm_opensim

PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def project(walking_inputs: Walking, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The walking project with short setups under the names that the page uses."""
    folder = tmp_path_factory.mktemp("page") / "project"
    shutil.copytree(walking_inputs.folder, folder)
    setups = folder / "setups"
    shutil.copy(setups / walking_inputs.train_setup.name, setups / "walking_train.xml")
    benchmark = setups / "walking_benchmark.xml"
    text = benchmark.read_text(encoding="utf-8")
    few = "<estimators>neighbour_copy nmm</estimators>"
    text = re.sub(r"<estimators>.*?</estimators>", few, text, flags=re.DOTALL)
    benchmark.write_text(text.replace("<seeds>1 2 3 4 5<", "<seeds>1<"), encoding="utf-8")
    return folder


def run_blocks(python: Path | str, folder: Path, blocks: list[str], extra: str = "") -> str:
    code = f"import os; os.chdir({str(folder)!r})\nimport nmm_opensim\n" + "\n".join(blocks) + extra
    status, stdout, stderr = run_python(python, code)
    assert status == 0, stdout + stderr
    return stdout


AGREE = """
excitations = done.results.get_muscle(done.results.excitations, "soleus_r")
print("difference", abs(excitations - said.excitations["soleus_r"]).max(), said.time[0])
"""


def test_the_page_runs_as_it_stands(project: Path) -> None:
    stdout = run_blocks(sys.executable, project, BLOCKS[:-1], AGREE)
    assert "NMM 1 r 0." in stdout
    assert "100 % seed 1, unexplained moment" in stdout
    assert "Warning: The training trials hold" in stdout
    assert "# Hide-a-muscle: walking" in stdout
    difference = re.search(r"^difference (\S+) (\S+)$", stdout, re.MULTILINE)
    assert difference is not None
    assert float(difference[1]) < 1e-6
    assert float(difference[2]) == pytest.approx(1.41)


def test_the_plugin_is_loaded_as_the_page_says(project: Path) -> None:
    run_blocks(OPENSIM_PYTHON, project, BLOCKS[-1:], "\nprint(controller.getConcreteClassName())")


def test_an_estimate_has_the_tools_intervals(walking_inputs: Walking, run_tool: Run) -> None:
    setup = walking_inputs.copy_elsewhere(
        walking_inputs.train_setup, "front_door", ("<estimator>nmm<", "<estimator>posterior<")
    )
    trained = nmm_opensim.train(setup)
    tool = walking_inputs.copy_elsewhere(walking_inputs.run_setup, "front_door")
    done = run_tool(tool)
    assert done.returncode == 0, done.stdout + done.stderr
    said = nmm_opensim.estimate(tool)
    results = walking_inputs.folder / "results" / "front_door"
    excitations = read_sto(results / "walking_excitations.sto")
    np.testing.assert_allclose(said.excitation_time, excitations.time, rtol=0, atol=1e-9)
    for muscle, series in said.excitations.items():
        written = excitations.column(f"/forceset/{muscle}")
        np.testing.assert_allclose(series, written, rtol=0, atol=1e-6)
    outside = read_sto(results / "walking_outside_training.sto")
    assert list(said.novelty) == outside.columns
    for group, series in said.novelty.items():
        np.testing.assert_allclose(series, outside.column(group), rtol=0, atol=1e-9)
    intervals = read_sto(results / "walking_excitation_intervals.sto")
    upper = intervals.column("/forceset/soleus_r/upper")
    np.testing.assert_allclose(said.intervals["soleus_r"].upper, upper, rtol=0, atol=1e-6)
    own = trained.estimate("second_stance").excitations["soleus_r"]
    np.testing.assert_allclose(said.excitations["soleus_r"], own, rtol=0, atol=1e-9)
    with pytest.raises(nmm_opensim.NMMError, match=r"found 'second'; nearest: second_stance"):
        trained.estimate("second")


def test_every_public_name_is_there_and_described() -> None:
    public: dict[str, object] = {}
    exec("from nmm_opensim import *", public)
    for name in nmm_opensim.__all__:
        described = (public[name].__doc__ or "").strip()
        assert described, name
        assert not described.startswith(f"{name}("), f"{name}: a docstring that nobody wrote"
    assert not hasattr(nmm_opensim, "fit_outcome"), "nothing else is public"


def test_the_import_loads_next_to_nothing() -> None:
    code = (
        "import sys, nmm_opensim; "
        "print([m for m in ('torch', 'opensim', 'numpy', 'scipy') if m in sys.modules])"
    )
    status, stdout, stderr = run_python(sys.executable, code)
    assert (status, stdout.strip()) == (0, "[]"), stderr
