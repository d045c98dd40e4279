"""OpenSim's own log on the terminal: quiet, but for its tools while they run."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import opensim

from .processes import Ended

LEVEL_SET = "Set log level to"
NO_REASON = "please see messages window"
"""What OpenSim's tools throw after they have logged why."""


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


def find_reason(lines: Sequence[str]) -> str | None:
    """What the last error in OpenSim's log says, without what it is of and where it was thrown."""
    for line in lines[::-1]:
        found = re.match(r"\[(?:error|critical)\]\s*(?:\w+ Failed: )?(.*\S)", line)
        if found and NO_REASON not in line:
            return found[1]
    return None


def describe_end(ended: Ended) -> str:
    """How OpenSim's process ended too early, and the reason or else the last that it said."""
    if ended.status < 0:
        how = f"was ended by {signal.Signals(-ended.status).name}"
    else:
        how = f"ended with status {ended.status}"
    said = [line.strip() for line in ended.lines if line.strip() and LEVEL_SET not in line]
    last = find_reason(ended.lines) or (said[-1] if said else None)
    return f"{how}: {last}" if last else f"{how} without a word"
