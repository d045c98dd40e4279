"""Steps of a fit: what is found is kept, so that a fit that was stopped goes on where it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from ..arrays import Array

State = dict[str, Any]
"""Tensors, numbers, and dictionaries and lists of them: what torch loads without running code."""

Progress = Callable[[str, float | None], None]
"""Called with what is done and, where that is known, the share that is done (0 to 1)."""


class Steps:
    """Runs each step once, and tells how far a fit has come.

    What an earlier fit of the same task has found is taken from there; a step that was stopped in
    its middle goes on from the last state that it left.
    """

    def __init__(
        self,
        found: Mapping[str, State] | None = None,
        started: Mapping[str, State] | None = None,
        keep: Callable[[Steps], None] = lambda steps: None,
        progress: Progress = lambda text, share: None,
    ) -> None:
        """``found`` and ``started`` are those of an earlier fit; ``keep`` is called at each change.

        ``progress`` hears how far the fit has come.
        """
        self.found = dict(found or {})
        self.started = dict(started or {})
        self._keep = keep
        self._progress = progress

    def part(self, index: int, count: int) -> Steps:
        """The same steps, as one of ``count`` equal parts of a longer fit."""

        def progress(text: str, share: float | None) -> None:
            self._progress(text, None if share is None else (index + share) / count)

        part = Steps(keep=self._keep, progress=progress)
        part.found, part.started = self.found, self.started
        return part

    def tell(self, text: str, share: float | None = None) -> None:
        """What is being done, and the share of this fit that is done."""
        self._progress(text, share)

    def run(self, name: str, compute: Callable[[], State]) -> State:
        """What the step ``name`` finds, which is computed unless it is known."""
        if name not in self.found:
            self.found[name] = compute()
            self.started.pop(name, None)
            self._keep(self)
        return self.found[name]

    def run_array(self, name: str, compute: Callable[[], Array]) -> Array:
        """As :meth:`run`, for a step that finds one array."""
        found = self.run(name, lambda: {"array": torch.from_numpy(compute())})
        array: Array = found["array"].numpy()
        return array

    def leave(self, name: str, state: State) -> None:
        """Keep the state of the step ``name``, which is not finished."""
        self.started[name] = state
        self._keep(self)
