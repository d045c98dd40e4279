"""The plugin loads where it fits, and elsewhere says in one line why it does not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, Walking

Run = Callable[..., subprocess.CompletedProcess[str]]

COMPONENTS = "libosimNMMComponents.so"

LOAD_INTO_WHEEL = """
import sys, opensim
opensim.LoadOpenSimLibraryExact(sys.argv[1])
print(opensim.Model().getConcreteClassName())
"""

LOAD_WITHOUT_OPENSIM = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.osimNMM_status.restype = ctypes.c_char_p
print(library.osimNMM_status().decode())
"""

SYSTEM_LIBRARIES = r"(libstdc\+\+|libgcc_s|libc|libm|libdl|libpthread|ld-linux-[\w-]+)\.so\.\d+"
# Neither Simbody, which must come with OpenSim's own libraries, nor anything of Python or CUDA.
COMPONENTS_LIBRARIES = (
    rf"{SYSTEM_LIBRARIES}|libosim(Common|Simulation|Actuators|Tools)\.so|libtorch(_cpu)?\.so"
    r"|libc10\.so"
)


def assert_refused(
    done: subprocess.CompletedProcess[str], *, because: list[str], not_because: str = "\n\n"
) -> None:
    """One line of the plugin's says why, and then OpenSim does not know the tool."""
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("osimNMM: ")]
    assert line.startswith("osimNMM: not available. Expected ")
    for reason in because:
        assert reason in line
    assert not_because not in line
    assert done.returncode != 0
    assert "'NMMTool' is not a registered Object" in done.stdout + done.stderr


def test_another_opensim_is_refused(run_opensim_cmd: Run, walking_inputs: Walking) -> None:
    found = sorted(ROOT.glob("build/*/cpp/plugin/libosimNMM_mismatch.so"))
    if not found:
        pytest.skip("the plugin was built without NMM_BUILD_TESTS: there is no mismatched build")
    done = run_opensim_cmd(found[0], "run-tool", walking_inputs.run_setup)
    assert_refused(done, because=["Expected OpenSim 9.9 with Simbody", "but found OpenSim 4."])


def test_missing_libtorch_is_the_loaders_own_error(
    run_opensim_cmd: Run, plugin: Path, walking_inputs: Walking, tmp_path: Path
) -> None:
    # Away from the package no torch lies where the components look for it.
    folder = tmp_path / "away" / "lib"
    folder.mkdir(parents=True)
    shutil.copy(plugin, folder)
    shutil.copy(plugin.with_name(COMPONENTS), folder)
    done = run_opensim_cmd(folder / plugin.name, "run-tool", walking_inputs.run_setup)
    assert_refused(
        done,
        because=[
            "libtorch_cpu.so: cannot open shared object file",
            "LibTorch is missing: install torch ",
        ],
    )


def test_missing_components_are_named(
    run_opensim_cmd: Run, plugin: Path, walking_inputs: Walking, tmp_path: Path
) -> None:
    shutil.copy(plugin, tmp_path)
    done = run_opensim_cmd(tmp_path / plugin.name, "run-tool", walking_inputs.run_setup)
    assert_refused(
        done,
        because=[
            f"{tmp_path / COMPONENTS}: cannot open shared object file",
            "Install nmm_opensim again.",
        ],
        not_because="LibTorch is missing",
    )


def test_a_link_to_the_plugin_loads(
    run_opensim_cmd: Run, plugin: Path, walking_inputs: Walking, tmp_path: Path
) -> None:
    link = tmp_path / "linked.so"
    link.symlink_to(plugin)
    done = run_opensim_cmd(link, "print-xml", "NMMTool", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "osimNMM:" not in done.stderr
    assert (tmp_path / "default_NMMTool.xml").is_file()


def run_python(code: str, plugin: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own: what is loaded cannot be unloaded."""
    return subprocess.run(
        [sys.executable, "-c", code, str(plugin)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_official_package_refuses_and_lives(plugin: Path, tmp_path: Path) -> None:
    done = run_python(LOAD_INTO_WHEEL, plugin, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Model"
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("osimNMM: ")]
    assert re.match(
        r"osimNMM: not available\. Expected OpenSim 4\.5 .* but found OpenSim 4\.6 ", line
    )


def test_a_process_without_opensim_is_told_how_to_load(plugin: Path, tmp_path: Path) -> None:
    done = run_python(LOAD_WITHOUT_OPENSIM, plugin, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "but found no OpenSim. Load the plugin with opensim-cmd -L" in done.stdout
    assert done.stderr == f"osimNMM: not available. {done.stdout}"


def read_dynamic(library: Path) -> tuple[list[str], list[str]]:
    """Needed libraries and search paths of a library."""
    done = subprocess.run(
        ["readelf", "--dynamic", "--wide", str(library)], capture_output=True, text=True, check=True
    )
    needed = re.findall(r"\(NEEDED\).*\[(.+)\]", done.stdout)
    paths = re.findall(r"\((?:RUNPATH|RPATH)\).*\[(.+)\]", done.stdout)
    return needed, [path for line in paths for path in line.split(":")]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [("libosimNMM.so", SYSTEM_LIBRARIES), (COMPONENTS, COMPONENTS_LIBRARIES)],
)
def test_only_these_libraries_are_needed(plugin: Path, name: str, allowed: str) -> None:
    needed, paths = read_dynamic(plugin.with_name(name))
    assert needed
    assert [library for library in needed if not re.fullmatch(allowed, library)] == []
    # A folder of the machine that built it says nothing on another.
    assert [path for path in paths if not path.startswith("$ORIGIN")] == []
