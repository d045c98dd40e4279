"""What the plots of a run show, whatever draws them: lines and intervals over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import _core
from ..arrays import Array, find_runs
from ..formats.tables import Table, read_table
from .palette import BASELINE, NMM, REFERENCE, Dash, choose_styles
from .results import RunResults


@dataclass(frozen=True)
class Line:
    """A series (frames,); ``muscle`` where it belongs to one."""

    label: str
    values: Array
    color: str
    dash: Dash = "solid"
    muscle: str | None = None


@dataclass(frozen=True)
class Band:
    """An interval around a line; both bounds (frames,)."""

    label: str
    lower: Array
    upper: Array
    color: str


@dataclass(frozen=True)
class Panel:
    """Lines over one ``time`` (s), (frames,); ``subject`` is the muscle or coordinate.

    ``outside`` are spans (s) of frames that lie outside what training saw.
    """

    subject: str
    title: str
    unit: str
    time: Array
    lines: tuple[Line, ...]
    band: Band | None = None
    outside: tuple[tuple[float, float], ...] = ()


def make_deep_panels(results: RunResults) -> list[Panel]:
    """Each deep muscle: EMG with its 90 % interval, hidden recording and a neighbour's copy.

    The scale of a deep muscle's EMG cannot be known: recording and copy are drawn in the best one.
    """
    emg = read_table(results.setup.emg_file, "EMG file").shift(results.setup.emg_time_offset)
    time = results.excitations.time
    outside = _find_spans(results, time)
    panels = []
    for source in results.artefact.deep_sources:
        name, hidden = source.muscle, source.recorded_channel
        excitation = results.get_muscle(results.excitations, name)
        lines = [Line("NMM", excitation, NMM, muscle=name)]
        title = f"{name}: reconstructed EMG"
        recording = None
        if hidden is not None and hidden in emg.columns:
            recording = _scale(_at(emg, hidden, time), excitation)
            lines.append(Line("hidden recording, scaled", recording, REFERENCE))
            r = results.agreement.get(f"{name}_excitation/r")
            title += "" if r is None else f", r = {r:.2f} with the recording"
        for channel in source.synergists[:1]:
            copy = _at(emg, channel, time)
            if recording is not None:
                copy = _scale_to(copy, recording)
            lines.append(Line(f"copy of {channel}", copy, BASELINE, "dash"))
        band = _make_band(results, name)
        panels.append(Panel(name, title, "excitation", time, tuple(lines), band, outside))
    return panels


def _find_spans(results: RunResults, time: Array) -> tuple[tuple[float, float], ...]:
    """Spans of frames outside training on the clock of ``time``, (frames,).

    Each frame stands for the time halfway to its neighbours.
    """
    borders = np.concatenate([time[:1], (time[1:] + time[:-1]) / 2, time[-1:]])
    runs = find_runs(results.find_outside())
    return tuple((float(borders[first]), float(borders[end])) for first, end in runs)


def _scale(recording: Array, estimate: Array) -> Array:
    """A recording where the estimate is nearest to it: nobody knows the scale of a deep muscle."""
    scale = _core.agreement(estimate, recording).best_scale
    return recording / scale if scale > 0 else recording


def _scale_to(copy: Array, recording: Array) -> Array:
    """A copy in the scale in which it is nearest to a recording."""
    scale = _core.agreement(copy, recording).best_scale
    return scale * copy if scale > 0 else copy


def _make_band(results: RunResults, muscle: str) -> Band | None:
    table = results.excitation_intervals
    # Of some deep muscles the error is known and of others it is not.
    if table is None or not any(f"/{c}".endswith(f"/{muscle}/lower") for c in table.columns):
        return None
    lower, upper = (results.get_muscle(table, f"{muscle}/{end}") for end in ("lower", "upper"))
    return Band("90 % interval", lower, upper, NMM)


def _at(emg: Table, channel: str, times: Array) -> Array:
    recording = emg.select([channel])
    return _core.sample(recording.time, recording.values, times)[:, 0]


def make_moment_panels(results: RunResults) -> list[Panel]:
    """Each moment beside inverse dynamics, where the run was given it."""
    table = results.joint_moments
    suffix = "_inverse_dynamics"
    outside = _find_spans(results, table.time)
    panels = []
    for column in (c for c in table.columns if not c.endswith(suffix)):
        lines = [Line("NMM", table.select([column]).values[:, 0], NMM)]
        title = column.replace("_", " ")
        if column + suffix in table.columns:
            reference = table.select([column + suffix]).values[:, 0]
            lines.append(Line("inverse dynamics", reference, REFERENCE))
            r = results.agreement.get(f"{column}/r")
            title += "" if r is None else f", r = {r:.2f} with inverse dynamics"
        panels.append(Panel(column, title, "N m", table.time, tuple(lines), None, outside))
    return panels


def make_activation_panel(results: RunResults) -> Panel:
    """All muscles' activations."""
    return _make_muscle_panel(results, results.activations, "/activation", "activation", "0 to 1")


def make_force_panel(results: RunResults) -> Panel:
    """All muscles' forces along their tendons."""
    return _make_muscle_panel(results, results.muscle_forces, "", "muscle force", "N")


def _make_muscle_panel(
    results: RunResults, table: Table, suffix: str, title: str, unit: str
) -> Panel:
    muscles = [muscle.name for muscle in results.artefact.muscles]
    lines = tuple(
        Line(name, results.get_muscle(table, name + suffix), style.color, style.dash, name)
        for name, style in choose_styles(muscles).items()
    )
    outside = _find_spans(results, table.time)
    return Panel(title, title, unit, table.time, lines, None, outside)
