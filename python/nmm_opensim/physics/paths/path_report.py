"""Errors of fitted paths as people read them: the worst few on the terminal, all in a CSV file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table as RichTable

from ...files import write_csv
from .path_errors import ACTIVATION, PathReport, PathRow

WORST_SHOWN = 5


def write_path_report(path: Path, report: PathReport) -> None:
    """Every muscle as one row of a CSV file."""
    header = [field.name for field in dataclasses.fields(PathRow)]
    write_csv(path, header, map(dataclasses.astuple, report.rows))


def describe_path_report(report: PathReport) -> RenderableType:
    """The worst few, and every muscle that keeps the model's path or has a note."""
    used = [row for row in report.rows if row.path != "model"]
    table = RichTable(
        title=f"Fitted muscle paths: {len(used)} of {len(report.rows)} muscles; "
        f"the {min(WORST_SHOWN, len(used))} with the largest effect on force",
        title_style="bold",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("", width=14, overflow="fold")
    for heading in ("length (mm)", "arm (mm)", "force (% F0)", "moment (N m)"):
        table.add_column(heading, justify="right", width=14)
    for row in sorted(used, key=lambda r: -r.force_max_percent)[:WORST_SHOWN]:
        table.add_row(
            row.muscle,
            f"{row.length_rms_mm:.3f} ({row.length_max_mm:.2f})",
            f"{row.moment_arm_rms_mm:.3f} ({row.moment_arm_max_mm:.2f})",
            f"{row.force_rms_percent:.2f} ({row.force_max_percent:.2f})",
            f"{row.moment_rms:.2f} ({row.moment_max:.2f})",
        )
    lines = [f"{row.muscle}: {row.note}" for row in report.rows if row.note]
    note = f"RMS (largest) against the model's own paths, at an activation of {ACTIVATION:g}."
    return Group(table, note, *lines)
