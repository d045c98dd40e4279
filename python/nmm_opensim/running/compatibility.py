"""Whether the OpenSim that runs NMMs can load a model, asked before anything is trained on it.

Python's OpenSim and that of opensim-cmd and the plugin are two; the newer one reads models that the
other cannot.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import opensim

from ..errors import NMMError
from ..formats.model_copy import read_model_xml
from .opensim_cmd import find_opensim_cmd, find_plugin, make_environment


def check_loadable(model_file: Path) -> None:
    """Refuse a model that opensim-cmd cannot load; nothing is asked where there is none.

    Raises:
        NMMError: naming both versions, and the line where it is one's.

    """
    try:
        command, plugin = find_opensim_cmd(), find_plugin()
    except NMMError:
        return
    status = model_file.stat()
    refusal = _find_refusal(command, plugin, model_file.resolve(), status.st_mtime_ns)
    if refusal is not None:
        place, reason = refusal
        raise NMMError(
            f"model file '{model_file}'{place}: expected a model that the OpenSim of opensim-cmd, "
            f"{_find_version(command)}, can load, because NMMs run there, but {reason}; Python's "
            f"OpenSim is {opensim.GetVersion()}. Save the model with the older one, or build the "
            "plugin for the newer one (OpenSim_DIR)."
        )


@lru_cache
def _find_refusal(
    command: Path, plugin: Path, model_file: Path, _changed: int
) -> tuple[str, str] | None:
    """Where and why a model cannot be loaded; None if it can, or if nobody can say."""
    known = _list_classes(command, plugin)
    if not known:
        return None
    for element in read_model_xml(model_file).iter():
        tag = element.tag
        if (
            isinstance(tag, str)
            and tag not in known
            and opensim.OpenSimObject.getDefaultInstanceOfType(tag) is not None
        ):
            name = element.get("name") or "an element"
            return f", line {element.sourceline}", f"'{name}' is a {tag}, a class that it lacks"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.osim"
        done = _run(command, plugin, "update-file", str(model_file), str(copy), folder=folder)
    if done.returncode == 0:
        return None
    said = re.search(r"^\[error\] (.*\S)", done.stdout + done.stderr, re.MULTILINE)
    return "", f"it says: {said[1].rstrip('.')}" if said else "it fails without a reason"


@lru_cache
def _list_classes(command: Path, plugin: Path) -> frozenset[str]:
    """All classes that are registered with the plugin; none where it cannot be loaded."""
    with tempfile.TemporaryDirectory() as folder:
        done = _run(command, plugin, "info", folder=folder)
    _, title, names = done.stdout.partition("REGISTERED CLASSES")
    return frozenset(names.split()) if title and done.returncode == 0 else frozenset()


@lru_cache
def _find_version(command: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        said = _run(command, None, "--version", folder=folder).stdout
    found = re.search(r"version ([^\s,]+)", said)
    return found[1] if found else "of unknown version"


def _run(
    command: Path, plugin: Path | None, *arguments: str, folder: str
) -> subprocess.CompletedProcess[str]:
    # opensim-cmd writes opensim.log where it is started.
    return subprocess.run(
        [str(command), *(["-L", str(plugin)] if plugin else []), *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        env=make_environment(),
        cwd=folder,
        check=False,
    )
