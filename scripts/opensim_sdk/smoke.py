"""Run one real simulation: a wrongly built OpenSim starts, answers questions and then crashes."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from errors import SdkError


def check(prefix: Path, core: Path) -> None:
    """Simulate OpenSim's arm26 for a second with the SDK in `prefix`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for file in (core / "Applications" / "Forward" / "test").glob("arm26*"):
            shutil.copy(file, folder)
        result = subprocess.run(
            [prefix / "bin" / "opensim-cmd", "run-tool", "arm26_Setup_Forward.xml"],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if result.returncode != 0 or not (folder / "Results" / "arm26_states.sto").is_file():
            raise SdkError(
                f"The new opensim-cmd ended with {result.returncode} in a simulation of arm26:\n"
                f"{result.stdout[-2000:]}{result.stderr[-2000:]}"
            )
