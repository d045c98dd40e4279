"""A laboratory's markers (.trc) as OpenSim takes them: axes turned, prefix off, unit corrected."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..errors import NMMError
from ..formats.trc import METRES, Markers, read_trc, strip_prefix, write_trc
from .axes import read_axes


def convert_trc(
    path: Path,
    output: Path,
    axes: str | None = None,
    prefix: str | None = None,
    units: str | None = None,
) -> Markers:
    """Write markers of a .trc for OpenSim, gaps as empty cells; returns what was written.

    ``axes`` is as in ``read_axes``; ``prefix`` is taken off the names that have it. ``units`` (mm,
    cm, m) are those of the numbers, where the file states others; the numbers stay as they are.
    """
    if output.suffix.lower() != ".trc":
        raise NMMError(f"output '{output}': expected a .trc, but found '{output.suffix}'.")
    markers = read_trc(path)
    if output.exists() and output.samefile(path):
        raise NMMError(
            f"output '{output}': expected another file than the one that is read; give it a name "
            "of its own."
        )
    if units is not None and units not in METRES:
        raise NMMError(f"units: expected one of {', '.join(METRES)}, but found '{units}'.")
    if prefix is not None:
        markers = strip_prefix(markers, prefix)
    if axes is not None:
        # Plus 0, so that no 0 is written as -0.
        markers = replace(markers, positions=markers.positions @ read_axes(axes).T + 0.0)
    if units is not None:
        markers = replace(markers, units=units)
    write_trc(output, markers)
    return markers
