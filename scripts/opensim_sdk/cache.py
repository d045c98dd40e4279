"""Where sources and SDKs are kept, and how several processes share that place."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from progress import say


def root() -> Path:
    """The cache folder: the project's own variable, else the desktop standard's place."""
    if own := os.environ.get("NMM_OPENSIM_CACHE"):
        return Path(own).expanduser().absolute()
    standard = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(standard).expanduser().absolute() / "nmm-opensim"


@contextmanager
def only_one(name: str) -> Iterator[None]:
    """Keep every other process out of the work called `name`; wait while one is in it.

    The system takes the lock back when its owner ends in whatever way, so an interrupted build
    never blocks the next one. The file itself stays: removing it would let two owners in.
    """
    folder = root() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another process is making {name}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        # Child processes keep the lock too: a compiler that outlives a killed build must not meet
        # the next one in the same folder.
        os.set_inheritable(lock.fileno(), True)
        yield
