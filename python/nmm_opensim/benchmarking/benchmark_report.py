"""A benchmark's tables: Markdown to read, CSV and JSON to compute with, a figure to look at."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from ..errors import NMMError
from ..estimators.catalogue import ESTIMATORS, list_standings
from ..files import write_atomically, write_csv, write_text
from ..training.format_mean import format_mean
from ..training.scoring import EMG, METRICS, MOMENT
from .benchmark_setup import BenchmarkSetup
from .pairs import Difference, compare_people
from .pairs_table import describe_pairs, make_pairs_tables, write_pairs
from .rows import Row, count_trials, pool_people, select
from .verdicts import Verdict

GIVEN_MOMENTS, CEILING = "*", "†"
NOT_APPLICABLE = "n/a"
"""Of an estimator that has nothing to go by, such as a copy without a synergist."""
LEGEND = (
    f"{GIVEN_MOMENTS}: given the joint moments of the trial that it estimates. {CEILING}: a "
    "ceiling, taught with the hidden channel or fitted to the very trial that it is scored on. "
    f"{NOT_APPLICABLE}: gives no such estimate, as a copy does without synergists."
)
WITHOUT_MOMENTS = (
    " Some test trials have no moments: who is given these says nothing of such a trial, and "
    "(1 of 2) is the mean of one of two trials. Verdicts compare on the trials that both answered."
)
OF_SOME_PEOPLE = " Trials are counted over people: (6 of 12) leaves out who has no such estimate."


def make_markdown(setup: BenchmarkSetup, rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """EMG and moments of every estimator, and what they mean; of several people by the means."""
    labels = {name: label_estimator(setup, name) for name in setup.estimators}
    pooled = pool_people(rows)
    parts = [
        f"# Hide-a-muscle: {setup.name}",
        f"{_describe_means(setup)} EMG errors in % of the channel's maximum. Each hidden channel "
        f"was read only to score. {make_legend(setup)}{_describe_shared(setup)}",
        *_make_emg_tables(select(pooled, EMG), labels, setup.silent_estimators),
        *_make_moment_tables(select(pooled, MOMENT), labels),
    ]
    if differences := compare_people_of(setup, rows):
        parts += ["## Person by person", describe_pairs(differences)]
        parts += make_pairs_tables(differences)
    if verdicts:
        parts += ["## Trust the NMM for this muscle?", _make_verdicts(verdicts)]
    return "\n\n".join(parts) + "\n"


def compare_people_of(setup: BenchmarkSetup, rows: Sequence[Row]) -> list[Difference]:
    """The NMMs of a benchmark against its fair baselines, over people; none of one person."""
    return compare_people(rows, list_standings(setup.training.optimization))


def _describe_means(setup: BenchmarkSetup) -> str:
    """What a number in the tables is the mean of, and what stands behind its ±."""
    folds = ", ".join(fold.name for fold in setup.folds)
    seeds = " ".join(map(str, setup.seeds))
    text = f"Test trials only. Folds: {folds}; seeds: {seeds}"
    for person in setup.people:
        if person.seeds != setup.seeds:
            text += f" ({person.name}: {' '.join(map(str, person.seeds))})"
    if len(setup.people) == 1:
        return f"{text}. Mean over trials and folds, ± standard deviation over seeds;"
    names = ", ".join(person.name for person in setup.people)
    return (
        f"{text}. {len(setup.people)} people: {names}. Mean over people of each one's mean over "
        "trials, folds and seeds, ± standard deviation over people;"
    )


def _make_emg_tables(
    emg: Sequence[Row], labels: Mapping[str, str], silent: Sequence[str]
) -> list[str]:
    parts = [
        "## EMG of the hidden muscle, r",
        _make_table(emg, labels, "r", 1.0, 2, silent),
        "## EMG of the hidden muscle, RMSE after the best positive scale (%)",
        _make_table(emg, labels, "scaled_rmse", 100.0, 1, silent),
        "## EMG of the hidden muscle, RMSE as predicted (%)",
        _make_table(emg, labels, "rmse", 100.0, 1, silent),
    ]
    with_interval = [row for row in emg if not math.isnan(row.mean["coverage"])]
    if with_interval:
        parts += [
            "## Share of the recording inside the 90 % interval (%)",
            _make_table(with_interval, labels, "coverage", 100.0, 0),
            "## Mean width of the interval (% of maximum)",
            _make_table(with_interval, labels, "interval_width", 100.0, 0),
        ]
    return parts


def _make_moment_tables(moments: Sequence[Row], labels: Mapping[str, str]) -> list[str]:
    parts = []
    for coordinate in dict.fromkeys(row.quantity for row in moments):
        of = [row for row in moments if row.quantity == coordinate]
        parts += [
            f"## Moment about {coordinate}, r",
            _make_table(of, labels, "r", 1.0, 2),
        ]
    return parts


def make_legend(setup: BenchmarkSetup) -> str:
    """What the marks in the tables mean."""
    parts = [LEGEND]
    if setup.lacks_moments:
        parts.append(WITHOUT_MOMENTS)
    if len(setup.people) > 1:
        parts.append(OF_SOME_PEOPLE)
    return "".join(parts)


def _describe_shared(setup: BenchmarkSetup) -> str:
    """Which muscle a channel of several scores."""
    shared = [
        f"{channel.name} {channel.muscle} ({', '.join(channel.others)})"
        for group in setup.hidden_groups
        for channel in group.channels
        if channel.others
    ]
    if not shared:
        return ""
    return f" Channels of several muscles score one, and the others follow it: {'; '.join(shared)}."


def label_estimator(setup: BenchmarkSetup, name: str) -> str:
    """An estimator's name with the marks of what it was given (``LEGEND``)."""
    estimator = ESTIMATORS[name](setup.training.optimization)
    if estimator.standing == "ceiling":
        return name + CEILING
    return name + GIVEN_MOMENTS if estimator.sees_moments else name


