"""What the page says: results as formatted rows, ready for the templates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from ..benchmark.summary import Row, select
from ..palette import BASELINE, COLORS, NMM, choose_styles
from ..panels import make_activation_panel, make_deep_panels, make_force_panel, make_moment_panels
from ..results import RunResults
from ..training.scoring import EMG, Summary
from .content import Benchmark, Content, RawEmg
from .plots import (
    Plot,
    plot_bars,
    plot_envelopes,
    plot_muscles,
    plot_panel,
    plot_ratios,
    plot_signals,
)
from .provenance import relative
from .setup import ReportRun

PARAMETERS = {
    "max_isometric_force": ("maximum isometric force", "N", 1.0, 0),
    "optimal_fiber_length": ("optimal fibre length", "mm", 1000.0, 1),
    "tendon_slack_length": ("tendon slack length", "mm", 1000.0, 1),
}
"""Title, unit, factor to that unit and digits."""


@dataclass(frozen=True)
class Figure:
    """A plot under a caption; ``name`` identifies it in the page."""

    name: str
    caption: str
    plot: Plot


def describe_training(content: Content) -> list[tuple[str, str]]:
    """Facts about model and training."""
    artefact, training = content.artefact.content, content.training
    record = artefact["training"]
    given = "estimated" if training.electromechanical_delay is None else "given"
    delay, seed = 1000 * artefact["electromechanical_delay"], record["seed"]
    facts = [
        ("model", f"{artefact['model']['name']} ({relative(content.setup, training.model_file)})"),
        ("estimator", training.estimator),
        ("moments that teach", ", ".join(artefact["moment_coordinates"])),
        ("electromechanical delay", f"{delay:.0f} ms, {given}"),
        ("muscle paths", artefact["path_model"]),
        ("tendons", artefact["tendon"]),
    ]
    if training.estimator == "nmm":
        seeds = " ".join(map(str, training.optimization.seeds))
        facts.append(("seeds", f"{seeds}; least training loss: {seed}"))
    if training.prior_subjects:
        facts.append(("other subjects", ", ".join(s.name for s in training.prior_subjects)))
    return facts


def list_trials(content: Content) -> list[list[str]]:
    """Name, role, times and files of every trial of the training."""
    times = {
        trial["name"]: trial["times"] for trial in content.artefact.content["training"]["trials"]
    }
    rows = []
    for trial in content.training.trials:
        first, last = times.get(trial.name, (math.nan, math.nan))
        cutoff = trial.lowpass_cutoff_frequency_for_coordinates
        rows.append(
            [
                trial.name,
                trial.role,
                _span(first, last, 2),
                "none" if cutoff is None else f"{cutoff:g} Hz",
                *(file.name for file in trial.data_files),
            ]
        )
    return rows


def list_sources(content: Content) -> list[list[str]]:
    """Muscle, kind and where its excitation comes from."""
    gains = {c["name"]: c["gain"] for c in content.artefact.content["channels"]}
    return [
        [muscle["name"], muscle["source"]["kind"], _describe_source(muscle["source"], gains)]
        for muscle in content.artefact.muscles
    ]


def _describe_source(source: dict[str, Any], gains: dict[str, float]) -> str:
    match source["kind"]:
        case "measured":
            parts = zip(source["channels"], source["weights"], strict=True)
            return " + ".join(f"{w * gains[c]:.3g} × {c}" for c, w in parts)
        case "tied":
            return f"{source['ratio']:g} × {source['to']}"
        case "deep":
            hidden = source["recorded_channel"]
            return f"predicted; '{hidden}' is hidden and only scores" if hidden else "predicted"
        case _:
            return "predicted, without evidence"


def draw_inputs(content: Content) -> list[Figure]:
    """The envelopes that the training took, once per file."""
    from ..trial import read_emg

    channels = [channel["name"] for channel in content.artefact.content["channels"]]
    trials = {trial.emg_file: trial for trial in content.training.trials}
    return [
        Figure(
            f"envelopes-{i}",
            f"EMG envelopes of {relative(content.setup, file)}, in excitation units, before gains.",
            plot_envelopes(read_emg(file, channels, trial.emg_time_offset), channels),
        )
        for i, (file, trial) in enumerate(trials.items())
    ]


def describe_raw_emg(raw: RawEmg) -> list[dict[str, Any]]:
    """Figures, findings and plots of every raw recording."""
    recordings = []
    for i, examined in enumerate(raw.quality):
        marks = [(f.channel, f.start, f.end) for f in examined.findings if f.check in LOCAL]
        figures = []
        if (signals := raw.raw.get(examined.name)) is not None:
            caption = (
                f"Raw EMG of {examined.name} in µV: smallest and largest value of each span, so no "
                "peak is lost. Shaded: dropouts, clipping and movement artefacts."
            )
            figures.append(Figure(f"raw-{i}", caption, plot_signals(signals, marks)))
        if (table := raw.envelopes.get(examined.name)) is not None:
            caption = f"Its envelopes, normalised by {raw.setup.normalization}."
            figures.append(Figure(f"processed-{i}", caption, plot_envelopes(table, table.columns)))
        recordings.append(
            {
                "name": examined.name,
                "channels": [
                    [
                        c.name,
                        f"{c.sampling_rate:g}",
                        f"{c.duration:.1f}",
                        f"{1e6 * c.rms:.3g}",
                        f"{1e6 * c.offset:.2g}",
                        f"{100 * c.mains_share:.1f}",
                        "–" if math.isnan(c.signal_to_noise) else f"{c.signal_to_noise:.1f}",
                    ]
                    for c in examined.channels
                ],
                "findings": examined.findings,
                "figures": figures,
            }
        )
    return recordings


LOCAL = ("dropout", "clipping", "movement_artefact")
"""Findings that have a place in time; the others hold for the whole channel."""


def describe_run(number: int, run: ReportRun, results: RunResults) -> dict[str, Any]:
    """All plots of a run, by section, with its windows."""
    deep, moments = make_deep_panels(results), make_moment_panels(results)
    muscles = [muscle["name"] for muscle in results.artefact.muscles]
    kinds = {muscle["name"]: muscle["source"]["kind"] for muscle in results.artefact.muscles}
    return {
        "id": f"run-{number}",
        "name": run.name,
        "strides": [[s.name, s.initial_time, s.final_time] for s in run.strides],
        "muscles": [
            {"name": name, "style": style, "kind": kinds[name]}
            for name, style in choose_styles(muscles).items()
        ],
        "deep": [
            Figure(f"run-{number}-deep-{i}", panel.title, plot_panel(panel))
            for i, panel in enumerate(deep)
        ],
        "activations": Figure(
            f"run-{number}-activations", "Activations", plot_muscles(make_activation_panel(results))
        ),
        "forces": Figure(
            f"run-{number}-forces",
            "Muscle forces along the tendons",
            plot_muscles(make_force_panel(results)),
        ),
        "moments": [
            Figure(f"run-{number}-moment-{i}", panel.title, plot_panel(panel))
            for i, panel in enumerate(moments)
        ],
        "has_interval": any(panel.band is not None for panel in deep),
    }


def list_agreement(results: RunResults) -> list[tuple[str, str]]:
    """The run's r of every quantity, for the page's first lines."""
    return [
        (key.removesuffix("/r").replace("_", " "), f"{value:.2f}")
        for key, value in results.agreement.items()
        if key.endswith("/r")
    ]


def list_scores(scores: Sequence[Summary]) -> list[dict[str, Any]]:
    """A table of EMG and one of moments; of each quantity test trials first."""
    ordered = sorted(scores, key=lambda s: (s.kind, s.quantity, s.role != "test", s.trial))
    tables = []
    for kind, group in groupby(ordered, key=lambda s: s.kind):
        members = list(group)
        scale, unit, of = (100.0, "%", "muscle") if kind == EMG else (1.0, "N m", "coordinate")
        columns = [
            ("r", "r", 1.0, 2),
            (f"RMSE ({unit})", "rmse", scale, 1),
            ("NRMSE (%)", "nrmse", 100.0, 1),
            (f"scaled RMSE ({unit})", "scaled_rmse", scale, 1),
            ("in 90 % (%)", "coverage", 100.0, 0),
        ]
        # Only some estimators state intervals.
        columns = [c for c in columns if any(not math.isnan(s.mean[c[1]]) for s in members)]
        tables.append(
            {
                "title": "EMG of deep muscles" if kind == EMG else "Joint moments",
                "head": [of, "trial", "estimator", *(c[0] for c in columns), "seeds"],
                "rows": [
                    [s.quantity, f"{s.trial} ({s.role})", s.estimator]
                    + [_number(s, metric, factor, digits) for _, metric, factor, digits in columns]
                    + [str(s.seeds)]
                    for s in members
                ],
            }
        )
    return tables


def _number(row: Summary | Row, metric: str, scale: float, digits: int) -> str:
    mean, deviation = row.mean[metric], row.deviation[metric]
    if math.isnan(mean):
        return "–"
    text = f"{scale * mean:.{digits}f}"
    return text if math.isnan(deviation) else f"{text} ± {scale * deviation:.{digits}f}"


def list_parameters(content: Content) -> list[dict[str, Any]]:
    """A table of each parameter: calibrated values against the model's own and their bounds."""
    return [
        {
            "title": f"{title.capitalize()} ({unit})",
            "rows": [
                _describe_parameter(content, muscle, key, factor, digits)
                for muscle in content.artefact.muscles
            ],
        }
        for key, (title, unit, factor, digits) in PARAMETERS.items()
    ]


