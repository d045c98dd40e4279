"""Running the plugin inside the real opensim-cmd, with the loader's own words when it fails."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from .. import _core
from ..errors import NMMError
from ..formats.opensim_log import describe_end
from ..formats.processes import run_shown

PLUGIN = "libosimNMM.so"


def find_opensim_cmd() -> Path:
    """opensim-cmd: beside this Python, of ``OpenSim_DIR``'s installation, or on the PATH."""
    candidates = [Path(sys.prefix) / "bin" / "opensim-cmd"]
    if sdk := os.environ.get("OpenSim_DIR"):  # noqa: SIM112 - as CMake spells it
        folder = Path(sdk)
        candidates += [parent / "bin" / "opensim-cmd" for parent in (folder, *folder.parents)]
    if found := shutil.which("opensim-cmd"):
        candidates.append(Path(found))
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    raise NMMError(
        "opensim-cmd: expected it beside this Python, in OpenSim_DIR's installation or on the "
        "PATH, but found none; run the set-up, or set OpenSim_DIR."
    )


def find_plugin() -> Path:
    """The plugin that was installed with this package."""
    # Beside the compiled module, wherever an installation puts it.
    plugin = Path(_core.__file__).parent / "lib" / PLUGIN
    if plugin.is_file():
        return plugin
    raise NMMError(
        f"plugin: expected '{plugin}', but found none; "
        "build the package where an OpenSim SDK is found."
    )


def make_environment() -> dict[str, str]:
    """What opensim-cmd is started with.

    ``import opensim`` puts its own libraries on the loader's path; opensim-cmd must find its own.
    """
    return {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}


def run_tool(setup: Path) -> list[str]:
    """Run a setup with opensim-cmd and the plugin; its output is shown as it comes.

    Returns the command line. Where the tool fails, OpenSim's own reason is in the error.
    """
    command = [str(find_opensim_cmd()), "-L", str(find_plugin()), "run-tool", str(setup)]
    ended = run_shown(command, environment=make_environment())
    if ended.status != 0:
        raise NMMError(f"{setup}: opensim-cmd {describe_end(ended)}")
    return command
