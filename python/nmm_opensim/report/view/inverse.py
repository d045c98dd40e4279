"""The quality of joint angles and moments."""

from __future__ import annotations

from typing import Any

from ...recordings.inverse.quality import KinematicsQuality
from ...recordings.inverse.quality_file import Quality, list_rows
from ..content import Inverse
from .numbers import format_span


def describe_inverse(results: list[Inverse]) -> list[dict[str, Any]]:
    """Rows, findings and a line of facts for every file of angles or moments."""
    described = []
    for result in results:
        entry: dict[str, Any] = {"name": result.name, "command": result.command, "facts": None}
        if (quality := result.quality) is not None:
            entry["facts"] = _describe(quality)
            entry["rows"] = list_rows(quality)
            entry["findings"] = [*quality.judgements, *result.warnings]
        described.append(entry)
    return described


def list_inverse_warnings(results: list[Inverse]) -> list[str]:
    """What is beyond a threshold."""
    return [
        f"{result.name}: {text}"
        for result in results
        if result.quality is not None
        for text in result.quality.judgements
    ]


def _describe(quality: Quality) -> str:
    span = format_span(quality.initial_time, quality.final_time, 2)
    facts = f"{quality.frames} frames, {span} s"
    if isinstance(quality, KinematicsQuality):
        gaps = sum(marker.gaps for marker in quality.markers)
        zeros = sum(marker.zeros for marker in quality.markers)
        facts += f"; all markers {100 * quality.rms:.2f} cm (RMS)"
        facts += f"; {gaps} gaps, which nothing has filled" if gaps else "; no gaps"
        if zeros:
            facts += f", {zeros} of them written as 0 0 0 in the file"
    elif quality.root is None:
        facts += "; the model has no free joint, so there are no residuals"
    elif quality.net_force is not None and quality.centre_height is not None:
        facts += (
            f"; largest external force {quality.net_force:.0f} N, mass centre at "
            f"{quality.centre_height:.2f} m"
        )
    return facts
