"""The package's one exception and the parts every message is made of."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class NMMError(Exception):
    """Input that cannot be used.

    The text is one line that says what is wrong, where, what was expected, what was found and
    what to do. The command line prints it and exits with status 2.
    """


def nearest_names(name: str, candidates: Iterable[str]) -> str:
    """Up to three of ``candidates`` near ``name``: the end of a message on an unknown name."""
    names = list(candidates)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    if near:
        return f"nearest: {', '.join(near)}"
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"there are: {shown}" if names else "there are none"


def require_file(path: Path, what: str) -> Path:
    """``path``, if it is a readable file; ``what`` names its role, such as ``EMG file``."""
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise NMMError(f"{what} '{path}': expected a file, but found {found} there.")
    return path


def opensim_reason(error: RuntimeError) -> str:
    """What OpenSim says is wrong; the lines below it are of places in its source."""
    lines = str(error).splitlines()
    return lines[0] if lines else "it gives no reason"


@contextmanager
def one_line_errors(program: str) -> Iterator[None]:
    """An unusable input ends ``program`` with one line and exit status 2, never a traceback."""
    try:
        yield
    except NMMError as error:
        print(f"{program}: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
