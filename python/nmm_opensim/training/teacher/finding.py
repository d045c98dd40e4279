"""What was found about the moments of a trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import Flags

# Frames of a trial beyond a limit that are more than single spikes.
SPIKES, SPIKES_SHARE = 3, 0.01


@dataclass(frozen=True)
class Finding:
    """One line about a ``trial``; ``nonsense`` must not teach, anything else is doubtful.

    Findings of the same ``kind`` say the same of several trials.
    """

    trial: str
    kind: str
    text: str
    nonsense: bool = False


def is_more_than_spikes(beyond: Flags, share: float = SPIKES_SHARE) -> bool:
    """Whether enough of the frames, flags of shape (frames,), are beyond a limit."""
    return int(np.sum(beyond)) >= max(SPIKES, share * len(beyond))


def merge(findings: Sequence[Finding]) -> list[str]:
    """A line for each kind: that of the first trial, and which others it holds for."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    lines = []
    for first, *others in kinds.values():
        names = dict.fromkeys(other.trial for other in others if other.trial != first.trial)
        more = f" (the same in {', '.join(names)})" if names else ""
        lines.append(first.text + more)
    return lines
