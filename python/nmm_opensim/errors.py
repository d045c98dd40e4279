"""The package's one exception and the parts every message is made of."""

from __future__ import annotations

import difflib
import re
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
    try:
        there, folder = path.is_file(), path.is_dir()
    except OSError as error:
        shown = f"{str(path)[:100]}…"
        raise NMMError(
            f"{what} '{shown}': expected the name of a file, but found one that no file can have "
            f"({error.strerror})."
        ) from None
    if not there:
        found = "a folder" if folder else "nothing"
        raise NMMError(f"{what} '{path}': expected a file, but found {found} there.")
    return path


def opensim_reason(error: RuntimeError) -> str:
    """What OpenSim says is wrong; what stands around it is of places in its source."""
    first = str(error).partition("\n")[0]
    reason = re.sub(r"^std::exception in '[^']*': ?", "", first).strip()
    return reason or "it gives no reason"


@contextmanager
def one_line_errors(program: str) -> Iterator[None]:
    """An unusable input ends ``program`` with one line and exit status 2, never a traceback."""
    try:
        yield
    except NMMError as error:
        print(f"{program}: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(2)
