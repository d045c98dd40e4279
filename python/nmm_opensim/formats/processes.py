"""Other programs run with their output shown as it comes and kept to find the reason in."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Reasons are in the last lines; a tool may log every frame before it fails.
LINES_KEPT = 1000


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit status, negative for a signal, and its last lines."""

    status: int
    lines: tuple[str, ...]


def run_shown(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    given: bytes = b"",
) -> Ended:
    """Run a program in ``folder``, ``given`` on its standard input; all it says is printed.

    It never outlives this call: whatever interrupts the call, such as Ctrl-C, kills it.
    """
    kept: deque[str] = deque(maxlen=LINES_KEPT)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            # A program that died before it read everything says so by its status.
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(given)
                process.stdin.close()
            for raw in process.stdout:
                line = raw.decode(errors="replace").rstrip("\r\n")
                kept.append(line)
                _show(line)
        except BaseException:
            process.kill()
            raise
    return Ended(process.returncode, tuple(kept))


def _show(line: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), flush=True)
