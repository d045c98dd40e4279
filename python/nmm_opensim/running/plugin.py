"""The plugin inside this Python process: ``import opensim; nmm_opensim.load_plugin()``."""

from __future__ import annotations

import ctypes
import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..errors import NMMError
from .opensim_cmd import find_plugin

MANIFEST = "osimNMM.json"
READY = "ready"


@dataclass(frozen=True)
class PluginBuild:
    """What the plugin was built for: major and minor versions, and of torch the whole."""

    opensim: str
    simbody: str
    simbody_build_type: str
    torch: str

    def describe(self) -> str:
        """One line for messages."""
        return (
            f"OpenSim {self.opensim} with Simbody {self.simbody} ({self.simbody_build_type}) and "
            f"torch {self.torch}"
        )


def read_plugin_build(plugin: Path) -> PluginBuild:
    """What is written beside a plugin; nothing is loaded."""
    manifest = plugin.with_name(MANIFEST)
    try:
        return PluginBuild(**json.loads(manifest.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise NMMError(
            f"plugin '{plugin}': expected '{manifest.name}' beside it, which says what it was "
            "built for, but found none that can be read; build the package again."
        ) from None


def find_torch_version() -> str | None:
    """The installed torch without the local part, such as 2.13.0; nothing is loaded."""
    try:
        return version("torch").split("+")[0]
    except PackageNotFoundError:
        return None


def load_plugin() -> None:
    """Register the plugin's classes in the OpenSim of this process; doing it twice does nothing.

    Afterwards ``opensim`` makes them like its own: ``opensim.OpenSimObject.newInstanceOfType``,
    ``makeObjectFromFile``. Versions are compared before the plugin is mapped, because a plugin in
    another OpenSim than its own ends the process sooner or later.
    """
    import opensim

    plugin = find_plugin()
    build = read_plugin_build(plugin)
    found = opensim.GetVersion()
    torch = find_torch_version()
    if shorten(found) != build.opensim or torch != build.torch:
        raise NMMError(
            f"plugin '{plugin}': expected {build.describe()}, but found OpenSim {found} "
            f"({Path(opensim.__file__).parent}) and torch {torch or 'not at all'}; use the Python "
            "package of the OpenSim that the plugin was built for, or build the plugin for this "
            "one (OpenSim_DIR)."
        )
    loaded = opensim.LoadOpenSimLibraryExact(str(plugin))
    status = read_status(plugin) if loaded else explain_failure(plugin)
    if status != READY:
        raise NMMError(f"plugin '{plugin}': expected it to load, but received: {status}")


def read_status(plugin: Path) -> str:
    """What a plugin that is loaded says of itself: READY, or why it is not."""
    library = ctypes.CDLL(str(plugin))
    library.osimNMM_status.restype = ctypes.c_char_p
    status: bytes = library.osimNMM_status()
    return status.decode(errors="replace")


def explain_failure(plugin: Path) -> str:
    """The loader's own words of why a library cannot be loaded."""
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error)
    return "OpenSim refused it without a reason."


def shorten(opensim_version: str) -> str:
    """Major and minor version of what OpenSim calls itself, such as 4.6-2026-06-22-85aaf64."""
    found = re.match(r"\d+\.\d+", opensim_version)
    return found[0] if found else opensim_version
