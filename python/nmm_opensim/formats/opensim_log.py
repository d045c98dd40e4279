"""OpenSim's own log on the terminal: quiet, but for its tools while they run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import opensim


def keep_quiet() -> None:
    """OpenSim logs every file it reads; here its errors arrive as exceptions."""
    opensim.Logger.setLevelString("error")


@contextmanager
def log_level(level: str) -> Iterator[None]:
    """OpenSim's log at ``level``, such as info or off, for as long as this lasts."""
    before = opensim.Logger.getLevelString()
    opensim.Logger.setLevelString(level)
    try:
        yield
    finally:
        opensim.Logger.setLevelString(before)
