"""Plots as Plotly takes them: plain dictionaries that become JSON in the page.

Traces without ``x`` share their plot's ``time``. Numbers keep six digits, which no eye resolves.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from ..arrays import Array
from ..formats.tables import Table
from ..recordings.signal import Signal
from ..running.palette import BASELINE, NMM, OUTSIDE, REFERENCE
from ..running.panels import Line, Panel
from .decimation import Decimated, decimate

Plot = dict[str, Any]

AXIS = {"zeroline": False, "showgrid": True, "gridcolor": "#ececec", "automargin": True}
FONT = {"family": "system-ui, sans-serif", "size": 12, "color": "#333333"}
CHANNEL_HEIGHT = 64  # px


def label(text: str) -> str:
    """Text that Plotly shows as it is: of its own it reads some HTML in labels."""
    return html.escape(text, quote=False)


def numbers(values: Iterable[float]) -> list[float | None]:
    """Six digits; JSON has no NaN, and Plotly leaves a gap at null."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]


def layout(height: int, x_title: str, y_title: str, **more: Any) -> dict[str, Any]:
    """What all plots share."""
    return {
        "height": height,
        "font": FONT,
        "paper_bgcolor": "white",
        "plot_bgcolor": "white",
        "margin": {"l": 56, "r": 12, "t": 32, "b": 44},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "xaxis": {**AXIS, "title": {"text": x_title}},
        "yaxis": {**AXIS, "title": {"text": y_title}},
        **more,
    }


def plot_panel(panel: Panel, height: int = 300) -> Plot:
    """Lines over time, their interval behind them and frames outside training on grey."""
    data = []
    if panel.band is not None:
        band = panel.band
        hidden = {"mode": "lines", "line": {"width": 0}, "legendgroup": "band"}
        fill = {"fill": "tonexty", "fillcolor": band.color + "2e", "name": label(band.label)}
        data += [
            {**hidden, "y": numbers(band.lower), "showlegend": False, "name": "90 %, from"},
            {**hidden, "y": numbers(band.upper), **fill},
        ]
    data += [_trace(line) for line in panel.lines]
    y_title = f"{panel.title} ({panel.unit})" if panel.title == panel.subject else panel.unit
    return {
        "time": numbers(panel.time),
        "data": data,
        "layout": layout(height, "time (s)", label(y_title), shapes=_shade(panel.outside)),
    }


def _shade(spans: Sequence[tuple[float, float]]) -> list[dict[str, Any]]:
    """A background from top to bottom."""
    return [
        {
            "type": "rect", "yref": "paper", "x0": start, "x1": end, "y0": 0, "y1": 1,
            "fillcolor": OUTSIDE, "line": {"width": 0}, "layer": "below",
        }
        for start, end in spans
    ]  # fmt: skip


def _trace(line: Line) -> dict[str, Any]:
    width = 2.4 if line.color == NMM else 1.6
    return {
        "mode": "lines",
        "name": label(line.label),
        "y": numbers(line.values),
        "line": {"color": line.color, "width": width, "dash": line.dash},
        "meta": {"muscle": line.muscle},
    }


def plot_muscles(panel: Panel) -> Plot:
    """Many muscles' lines: hover names one, and the page's list of muscles is the legend."""
    plot = plot_panel(panel, height=420)
    plot["layout"] |= {"hovermode": "closest", "showlegend": False}
    return plot


def plot_signals(signals: Sequence[Signal], marks: Sequence[tuple[str, float, float]]) -> Plot:
    """Raw channels (V) below each other, in µV; ``marks``: channel, start and end (s) to shade."""
    rows = [
        (signal.name, decimate(signal.start, signal.rate, 1e6 * signal.values))
        for signal in signals
    ]
    return _stack(rows, marks)


def plot_envelopes(table: Table, channels: Sequence[str]) -> Plot:
    """Envelopes below each other, at even times."""
    chosen = table.select(channels)
    first, last = float(chosen.time[0]), float(chosen.time[-1])
    even = np.linspace(first, last, len(chosen.time))
    rate = (len(even) - 1) / (last - first)
    rows = [
        (name, decimate(first, rate, np.interp(even, chosen.time, values)))
        for name, values in zip(channels, chosen.values.T, strict=True)
    ]
    return _stack(rows, [])


