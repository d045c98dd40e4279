"""The quality of raw EMG as JSON, whose layout docs/emg.md describes, and as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from ...errors import NMMError
from ...files import write_text
from .emg_setup import EmgSetup
from .quality import THRESHOLDS, ChannelQuality, Examined, Finding

FORMAT, VERSION = "nmm-emg-quality", 1


def write_quality(setup: EmgSetup, recordings: Sequence[Examined]) -> None:
    """Write all figures and findings; numbers that JSON lacks become null."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "name": setup.name,
        "mains_frequency": setup.mains_frequency,
        "thresholds": THRESHOLDS,
        "recordings": [asdict(recording) for recording in recordings],
    }
    write_text(setup.quality_file, json.dumps(_finite(content), indent=1, allow_nan=False) + "\n")


def read_quality(file: Path) -> list[Examined]:
    """What :func:`write_quality` wrote; numbers that JSON lacks are NaN."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if (content["format"], content["version"]) != (FORMAT, VERSION):
            raise ValueError(f"{content['format']} {content['version']}")
        return [
            Examined(
                recording["name"],
                [ChannelQuality(**_numbers(figures)) for figures in recording["channels"]],
                [Finding(**_numbers(finding)) for finding in recording["findings"]],
            )
            for recording in content["recordings"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise NMMError(
            f"EMG quality '{file}': expected {FORMAT} {VERSION}, but found something else "
            f"({error}); process the EMG again."
        ) from None


def _numbers(entries: dict[str, Any]) -> dict[str, Any]:
    return {key: math.nan if value is None else value for key, value in entries.items()}


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def make_table(recordings: Iterable[Examined]) -> Table:
    """Every finding in a row."""
    table = Table(box=None)
    for title in ("recording", "channel", "time (s)", "finding", "what to do"):
        table.add_column(title, overflow="fold")
    for recording in recordings:
        for finding in recording.findings:
            table.add_row(
                escape(recording.name),
                escape(finding.channel),
                f"{finding.start:.2f}–{finding.end:.2f}",
                escape(f"{finding.check.replace('_', ' ')}: {finding.text}"),
                escape(finding.suggestion),
            )
    return table
