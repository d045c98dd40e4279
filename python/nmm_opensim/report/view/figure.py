"""A plot in the page."""

from __future__ import annotations

from dataclasses import dataclass

from ..plots import Plot


@dataclass(frozen=True)
class Figure:
    """A plot under a caption; ``name`` identifies it in the page."""

    name: str
    caption: str
    plot: Plot
