"""Say on stderr what is going on; stdout belongs to the result."""

import sys
import time

_START = time.monotonic()


def say(message: str) -> None:
    """Print one line with the time that has passed since the start."""
    seconds = int(time.monotonic() - _START)
    print(f"[{seconds // 60:2d}:{seconds % 60:02d}] {message}", file=sys.stderr, flush=True)
