"""Progress of a training on disk, beside the artefact that it will become."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ..errors import NMMError
from ..files import write_atomically


class Checkpoint:
    """Loading cannot execute code, and a stranger's progress is ignored."""

    def __init__(self, path: Path, key: str) -> None:
        """``key`` stands for all that the training is made from."""
        self._path = path
        self._key = key

    def read(self) -> dict[str, Any]:
        """What was written for this very training; empty if nothing was."""
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
        progress: dict[str, Any] = content["progress"] if content["key"] == self._key else {}
        return progress

    def write(self, progress: Mapping[str, Any]) -> None:
        """Replace the checkpoint; an interruption leaves the old one."""
        content = {"key": self._key, "progress": dict(progress)}
        write_atomically(self._path, lambda temporary: torch.save(content, temporary))

    def clear(self) -> None:
        """Forget the progress."""
        self._path.unlink(missing_ok=True)
