"""What a muscle conversion changed: on the terminal, as CSV and as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from rich.console import Group, RenderableType
from rich.table import Table as RichTable

from ...files import write_atomically, write_csv
from .classes import CLASSES
from .convert import TARGET
from .isometric import COMPARED_LENGTHS
from .replacement import ConvertedMuscle

BEFORE, AFTER = "#222222", "#c8442c"
PANELS_ACROSS = 5

NOTE = (
    "Differences of isometric tendon force, in % of maximum isometric force, over\n"
    "muscle-tendon lengths from 0.5 to 1.5 optimal fibre lengths beyond the tendon's\n"
    "slack length, between OpenSim's old and new class. Full: activation 1; passive:\n"
    "activation 0.01. Velocity: between the two force-velocity curves."
)


def make_report(muscles: Sequence[ConvertedMuscle]) -> RenderableType:
    """For each old class what became of its properties, for each muscle what its forces became."""
    if not muscles:
        return f"Nothing to convert: every muscle is a {TARGET}."
    ordered = sorted(muscles, key=lambda m: m.old_class)
    classes = groupby(ordered, key=lambda m: m.old_class)
    return Group(*(_make_class_report(name, list(members)) for name, members in classes), NOTE)


def _make_class_report(old_class: str, muscles: Sequence[ConvertedMuscle]) -> RenderableType:
    rules = CLASSES[old_class]
    forces = RichTable(
        title=f"From {old_class} to {TARGET}",
        title_style="bold",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    forces.add_column("", width=22, overflow="fold")
    for heading in ("full largest", "full RMS", "passive largest", "passive RMS", "velocity RMS"):
        forces.add_column(heading, justify="right", width=9)
    for muscle in muscles:
        forces.add_row(muscle.name, *(f"{100.0 * value:.1f}" for value in _figures(muscle)))
    properties = RichTable.grid(padding=(0, 2))
    for what, entries in (
        ("became", [f"{old} → {new}" for old, new in rules.expressed.items()]),
        ("lost", [*_describe(m.lost for m in muscles), *filter(None, [rules.behaviour])]),
        ("new", _describe(m.added for m in muscles)),
        ("changed", _describe(m.changed for m in muscles)),
    ):
        properties.add_row(what, "; ".join(entries) or "nothing")
    return Group(forces, "", properties, "")


def _figures(muscle: ConvertedMuscle) -> list[float]:
    full, passive = muscle.full, muscle.passive
    return [full.largest, full.rms, passive.largest, passive.rms, muscle.force_velocity_rms]


def _describe(muscles: Iterable[Mapping[str, str]]) -> list[str]:
    """Properties with the values they have in these muscles; the CSV has them for each."""
    values: dict[str, list[str]] = {}
    for muscle in muscles:
        for name, value in muscle.items():
            known = values.setdefault(name, [])
            if value not in known:
                known.append(value)
    return [
        f"{name} ({found[0] if len(found) == 1 else f'{len(found)} values'})"
        for name, found in values.items()
    ]


def write_properties(path: Path, muscles: Sequence[ConvertedMuscle]) -> None:
    """One row for each muscle: what was lost, added and changed, and by how much its forces."""
    header = ["muscle", "old_class", "lost", "added", "changed"]
    header += ["full_largest", "full_rms", "passive_largest", "passive_rms", "force_velocity_rms"]
    rows = [
        [
            muscle.name,
            muscle.old_class,
            *(
                "; ".join(f"{name}: {value}" for name, value in entries.items())
                for entries in (muscle.lost, muscle.added, muscle.changed)
            ),
            *_figures(muscle),
        ]
        for muscle in muscles
    ]
    write_csv(path, header, rows)


def write_curves(path: Path, muscles: Sequence[ConvertedMuscle]) -> None:
    """Isometric tendon force over length, in maximum isometric forces; empty where not found."""
    header = ["muscle", "length_beyond_slack_over_optimal_fiber_length"]
    header += ["full_before", "full_after", "passive_before", "passive_after"]
    rows = []
    for muscle in muscles:
        full, passive = muscle.full, muscle.passive
        columns = (COMPARED_LENGTHS, full.before, full.after, passive.before, passive.after)
        for values in zip(*(column.tolist() for column in columns), strict=True):
            rows.append([muscle.name, *("" if math.isnan(v) else f"{v:.6g}" for v in values)])
    write_csv(path, header, rows)


def draw_curves(path: Path, muscles: Sequence[ConvertedMuscle]) -> None:
    """One panel for each muscle, written to ``path`` (PNG)."""
    across = min(PANELS_ACROSS, len(muscles))
    down = math.ceil(len(muscles) / across)
    figure, axes = plt.subplots(
        down,
        across,
        figsize=(2.4 * across + 0.6, 1.9 * down + 1.0),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    for axis in axes.flat[len(muscles) :]:
        axis.set_axis_off()
    for axis, muscle in zip(axes.flat, muscles, strict=False):
        for forces, activation, style in (
            (muscle.full, "full activation", "-"),
            (muscle.passive, "activation 0.01", ":"),
        ):
            before, after = f"before, {activation}", f"after, {activation}"
            axis.plot(COMPARED_LENGTHS, forces.before, style, color=BEFORE, label=before)
            axis.plot(COMPARED_LENGTHS, forces.after, style, color=AFTER, label=after)
        axis.set_title(muscle.name, loc="left", fontsize=9)
        axis.spines[["top", "right"]].set_visible(False)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(),
        loc="outside upper left",
        ncols=2,
        frameon=False,
        fontsize=8,
    )
    figure.supxlabel("length beyond tendon slack length / optimal fibre length", fontsize=9)
    figure.supylabel("isometric tendon force / maximum", fontsize=9)
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=120, format="png"))
    plt.close(figure)
