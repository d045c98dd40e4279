"""Scripts in a Python of their own, whose opensim the plugin was built for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

OPENSIM_PYTHON = Path(sys.prefix) / "bin" / "opensim-python"


def run_python(python: Path | str, code: str, *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, stdout and stderr."""
    environment = {k: v for k, v in os.environ.items() if k != "LD_LIBRARY_PATH"}
    done = subprocess.run(
        [str(python), "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
