"""Files that are written whole or not at all, and what identifies their content."""

from __future__ import annotations

import csv
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from .errors import NMMError, require_file

# Everything is held in memory several times over; more than this is not one trial.
LARGEST_FILE = 2 * 1024**3  # bytes


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``path`` and move it into place when complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        # mkstemp makes private files; results are as readable as any other.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8, whole or not at all."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_atomically(path, write)


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV file, whole or not at all."""

    def write(temporary: Path) -> None:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([header, *rows])

    write_atomically(path, write)


def read_csv(
    path: Path, what: str, delimiter: str = ","
) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The columns of a CSV file, and its rows with their line; what a row lacks is empty.

    ``what`` is the file's role, such as ``marker map``.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as text:
            reader = csv.DictReader(text, strict=True, delimiter=delimiter, restval="")
            columns = list(reader.fieldnames or [])
            return columns, [(reader.line_num, row) for row in reader]
    except (csv.Error, UnicodeDecodeError) as error:
        raise NMMError(f"{what} '{path}': expected CSV in UTF-8, but found {error}.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def require_reasonable(path: Path, what: str) -> Path:
    """``path``, if it is a file that is neither empty nor enormous; ``what`` is its role."""
    size = require_file(path, what).stat().st_size
    if size == 0:
        raise NMMError(f"{what} '{path}': expected content, but the file is empty.")
    if size > LARGEST_FILE:
        raise NMMError(
            f"{what} '{path}': expected at most {LARGEST_FILE / 1024**3:g} GiB, but found "
            f"{size / 1024**3:.1f} GiB; split it."
        )
    return path


def hash_file(path: Path) -> str:
    """SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