def _make_table(
    rows: Sequence[Row],
    labels: Mapping[str, str],
    metric: str,
    scale: float,
    digits: int,
    silent: Sequence[str] = (),
) -> str:
    """Hidden muscles down, estimators across, those that could not answer too."""
    cells = {(row.hidden, row.quantity, row.estimator): row for row in rows}
    counts = count_trials(rows)
    asked = {row.estimator for row in rows} | set(silent)
    estimators = [name for name in labels if name in asked]
    lines = [
        f"| hidden | of | {' | '.join(labels[name] for name in estimators)} |",
        "|---|---|" + "---|" * len(estimators),
    ]
    for key in dict.fromkeys((row.hidden, row.quantity) for row in rows):
        texts = [
            _format(cells.get((*key, name)), counts[key], metric, scale, digits)
            for name in estimators
        ]
        lines.append(f"| {key[0]} | {key[1]} | {' | '.join(texts)} |")
    means = [_format_mean(rows, name, metric, scale, digits) for name in estimators]
    lines.append(f"| mean | | {' | '.join(means)} |")
    return "\n".join(lines)


def _format_mean(
    rows: Sequence[Row], estimator: str, metric: str, scale: float, digits: int
) -> str:
    """The mean of an estimator that answered everything; no other could be compared."""
    everything = count_trials(rows)
    values = [
        row.mean[metric]
        for row in rows
        if row.estimator == estimator and row.trials == everything[row.hidden, row.quantity]
    ]
    return f"{scale * float(np.mean(values)):.{digits}f}" if len(values) == len(everything) else ""


def _format(row: Row | None, trials: int, metric: str, scale: float, digits: int) -> str:
    if row is None:
        return NOT_APPLICABLE
    text = format_mean(scale * row.mean[metric], scale * row.deviation[metric], digits)
    return text + mark_trials(row, trials)


def mark_trials(row: Row, trials: int) -> str:
    """What follows a mean of fewer than all ``trials``."""
    return "" if row.trials == trials else f" ({row.trials} of {trials})"


