"""A population as people read it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from ..estimators.prior.population import USUAL_RIDGE
from .build import BuiltPopulation
from .leave_one_out import Agreement, average


def make_table(built: BuiltPopulation) -> RenderableType:
    """One row per muscle, their mean, and what the columns are."""
    population = built.population
    table = Table(box=None, pad_edge=False)
    table.add_column("muscle", overflow="fold")
    for heading in ("people", "r weighed", "r mean of others", "r copy"):
        table.add_column(heading, justify="right")
    by_muscle = {each.muscle: each for each in built.agreements}
    for muscle, people in zip(population.muscles, population.people, strict=True):
        unasked = Agreement(muscle, math.nan, math.nan, math.nan)
        table.add_row(escape(muscle), f"{people:.0f}", *_cells(by_muscle.get(muscle, unasked)))
    if not built.agreements:
        return Group(table, "Nobody new could be left out, so that nothing tells how well it fits.")
    table.add_row("mean", "", *_cells(average(built.agreements)))
    note = (
        "Each new person is left out in turn; r is of the recorded curve with what the\n"
        f"others say: weighed by the person's other channels (ridge {USUAL_RIDGE:g}); their mean\n"
        "alone; or with a copy of the person's channel whose mean is most like this\n"
        "muscle's among the others. Mean cycles are smoother than strides: r flatters."
    )
    return Group(table, note)


def describe_sources(built: BuiltPopulation) -> Iterable[str]:
    """Where the people come from, one line each."""
    for source in built.population.sources:
        yield escape(f"{source.people} people: {source.title} ({source.origin}), {source.licence}")


def _cells(agreement: Agreement) -> tuple[str, str, str]:
    weighed, mean, copy = (
        f"{value:.2f}" if math.isfinite(value) else "–"
        for value in (agreement.weighed, agreement.mean, agreement.copy)
    )
    return weighed, mean, copy