def _stack(
    rows: Sequence[tuple[str, Decimated]], marks: Sequence[tuple[str, float, float]]
) -> Plot:
    """One strip per channel over a common time."""
    count = len(rows)
    axes: dict[str, Any] = {}
    data, notes, places = [], [], {}
    for i, (name, series) in enumerate(rows):
        suffix = "" if i == 0 else str(i + 1)
        top, bottom = 1 - i / count, 1 - (i + 0.92) / count
        axes[f"yaxis{suffix}"] = {
            **AXIS, "domain": [max(0.0, bottom), top], "nticks": 3, "tickfont": {"size": 10},
        }  # fmt: skip
        places[name] = f"y{suffix}"
        data.append(
            {
                "mode": "lines",
                "name": label(name),
                "x0": series.start,
                "dx": series.step,
                "y": numbers(series.values),
                "yaxis": f"y{suffix}",
                "line": {"color": "#3a4a5a", "width": 1},
            }
        )
        notes.append(
            {
                "text": f"<b>{label(name)}</b>",
                "xref": "paper", "yref": "paper", "x": 0.004, "y": top, "xanchor": "left",
                "yanchor": "top", "showarrow": False, "font": {"size": 11},
                "bgcolor": "rgba(255,255,255,0.75)",
            }
        )  # fmt: skip
    shapes = [
        {
            "type": "rect", "xref": "x", "yref": f"{places[channel]} domain", "x0": start,
            "x1": end, "y0": 0, "y1": 1, "fillcolor": NMM, "opacity": 0.16, "line": {"width": 0},
        }
        for channel, start, end in marks
        if channel in places
    ]  # fmt: skip
    height = max(200, CHANNEL_HEIGHT * count + 60)
    stacked = layout(height, "time (s)", "", showlegend=False, annotations=notes, shapes=shapes)
    stacked["hovermode"] = "x"
    stacked["xaxis"]["anchor"] = f"y{'' if count == 1 else count}"
    return {"data": data, "layout": stacked | axes}


def plot_ratios(names: Sequence[str], ratios: Array, bounds: Array, intervals: Array) -> Plot:
    """Ratios (muscles,), in their bounds and 90 % intervals, both (muscles, 2), NaN for none."""
    places = [label(name) for name in names]
    data: list[dict[str, Any]] = [
        _ranges(places, bounds, "bounds", {"color": "#e2e2e2", "width": 9}),
    ]
    if np.isfinite(intervals).any():
        data.append(_ranges(places, intervals, "90 % interval", {"color": NMM, "width": 3}))
    data.append(
        {
            "mode": "markers", "name": "calibrated", "x": numbers(ratios), "y": places,
            "marker": {"color": REFERENCE, "size": 8},
            "hovertemplate": "%{y}: %{x:.3f}<extra></extra>",
        }
    )  # fmt: skip
    line = {"color": BASELINE, "width": 1, "dash": "dot"}
    generic = {"type": "line", "x0": 1, "x1": 1, "yref": "paper", "y0": 0, "y1": 1, "line": line}
    ratio_layout = layout(19 * len(names) + 76, "ratio", "", shapes=[generic], showlegend=False)
    ratio_layout["hovermode"] = "closest"
    ratio_layout["yaxis"] |= {"autorange": "reversed", "type": "category", "dtick": 1}
    return {"data": data, "layout": ratio_layout}


def _ranges(places: Sequence[str], ends: Array, name: str, line: dict[str, Any]) -> dict[str, Any]:
    """One broken line: from low to high at each place."""
    return {
        "mode": "lines", "name": name, "line": line, "hoverinfo": "skip",
        "x": [x for low, high in ends for x in (*numbers([low, high]), None)],
        "y": [y for place in places for y in (place, place, None)],
    }  # fmt: skip


def plot_bars(groups: Sequence[str], bars: Sequence[tuple[str, str, Array, Array]]) -> Plot:
    """Bars side by side in each group: name, colour, means and spreads, both (groups,)."""
    data = [
        {
            "type": "bar", "name": label(name), "x": [label(group) for group in groups],
            "y": numbers(means), "marker": {"color": color},
            "error_y": {"type": "data", "array": numbers(spreads), "thickness": 1, "width": 3},
        }
        for name, color, means, spreads in bars
    ]  # fmt: skip
    bar_layout = layout(340, "", "r", barmode="group")
    bar_layout["hovermode"] = "closest"
    bar_layout["xaxis"] |= {"type": "category"}
    return {"data": data, "layout": bar_layout}