def _make_verdicts(verdicts: Sequence[Verdict]) -> str:
    lines = [
        "| hidden | muscle | estimator | best fair baseline, its r | what it is worth |",
        "|---|---|---|---|---|",
    ]
    for verdict in verdicts:
        lines.append(
            f"| {verdict.hidden} | {verdict.muscle} | {verdict.estimator} | "
            f"{verdict.best_baseline} {verdict.best_r:.2f} | {verdict.text} |"
        )
    return "\n".join(lines)


def write_report(
    setup: BenchmarkSetup, rows: Sequence[Row], verdicts: Sequence[Verdict]
) -> list[Path]:
    """Write all tables and the figure, rows by person; their paths."""
    stem = setup.results_directory / f"{setup.name}_benchmark"
    files = [stem.with_suffix(suffix) for suffix in (".md", ".csv", ".json")]
    markdown, table, data = files
    write_text(markdown, make_markdown(setup, rows, verdicts))
    _write_csv(table, rows)
    write_text(data, json.dumps([_describe_row(row) for row in rows], indent=1))
    picture = stem.with_suffix(".png")
    _draw(select(pool_people(rows), EMG), picture)
    files.append(picture)
    if differences := compare_people_of(setup, rows):
        files.append(stem.with_name(f"{stem.name}_people.csv"))
        write_pairs(files[-1], differences)
    return files


def _describe_row(row: Row) -> dict[str, object]:
    """What JSON holds of a row; of the only person no name."""
    content = asdict(row)
    if not row.person:
        del content["person"]
    return content


def read_rows(file: Path) -> list[Row]:
    """The rows that :func:`write_report` wrote as JSON."""
    try:
        return [Row(**row) for row in json.loads(file.read_text(encoding="utf-8"))]
    except (TypeError, ValueError) as error:
        raise NMMError(
            f"benchmark '{file}': expected the rows that a benchmark wrote, but found something "
            f"else ({error}); run the benchmark again."
        ) from None


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    spreads = [f"{metric}_deviation" for metric in METRICS]
    several = any(row.person for row in rows)
    what = ["hidden", "estimator", "kind", "quantity", "trials", "seeds"]
    write_csv(
        path,
        [*(["person"] if several else []), *what, *METRICS, *spreads],
        (
            [*([row.person] if several else [])]
            + [row.hidden, row.estimator, row.kind, row.quantity, row.trials, row.seeds]
            + [f"{row.mean[metric]:.6g}" for metric in METRICS]
            + [f"{row.deviation[metric]:.6g}" for metric in METRICS]
            for row in rows
        ),
    )


def _draw(rows: Sequence[Row], file: Path) -> None:
    """Bars of r: hidden channels side by side, one colour per estimator."""
    muscles = list(dict.fromkeys((row.hidden, row.quantity) for row in rows))
    estimators = list(dict.fromkeys(row.estimator for row in rows))
    width = 0.8 / len(estimators)
    figure, axes = plt.subplots(figsize=(max(6.0, 1.1 * len(muscles) + 2.0), 3.6))
    for j, estimator in enumerate(estimators):
        own = {(row.hidden, row.quantity): row for row in rows if row.estimator == estimator}
        places = [i + (j + 0.5) * width - 0.4 for i, m in enumerate(muscles) if m in own]
        means = [own[m].mean["r"] for m in muscles if m in own]
        spreads = [own[m].deviation["r"] for m in muscles if m in own]
        bars = [0.0 if math.isnan(spread) else spread for spread in spreads]
        axes.bar(places, means, width, yerr=bars, label=estimator, error_kw={"lw": 0.8})
    axes.axhline(0.0, color="black", lw=0.8)
    axes.set_xticks(range(len(muscles)), [m for _, m in muscles], rotation=20, ha="right")
    axes.set_ylabel("r of the hidden EMG")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, ncols=min(4, len(estimators)), loc="lower left", bbox_to_anchor=(0, 1))
    figure.tight_layout()
    write_atomically(file, lambda path: figure.savefig(path, dpi=150, format="png"))
    plt.close(figure)
