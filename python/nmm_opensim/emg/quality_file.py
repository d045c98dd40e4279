"""The quality of raw EMG as JSON, whose layout docs/emg.md describes, and as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from ..files import write_text
from .quality import THRESHOLDS, Examined
from .setup import EmgSetup

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
