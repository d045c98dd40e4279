"""What the runs of the real opensim-cmd share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nmm_opensim.running.opensim_cmd import find_opensim_cmd, find_plugin

# A run takes about a second; one that waits for ever must not stop the tests.
TIME_LIMIT = 120


@pytest.fixture(scope="session")
def opensim_cmd() -> Path:
    """The opensim-cmd that the set-up provides."""
    return find_opensim_cmd()


@pytest.fixture(scope="session")
def plugin() -> Path:
    """The plugin that was installed with the package."""
    return find_plugin()


@pytest.fixture(scope="session", autouse=True)
def _environment_of_a_shell() -> Iterator[None]:
    """``import opensim`` puts its own libraries on LD_LIBRARY_PATH; opensim-cmd crashes with them.

    The tests import it, so everything they start would inherit that.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LD_LIBRARY_PATH", raising=False)
        yield


@pytest.fixture(scope="session")
def run_opensim_cmd(
    opensim_cmd: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``run_opensim_cmd(plugin, *arguments, cwd=None)`` runs opensim-cmd with a plugin."""
    # opensim-cmd writes opensim.log where it is started.
    elsewhere = tmp_path_factory.mktemp("working folder")

    def run(
        plugin: Path, *arguments: str | Path, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(opensim_cmd), "-L", str(plugin), *map(str, arguments)],
            cwd=cwd or elsewhere,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIME_LIMIT,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def run_tool(
    run_opensim_cmd: Callable[..., subprocess.CompletedProcess[str]], plugin: Path
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``run_tool(setup, cwd=None)`` runs a setup with opensim-cmd and the installed plugin."""

    def run(setup: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return run_opensim_cmd(plugin, "run-tool", setup, cwd=cwd)

    return run
