"""Pictures of a run: deep EMG against its hidden recording, moments against inverse dynamics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from . import _core
from .files import write_atomically
from .results import RunResults
from .tables import Array, Table, read_table

NMM, REFERENCE, BASELINE = "#c8442c", "#222222", "#8a8f98"


@dataclass(frozen=True)
class _Line:
    label: str
    values: Array
    color: str
    style: str


def draw_run(results: RunResults, path: Path) -> None:
    """One panel per deep muscle and per moment, written to ``path`` (PNG)."""
    panels = _deep_panels(results) + _moment_panels(results)
    figure, axes = plt.subplots(
        len(panels), 1, figsize=(8.0, 2.6 * len(panels)), sharex=True, squeeze=False
    )
    for axis, (title, unit, time, lines) in zip(axes[:, 0], panels, strict=True):
        _draw_panel(axis, title, unit, time, lines)
    axes[-1, 0].set_xlabel("time (s)")
    figure.tight_layout()
    write_atomically(path, lambda temporary: figure.savefig(temporary, dpi=150, format="png"))
    plt.close(figure)


def _draw_panel(axis: Axes, title: str, unit: str, time: Array, lines: list[_Line]) -> None:
    for line in lines:
        width = 2.0 if line.color == NMM else 1.4
        axis.plot(time, line.values, line.style, color=line.color, lw=width, label=line.label)
    axis.set_title(title, loc="left", fontsize=10)
    axis.set_ylabel(unit)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))


def _deep_panels(results: RunResults) -> list[tuple[str, str, Array, list[_Line]]]:
    emg = read_table(results.setup.emg_file, "EMG file").shift(results.setup.emg_time_offset)
    time = results.excitations.time
    synergists = results.artefact.content["training"]["synergist_channels"]
    panels = []
    for muscle in results.artefact.deep_muscles:
        name, hidden = muscle["name"], muscle["source"]["recorded_channel"]
        column = next(c for c in results.excitations.columns if c.split("/")[-1] == name)
        estimate = results.excitations.select([column]).values[:, 0]
        lines = [_Line("NMM", estimate, NMM, "-")]
        title = f"{name}: reconstructed EMG"
        if hidden in emg.columns:
            lines.append(_Line("hidden recording", _at(emg, hidden, time), REFERENCE, "-"))
            title += f", r = {results.agreement[f'{name}_excitation/r']:.2f} with the recording"
        for channel in synergists.get(name, [])[:1]:
            lines.append(_Line(f"copy of {channel}", _at(emg, channel, time), BASELINE, "--"))
        panels.append((title, "excitation", time, lines))
    return panels


def _at(emg: Table, channel: str, times: Array) -> Array:
    recording = emg.select([channel])
    return _core.sample(recording.time, recording.values, times)[:, 0]


def _moment_panels(results: RunResults) -> list[tuple[str, str, Array, list[_Line]]]:
    table = results.joint_moments
    suffix = "_inverse_dynamics"
    panels = []
    for column in (c for c in table.columns if not c.endswith(suffix)):
        lines = [_Line("NMM", table.select([column]).values[:, 0], NMM, "-")]
        title = column.replace("_", " ")
        if column + suffix in table.columns:
            reference = table.select([column + suffix]).values[:, 0]
            lines.append(_Line("inverse dynamics", reference, REFERENCE, "-"))
            title += f", r = {results.agreement[f'{column}/r']:.2f} with inverse dynamics"
        panels.append((title, "N m", table.time, lines))
    return panels
