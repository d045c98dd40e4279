"""A wheel, installed where no checkout is: it holds the plugin, no library of others, and runs."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT
from lxml import etree

from nmm_opensim.running.opensim_cmd import find_opensim_cmd

# The folder that the set-up builds in: only what differs is compiled again.
BUILD = ROOT / "build" / "Release"
OWN_LIBRARIES = {"_core", "libosimNMM.so", "libosimNMMComponents.so"}


def run(folder: Path, *command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command that must succeed in a folder, without a variable that leads to a checkout."""
    environment = {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
    done = subprocess.run(
        list(map(str, command)),
        env={**environment, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def read_cache_entry(name: str) -> str:
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.MULTILINE)
    assert found, f"no {name} in the build folder's cache"
    return found[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout's wheel."""
    if not (BUILD / "CMakeCache.txt").is_file():
        pytest.skip(f"there is no build in {BUILD}; run the set-up (scripts/test.sh)")
    folder = tmp_path_factory.mktemp("wheel")
    # As in the set-up, so that nothing changes in the build folder.
    settings = [f"{name}={read_cache_entry(name)}" for name in ("OpenSim_DIR", "NMM_BUILD_TESTS")]
    # Processes that test side by side share the build folder.
    with (BUILD / "wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run(
            folder,
            *(sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--quiet"),
            *(f"--config-settings=cmake.define.{setting}" for setting in settings),
            *("--wheel-dir", folder, ROOT),
        )
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel and this one's packages, but not this checkout."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder)
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("platlib", "venv", paths))
    for package in Path(sysconfig.get_path("platlib")).iterdir():
        # Files of paths are the editable installation's.
        if "nmm_opensim" not in package.name and package.suffix != ".pth":
            (packages / package.name).symlink_to(package)
    run(
        folder.parent,
        *(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install"),
        *("--no-deps", "--no-index", "--quiet", wheel),
    )
    return folder


def test_a_wheel_holds_the_plugin_and_no_library_of_others(wheel: Path) -> None:
    names = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    libraries = {name.name.split(".cpython")[0] for name in names if ".so" in name.suffixes}
    assert libraries == OWN_LIBRARIES
    assert {name.parts[0].split("-")[0] for name in names} == {"nmm_opensim"}


def test_an_installed_wheel_is_content(environment: Path, tmp_path: Path) -> None:
    opensim = read_cache_entry("OpenSim_DIR")
    doctor = run(
        tmp_path, environment / "bin" / "nmm-opensim", "doctor", OpenSim_DIR=opensim, COLUMNS="500"
    )
    (plugin,) = environment.glob("lib/*/site-packages/nmm_opensim/lib/libosimNMM.so")
    assert str(plugin) in doctor.stdout.replace("\n", "")
    assert "loads in opensim-cmd" in doctor.stdout
    run(tmp_path, find_opensim_cmd(), "-L", plugin, "print-xml", "NMMTool")
    printed = etree.parse(tmp_path / "default_NMMTool.xml")
    assert printed.getroot().find("NMMTool") is not None


def test_an_installed_wheel_has_the_front_door(environment: Path, tmp_path: Path) -> None:
    code = "import nmm_opensim as n; print(n.__file__, n.train.__module__, len(n.__all__))"
    done = run(tmp_path, environment / "bin" / "python", "-c", code)
    place, module, count = done.stdout.split()
    assert Path(place).is_relative_to(environment)
    assert module == "nmm_opensim.training.train"
    assert int(count) > 20
