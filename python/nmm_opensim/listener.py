"""Who hears of long work while it goes on."""

from __future__ import annotations


class Listener:
    """Hears what is done, how far it is and what a user should know; this one keeps silent.

    A subclass overrides what it wants to show. Raising ``KeyboardInterrupt`` in any of these stops
    the work as Ctrl-C does: what is done is kept where the work says that it can go on.
    """

    def status(self, text: str) -> None:
        """What is being done, where nobody knows how long it takes."""

    def progress(self, text: str, share: float | None = None) -> None:
        """A state of the work and the share that is done (0 to 1), where that is known."""

    def note(self, text: object) -> None:
        """Something that was found or written: words, or a table that Rich can show."""

    def warn(self, text: str) -> None:
        """Something that a user should know and that stops nothing."""


SILENT = Listener()
