"""Scripts in a Python of their own, whose opensim the plugin was built for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

OPENSIM_PYTHON = Path(sys.prefix) / "bin" / "opensim-python"

# The beginning of a script: model and state as a states file (argument 2) has them in a row.
LOAD_MODEL = """
import sys
import opensim
import nmm_opensim
nmm_opensim.load_plugin()
model = opensim.Model(sys.argv[1])
state = model.initSystem()
table = opensim.TimeSeriesTable(sys.argv[2])

def take(frame):
    names, row = table.getColumnLabels(), table.getRowAtIndex(frame)
    variables = model.getStateVariableNames()
    for name in [variables.get(i) for i in range(variables.getSize())]:
        if name in names:
            model.setStateVariableValue(state, name, row[names.index(name)])
    state.setTime(table.getIndependentColumn()[frame])
"""


def run_python(python: Path | str, code: str, *arguments: str | Path | int) -> tuple[int, str, str]:
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
