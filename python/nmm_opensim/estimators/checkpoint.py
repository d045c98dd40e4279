"""The steps of a fit on disk, beside the artefact that it will become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ..errors import NMMError
from ..files import write_atomically
from .steps import Progress, Steps


class Checkpoint:
    """Loading cannot execute code, and a stranger's steps are ignored."""

    def __init__(self, path: Path, key: str) -> None:
        """``key`` stands for all that the fit is made from."""
        self._path = path
        self._key = key

    def open_steps(self, progress: Progress) -> Steps:
        """The steps that were taken of this very fit; those to come are kept."""
        kept = self._read()
        return Steps(kept.get("found"), kept.get("started"), self._write, progress)

    def clear(self) -> None:
        """Forget the steps."""
        self._path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        if not self._path.is_file():
            return {}
        try:
            content = torch.load(self._path, weights_only=True)
        except Exception as error:
            # torch raises many kinds for a damaged file; its progress is lost either way.
            raise NMMError(
                f"checkpoint '{self._path}': torch cannot read it "
                f"({type(error).__name__}); delete it to start anew."
            ) from None
        # One of an older version has no steps.
        steps: dict[str, Any] = content.get("steps", {}) if content["key"] == self._key else {}
        return steps

    def _write(self, steps: Steps) -> None:
        # Written whole or not at all: an interruption leaves the old ones.
        content = {
            "key": self._key,
            "steps": {"found": steps.found, "started": steps.started},
        }
        write_atomically(self._path, lambda temporary: torch.save(content, temporary))
