"""OpenSim in a process of its own: whatever ends it is one line here, and its log gives reasons.

OpenSim's tools throw without a reason, and some inputs end the whole process that they run in.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ..errors import NMMError, opensim_reason
from .opensim_log import describe_end, find_reason
from .processes import run_shown

T = TypeVar("T")

# Linux: the signal that a process gets when the one that started it ends.
PR_SET_PDEATHSIG = 1


def call_in_child(what: str, function: Callable[..., T], *arguments: object) -> T:
    """``function(*arguments)`` in another Python process; what it and OpenSim print is shown.

    ``function`` is one at the top of a module that can be imported; arguments and result can be
    pickled, and paths are absolute: the other process works in an empty folder, which goes when it
    ends. ``what`` begins the message of an error.

    Raises:
        NMMError: that of the function, or with OpenSim's own reason where OpenSim throws, or with
            the signal that ended the process.

    """
    with tempfile.TemporaryDirectory(prefix="nmm-") as name:
        folder = Path(name)
        answer = folder / "answer"
        # OpenSim writes its log file where it is started.
        (folder / "empty").mkdir()
        ended = run_shown(
            [sys.executable, "-P", "-m", __name__],
            environment={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            folder=folder / "empty",
            given=pickle.dumps(str(answer)) + pickle.dumps((function, arguments)),
        )
        if not answer.is_file():
            raise NMMError(f"{what}: OpenSim's process {describe_end(ended)}")
        result, error = pickle.loads(answer.read_bytes())
    if error is None:
        return result  # type: ignore[no-any-return]
    if isinstance(error, RuntimeError):
        reason = find_reason(ended.lines) or opensim_reason(error)
        raise NMMError(f"{what}: OpenSim failed: {reason}") from None
    raise error


def _answer() -> None:
    """What the other process does: read a call, make it, write what comes of it."""
    # Ctrl-C is for the process that started this one, which ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    answer = Path(pickle.load(sys.stdin.buffer))
    function, arguments = pickle.load(sys.stdin.buffer)
    outcome: tuple[Any, Exception | None]
    try:
        outcome = function(*arguments), None
    except Exception as error:
        outcome = None, error
    # Whole or not at all: half an answer is none.
    unfinished = answer.with_suffix(".part")
    unfinished.write_bytes(pickle.dumps(outcome))
    unfinished.replace(answer)


if __name__ == "__main__":
    _answer()
