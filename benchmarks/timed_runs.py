"""Runs of the real opensim-cmd, timed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from nmm_opensim.errors import NMMError
from nmm_opensim.running.opensim_cmd import find_opensim_cmd, make_environment

FRAME_INTERVAL = 0.01  # s, of the coordinates file


@dataclass(frozen=True)
class Run:
    """One run of opensim-cmd."""

    log: str
    wall: float  # s
    peak_memory: float  # MB


def run_opensim_cmd(*arguments: str | Path) -> Run:
    """Run it to its end; its own process accounting gives the memory."""
    with tempfile.TemporaryFile("w+") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(find_opensim_cmd()), *map(str, arguments)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=make_environment(),
            # Each run leaves an opensim.log in its folder.
            cwd=Path(arguments[-1]).parent,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        log = output.read()
    if process.returncode != 0:
        raise NMMError(f"opensim-cmd failed; its last lines were:\n{log[-2000:]}")
    return Run(log, wall, usage.ru_maxrss / 1000)


def make_times(initial_time: float, frames: int) -> dict[str, float]:
    # A little more than the last frame's time, because times in text files are rounded.
    last = initial_time + (frames - 0.9) * FRAME_INTERVAL
    return {"initial_time": initial_time, "final_time": round(last, 6)}
