"""What all verbs share: the terminal, the setup they take, the example their help ends with."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ..listener import Listener

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
SETUP = click.argument("setup", type=FILE)
MODEL = click.argument("model", type=FILE)
console = Console(highlight=False)


def warn(text: str) -> None:
    """Something that a user should know and that stops nothing."""
    console.print(f"Warning: {text}", style="yellow", soft_wrap=True)


class ConsoleListener(Listener):
    """Shows long work at the terminal: a spinner, a bar once there is progress, and what is said.

    Where the output is a file or a pipe, each state is a line of its own, written at once. As a
    context it takes spinner and bar away again, and tells of Ctrl-C what may be relied on.
    """

    def __init__(
        self, what: str = "", kept: str = "the progress is kept", line_every: float = 5.0
    ) -> None:
        """``what`` stands before the bar; ``kept`` is what Ctrl-C leaves.

        ``line_every`` (s): lines of a file that would follow each other faster are left out.
        """
        self._kept = kept
        self._what = what
        self._line_every = line_every
        self._last_line = -math.inf
        self._spinner = console.status("")
        self._bar = Progress(
            TextColumn(what),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._spinner.stop()
        if self._task is not None and kind is None:
            self._bar.update(self._task, total=1.0, completed=1.0)
        self._bar.stop()
        if kind is KeyboardInterrupt:
            console.print(f"Stopped; {self._kept}. The same command goes on from here.")
            sys.exit(130)

    def status(self, text: str) -> None:
        if not console.is_terminal:
            self._write_line(text)
            return
        self._spinner.update(text)
        self._spinner.start()

    def progress(self, text: str, share: float | None = None) -> None:
        if not console.is_terminal:
            self._write_line(text)
            return
        self._spinner.stop()
        if self._task is None:
            self._task = self._bar.add_task("", total=None, state="")
            self._bar.start()
        total = None if share is None else 1.0
        self._bar.update(self._task, total=total, completed=share, state=text)

    def _write_line(self, text: str) -> None:
        now = time.monotonic()
        if now - self._last_line >= self._line_every:
            self._last_line = now
            # Rich writes through to the file.
            console.print(f"{self._what} {text}".strip(), markup=False, soft_wrap=True)

    def note(self, text: object) -> None:
        console.print(text, soft_wrap=True)

    def warn(self, text: str) -> None:
        warn(text)


def example(*lines: str, what: str = "") -> str:
    """What a help text ends with, kept line by line."""
    title = f"Example, {what}:" if what else "Example:"
    return "\b\n" + "\n  ".join([title, *lines])
