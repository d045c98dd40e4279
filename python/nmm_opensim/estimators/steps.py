"""Steps of a fit whose results are kept, so that an interrupted fit goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..arrays import Array


class Steps:
    """Runs each step once: what an earlier fit of the same task has found is taken from there."""

    def __init__(
        self,
        found: Mapping[str, Array] | None = None,
        keep: Callable[[Mapping[str, Array]], None] = lambda found: None,
    ) -> None:
        """``keep`` is called after every step with all that is found so far."""
        self._found = dict(found or {})
        self._keep = keep

    def run(self, name: str, compute: Callable[[], Array]) -> Array:
        """The result of the step ``name``, which is computed unless it is known."""
        if name not in self._found:
            self._found[name] = compute()
            self._keep(self._found)
        return self._found[name]
