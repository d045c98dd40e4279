"""What all verbs share: the terminal, the setup they take, the example their help ends with."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

SETUP = click.argument("setup", type=click.Path(path_type=Path, dir_okay=False))
MODEL = click.argument("model", type=click.Path(path_type=Path, dir_okay=False))
console = Console(highlight=False)


def warn(text: str) -> None:
    """Something that a user should know and that stops nothing."""
    console.print(f"Warning: {text}", style="yellow", soft_wrap=True)


def example(*lines: str, what: str = "") -> str:
    """What a help text ends with, kept line by line."""
    title = f"Example, {what}:" if what else "Example:"
    return "\b\n" + "\n  ".join([title, *lines])