def _describe_parameter(
    content: Content, muscle: dict[str, Any], key: str, factor: float, digits: int
) -> dict[str, str]:
    record, name = content.artefact.content["training"], muscle["name"]
    generic, value = record["generic"][name][key], muscle[key]
    low, high = (generic * bound for bound in record["bounds"][name][key])
    known = (muscle["uncertainty"] or {}).get(key)
    interval = [factor * end for end in known["interval"]] if known else []
    return {
        "muscle": name,
        "generic": f"{generic * factor:.{digits}f}",
        "calibrated": f"{value * factor:.{digits}f}",
        "change": f"{100 * (value / generic - 1):+.1f}",
        "bounds": _span(low * factor, high * factor, digits),
        "at_bound": "yes" if _is_at_bound(value, low, high) else "",
        "interval": _span(interval[0], interval[1], digits) if known else "",
        "verdict": known["verdict"] if known else "",
    }


def _span(first: float, last: float, digits: int) -> str:
    """From first to last, never broken between lines."""
    return f"{first:.{digits}f}\u2060–\u2060{last:.{digits}f}"


def _is_at_bound(value: float, low: float, high: float) -> bool:
    """Within 1 % of the way between bounds that leave any."""
    return high > low and min(value - low, high - value) < 0.01 * (high - low)


