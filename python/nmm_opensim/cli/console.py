"""What all verbs share: the terminal, the setup they take, the example their help ends with."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
SETUP = click.argument("setup", type=FILE)
MODEL = click.argument("model", type=FILE)
console = Console(highlight=False)


def warn(text: str) -> None:
    """Something that a user should know and that stops nothing."""
    console.print(f"Warning: {text}", style="yellow", soft_wrap=True)


def make_progress(what: str, state: str) -> Progress:
    """A bar for a long step; ``state`` is the format of what stands behind it."""
    return Progress(
        TextColumn(what), BarColumn(), TextColumn(state), TimeElapsedColumn(), console=console
    )


def example(*lines: str, what: str = "") -> str:
    """What a help text ends with, kept line by line."""
    title = f"Example, {what}:" if what else "Example:"
    return "\b\n" + "\n  ".join([title, *lines])
