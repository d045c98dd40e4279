"""The quality of joint angles and moments as JSON beside them, and as tables."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from ...errors import NMMError
from ...files import require_reasonable, write_text
from ...listener import Listener
from .quality import (
    MARKER_MAXIMUM,
    MARKER_RMS,
    RESIDUAL_FORCE,
    RESIDUAL_MOMENT,
    DynamicsQuality,
    KinematicsQuality,
    MarkerError,
    Residual,
)

FORMAT, VERSION = "nmm-inverse-quality", 1
THRESHOLDS = {
    "marker_rms": MARKER_RMS,
    "marker_maximum": MARKER_MAXIMUM,
    "residual_force_of_net_force": RESIDUAL_FORCE,
    "residual_moment_of_net_force_and_height": RESIDUAL_MOMENT,
}
SHOWN = 5

Quality = KinematicsQuality | DynamicsQuality


class Noting(Listener):
    """Passes all on and keeps the warnings, which belong to the quality of a result."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.warnings: list[str] = []

    def note(self, text: object) -> None:
        self._listener.note(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)
        self._listener.warn(text)


def quality_file(result: Path) -> Path:
    """Where the quality of a result is written: beside it."""
    return result.with_name(f"{result.stem}_quality.json")


def write_quality(result: Path, quality: Quality, warnings: Sequence[str]) -> None:
    """Write figures (m, N, N m, s), what is beyond a threshold, and ``warnings`` of the inputs."""
    kind = "kinematics" if isinstance(quality, KinematicsQuality) else "dynamics"
    content = {
        "format": FORMAT,
        "version": VERSION,
        "kind": kind,
        "result": result.name,
        "gaps_filled": False,
        "thresholds": THRESHOLDS,
        **asdict(quality),
        "beyond_thresholds": quality.judgements,
        "warnings": list(warnings),
    }
    write_text(quality_file(result), json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_quality(file: Path) -> tuple[Quality, list[str]]:
    """What :func:`write_quality` wrote: figures, and the warnings of the inputs."""
    try:
        content = json.loads(require_reasonable(file, "quality").read_text(encoding="utf-8"))
        if (content["format"], content["version"]) != (FORMAT, VERSION):
            raise ValueError(f"{content['format']} {content['version']}")
        times = [_number(content[key]) for key in ("initial_time", "final_time")]
        frames = int(_number(content["frames"]))
        warnings = [str(text) for text in content["warnings"]]
        if content["kind"] == "kinematics":
            markers = tuple(_read_marker(entry) for entry in content["markers"])
            rms = _number(content["rms"])
            return KinematicsQuality(frames, times[0], times[1], rms, markers), warnings
        return DynamicsQuality(
            frames,
            times[0],
            times[1],
            None if content["root"] is None else str(content["root"]),
            _optional(content["net_force"]),
            _optional(content["centre_height"]),
            _read_residual(content["force"]),
            _read_residual(content["moment"]),
        ), warnings
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NMMError(
            f"quality '{file}': expected {FORMAT} {VERSION}, but found something else "
            f"({type(error).__name__}: {str(error)[:80]}); make it again."
        ) from None


def _read_marker(entry: dict[str, Any]) -> MarkerError:
    numbers = [_number(entry[key]) for key in ("rms", "maximum", "time")]
    counts = [int(_number(entry[key])) for key in ("gaps", "zeros")]
    return MarkerError(str(entry["name"]), numbers[0], numbers[1], numbers[2], counts[0], counts[1])


def _read_residual(entry: dict[str, Any] | None) -> Residual | None:
    if entry is None:
        return None
    rms, peak, time = (_number(entry[key]) for key in ("rms", "peak", "time"))
    return Residual(rms, peak, time, _optional(entry["limit"]))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"no number: {value!r}")
    return float(value)


def _optional(value: Any) -> float | None:
    return None if value is None else _number(value)


def tell_quality(quality: Quality, result: Path, listener: Listener) -> None:
    """Show a short table and, of each figure beyond its threshold, a warning."""
    listener.note(_tabulate(quality))
    for text in quality.judgements:
        listener.warn(f"{result.name}: {text}.")


def list_rows(quality: Quality) -> list[list[str]]:
    """Rows of a table: what, RMS, largest, when, threshold, and gaps."""
    if isinstance(quality, KinematicsQuality):
        return [
            [
                marker.name,
                f"{100 * marker.rms:.2f} cm",
                f"{100 * marker.maximum:.2f} cm",
                f"{marker.time:.2f} s",
                f"{100 * MARKER_RMS:g} / {100 * MARKER_MAXIMUM:g} cm",
                f"{marker.gaps} of {quality.frames}" if marker.gaps else "none",
            ]
            for marker in sorted(quality.markers, key=lambda marker: -marker.rms)
        ]
    residuals = {"force": (quality.force, "N"), "moment": (quality.moment, "N m")}
    return [
        [
            f"residual {name} at {quality.root}",
            f"{residual.rms:.1f} {unit}",
            f"{residual.peak:.1f} {unit}",
            f"{residual.time:.2f} s",
            "–" if residual.limit is None else f"{residual.limit:.1f} {unit}",
            "–",
        ]
        for name, (residual, unit) in residuals.items()
        if residual is not None
    ]


def _tabulate(quality: Quality) -> Table | str:
    rows = list_rows(quality)
    if not rows:
        return "No free joint: there are no residuals."
    table = Table(box=None)
    for title in ("what", "RMS", "largest", "at", "threshold", "gaps"):
        table.add_column(title, overflow="fold")
    for row in rows[:SHOWN]:
        table.add_row(*map(escape, row))
    if len(rows) > SHOWN:
        table.add_row(f"… and {len(rows) - SHOWN} more")
    return table