def draw_parameters(content: Content) -> list[Figure]:
    """One plot per parameter, relative to the model's own."""
    record, muscles = content.artefact.content["training"], content.artefact.muscles
    names = [muscle["name"] for muscle in muscles]
    figures = []
    for key, (title, _, _, _) in PARAMETERS.items():
        generic = np.array([record["generic"][name][key] for name in names])
        intervals = [
            None
            if muscle["uncertainty"] is None
            else np.array(muscle["uncertainty"][key]["interval"]) / own
            for muscle, own in zip(muscles, generic, strict=True)
        ]
        ratios = np.array([muscle[key] for muscle in muscles]) / generic
        bounds = np.array([record["bounds"][name][key] for name in names])
        plot = plot_ratios(names, ratios, bounds, intervals)
        figures.append(Figure(f"parameter-{key}", title.capitalize(), plot))
    return figures


def list_verdicts(content: Content) -> list[dict[str, str]]:
    """What decided each deep muscle's excitation."""
    return [
        {
            "muscle": muscle["name"],
            "verdict": source["verdict"] or "not judged",
            "reason": source["reason"] or "",
        }
        for muscle in content.artefact.deep_muscles
        for source in [muscle["source"]]
    ]


def count_parameter_verdicts(content: Content) -> list[tuple[str, list[tuple[str, int]]]]:
    """For each parameter how many muscles' values each verdict holds for."""
    counts = []
    for key, (title, _, _, _) in PARAMETERS.items():
        verdicts = [
            muscle["uncertainty"][key]["verdict"]
            for muscle in content.artefact.muscles
            if muscle["uncertainty"] is not None
        ]
        if verdicts:
            counts.append((title, [(v, verdicts.count(v)) for v in dict.fromkeys(verdicts)]))
    return counts


def describe_benchmark(benchmark: Benchmark) -> dict[str, Any]:
    """Tables of r, error and coverage, hidden muscles down and estimators across, and bars."""
    rows = select(benchmark.rows, EMG)
    estimators = list(dict.fromkeys(row.estimator for row in rows))
    hidden = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    cells = {(row.hidden, row.quantity, row.estimator): row for row in rows}
    metrics = [("r", "r", 1.0, 2), ("scaled_rmse", "RMSE after the best scale (%)", 100.0, 1)]
    if any(not math.isnan(row.mean["coverage"]) for row in rows):
        metrics.append(("coverage", "recording inside the 90 % interval (%)", 100.0, 0))
    tables = [
        {
            "title": title,
            "rows": [
                [
                    muscle,
                    *(
                        _number(cells[group, muscle, name], metric, scale, digits)
                        if (group, muscle, name) in cells
                        else ""
                        for name in estimators
                    ),
                ]
                for group, muscle in hidden
            ],
        }
        for metric, title, scale, digits in metrics
    ]
    options = benchmark.setup.training.optimization
    colors = _color_estimators(estimators, options)
    bars = []
    for name in estimators:
        own = [cells.get((group, muscle, name)) for group, muscle in hidden]
        means, spreads = (
            np.array([math.nan if row is None else getattr(row, part)["r"] for row in own])
            for part in ("mean", "deviation")
        )
        bars.append((name, colors[name], means, spreads))
    caption = "r of each hidden muscle; whiskers: standard deviation over seeds"
    return {
        "estimators": estimators,
        "tables": tables,
        "verdicts": benchmark.verdicts,
        "figure": Figure("benchmark", caption, plot_bars([m for _, m in hidden], bars)),
    }


def _color_estimators(names: Sequence[str], options: Any) -> dict[str, str]:
    """The NMMs in the accent, the neighbour's copy grey as everywhere, others in colours."""
    others = iter(COLORS * len(names))
    colors = {}
    for name in names:
        if name == "neighbour_copy":
            colors[name] = BASELINE
        elif name == "posterior":
            colors[name] = NMM
        else:
            colors[name] = next(others)
    return colors
