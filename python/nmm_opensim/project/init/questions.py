"""What no file can tell: taken from options, or asked where somebody can answer."""

from __future__ import annotations

from collections.abc import Callable

from ...errors import NMMError

Ask = Callable[[str], str]
"""Called with a question; returns the answer."""


def need(ask: Ask | None, option: str, question: str) -> str:
    """The answer, or an error that names the option where nobody is at a terminal."""
    if ask is None:
        raise NMMError(f"init: missing option {option}: {question}; no file tells it.")
    while not (answer := ask(question).strip()):
        pass
    return answer
