"""Colours of all figures: few, and told apart by colour-blind eyes and on grey prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Dash = Literal["solid", "dash", "dot"]

NMM, REFERENCE, BASELINE = "#c8442c", "#222222", "#8a8f98"
OUTSIDE = "#e4e4e4"
"""Behind frames that lie outside what training saw."""

# Okabe and Ito (2008), https://jfly.uni-koeln.de/color: without the yellow, too pale for a line.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#222222")
DASHES: tuple[Dash, ...] = ("solid", "dash", "dot")


@dataclass(frozen=True)
class Style:
    """How one muscle's line is drawn, everywhere."""

    color: str
    dash: Dash


def choose_styles(names: Sequence[str]) -> dict[str, Style]:
    """A style for each name: colours first, then dashes; beyond 21 they repeat."""
    return {
        name: Style(COLORS[i % len(COLORS)], DASHES[i // len(COLORS) % len(DASHES)])
        for i, name in enumerate(names)
    }
