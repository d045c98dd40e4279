"""What is installed, whether it fits together, and the real reason where it does not."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..errors import NMMError
from ..nmm.artefact import read_artefact
from .opensim_cmd import find_opensim_cmd, find_plugin, make_environment
from .plugin import PluginBuild, find_torch_version, read_plugin_build, shorten

# A class that only the plugin has.
CLASS = "NMMTool"
# What the plugin's guard begins its complaint with.
GUARD = "osimNMM: "
OPENSIM_PYTHON = "opensim-python"

T = TypeVar("T")


@dataclass(frozen=True)
class Finding:
    """One line: what was looked for, what was found, and whether it fits; None is a remark."""

    name: str
    text: str
    fits: bool | None


def examine(artefact: Path | None = None) -> list[Finding]:
    """Look at everything, whatever is missing."""
    findings = [Finding("Python", f"{sys.version.split()[0]} ({sys.executable})", None)]
    command = _attempt(findings, "opensim-cmd", find_opensim_cmd, _describe_command)
    plugin = _attempt(findings, "plugin", find_plugin, str)
    build = None
    if plugin is not None:
        build = _attempt(
            findings, "built for", lambda: read_plugin_build(plugin), PluginBuild.describe
        )
    if build is not None:
        findings.append(_examine_torch(build))
    if command is not None and plugin is not None:
        findings.append(_examine_loading(command, plugin))
    findings.append(_examine_python_package(build))
    if artefact is not None:
        _attempt(findings, "artefact", lambda: _describe_artefact(artefact), str)
    return findings


def _attempt(
    findings: list[Finding], name: str, find: Callable[[], T], describe: Callable[[T], str]
) -> T | None:
    try:
        found = find()
    except NMMError as error:
        findings.append(Finding(name, str(error), False))
        return None
    findings.append(Finding(name, describe(found), True))
    return found


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        errors="replace",
        env=make_environment(),
        check=False,
    )


def _describe_command(command: Path) -> str:
    version = _run(command, "--version").stdout.strip() or "it does not say its version"
    return f"{version} ({command})"


def _examine_torch(build: PluginBuild) -> Finding:
    found = find_torch_version()
    if found == build.torch:
        return Finding("torch", found, True)
    return Finding(
        "torch",
        f"expected {build.torch}, for which the plugin was built, but found {found or 'none'}; "
        f"pip install torch=={build.torch}",
        False,
    )


def _examine_loading(command: Path, plugin: Path) -> Finding:
    name = "loads in opensim-cmd"
    done = _run(command, "-L", plugin, "info", CLASS)
    complaint = next((x for x in done.stderr.splitlines() if x.startswith(GUARD)), None)
    if complaint is None and done.returncode == 0:
        return Finding(name, "yes", True)
    if complaint is not None:
        return Finding(name, complaint.removeprefix(GUARD), False)
    # opensim-cmd says no more than that it failed: the loader knows why.
    code = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    reason = _run(sys.executable, "-c", code, plugin).stderr.strip().splitlines()
    return Finding(name, reason[-1] if reason else "no, and nobody says why", False)


def _examine_python_package(build: PluginBuild | None) -> Finding:
    name = "opensim in Python"
    try:
        opensim = importlib.import_module("opensim")
    except ImportError as error:
        return Finding(name, f"expected the package opensim, but {error}", False)
    found = f"{opensim.GetVersion()} ({Path(str(opensim.__file__)).parent})"
    if build is None or shorten(opensim.GetVersion()) == build.opensim:
        return Finding(name, f"{found}; load_plugin() works with it", True)
    beside = Path(sys.prefix) / "bin" / OPENSIM_PYTHON
    advice = f"use {beside}" if beside.is_file() else f"use the package of OpenSim {build.opensim}"
    return Finding(name, f"{found}: good for all but load_plugin(), for which {advice}", None)


def _describe_artefact(path: Path) -> str:
    artefact = read_artefact(path)
    deep = ", ".join(muscle.name for muscle in artefact.deep_muscles)
    return (
        f"format {artefact.format}, family {artefact.predictor.family}, model "
        f"'{artefact.model_name}', deep: {deep or 'none'} ({path})"
    )
