"""A benchmark's tables: Markdown to read, CSV and JSON to compute with, a figure to look at."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..errors import NMMError
from ..estimators.catalogue import list_given_moments, list_standings
from ..files import write_csv, write_text
from ..training.format_mean import format_mean
from ..training.scoring import EMG, METRICS, MOMENT
from .benchmark_setup import BenchmarkSetup
from .marks import NOT_APPLICABLE, explain_marks, label_estimators, make_legend, mark_trials
from .pairs import Difference, compare_people
from .pairs_table import describe_pairs, make_pairs_tables, write_pairs
from .person import Person
from .picture import draw
from .rows import Row, count_trials, pool_people, select
from .verdicts import Verdict


def make_markdown(setup: BenchmarkSetup, rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """EMG and moments of every estimator, and what they mean; of several people by the means.

    Each group has a section of its own.
    """
    parts = [
        f"# Hide-a-muscle: {setup.name}",
        f"{_describe_trials(setup)}. {_describe_means(setup)} EMG errors in % of the channel's "
        f"maximum. Each hidden channel was read only to score. {make_legend(setup)}"
        f"{_describe_shared(setup)}",
    ]
    differences = compare_people_of(setup, rows)
    for group, people in setup.groups.items():
        section = _make_section(
            setup,
            [row for row in rows if row.group == group],
            [each for each in differences if each.group == group],
            [verdict for verdict in verdicts if verdict.group == group],
        )
        if group:
            parts += [f"## Group {group}", f"{describe_people(people)}."]
            section = [f"#{part}" if part.startswith("#") else part for part in section]
        parts += section
    return "\n\n".join(parts) + "\n"


def _make_section(
    setup: BenchmarkSetup,
    rows: Sequence[Row],
    differences: Sequence[Difference],
    verdicts: Sequence[Verdict],
) -> list[str]:
    """Headings and tables of the people of one group."""
    labels = label_estimators(setup)
    pooled = pool_people(rows)
    parts = [
        *_make_emg_tables(select(pooled, EMG), labels, setup.silent_estimators),
        *_make_moment_tables(select(pooled, MOMENT), labels),
    ]
    if differences:
        names = {name for each in differences for name in (each.estimator, each.baseline)}
        marks = explain_marks(labels[name] for name in names)
        parts += ["## Person by person", f"{describe_pairs(differences)} {marks}".rstrip()]
        parts += make_pairs_tables(differences, labels)
    if verdicts:
        names = {name for each in verdicts for name in (each.estimator, each.best_baseline)}
        marks = explain_marks(labels[name] for name in names)
        parts += ["## Trust the NMM for this muscle?", *([marks] if marks else [])]
        parts.append(_make_verdicts(verdicts, labels))
    return parts


def compare_people_of(setup: BenchmarkSetup, rows: Sequence[Row]) -> list[Difference]:
    """The NMMs of a benchmark against its fair baselines, over a group's people; none of one."""
    options = setup.training.optimization
    return compare_people(rows, list_standings(options), list_given_moments(options))


def _describe_trials(setup: BenchmarkSetup) -> str:
    """On which trials, with which seeds."""
    folds = ", ".join(fold.name for fold in setup.folds)
    seeds = " ".join(map(str, setup.seeds))
    text = f"Test trials only. Folds: {folds}; seeds: {seeds}"
    for person in setup.people:
        if person.seeds != setup.seeds:
            text += f" ({person.name}: {' '.join(map(str, person.seeds))})"
    return text


def _describe_means(setup: BenchmarkSetup) -> str:
    """What a number in the tables is the mean of, of groups who they are."""
    if "" in setup.groups:
        return f"{describe_people(setup.people)};"
    return (
        f"{len(setup.groups)} groups: {', '.join(setup.groups)}. Each has tables of its own, and "
        "nothing is pooled or tested over groups, which may be of the same people."
    )


def describe_people(people: Sequence[Person]) -> str:
    """What a number of these people is the mean of, and what stands behind its ±."""
    if len(people) == 1:
        of = f"One person: {people[0].name}. " if people[0].group else ""
        return f"{of}Mean over trials and folds, ± standard deviation over seeds"
    names = ", ".join(person.name for person in people)
    return (
        f"{len(people)} people: {names}. Mean over people of each one's mean over trials, folds "
        "and seeds, ± standard deviation over people"
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


def _make_verdicts(verdicts: Sequence[Verdict], labels: Mapping[str, str]) -> str:
    lines = [
        "| hidden | muscle | estimator | best fair baseline, its r | what it is worth |",
        "|---|---|---|---|---|",
    ]
    for verdict in verdicts:
        lines.append(
            f"| {verdict.hidden} | {verdict.muscle} | {labels[verdict.estimator]} | "
            f"{labels[verdict.best_baseline]} {verdict.best_r:.2f} | {verdict.text} |"
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
    draw(select(pool_people(rows), EMG), label_estimators(setup), picture)
    files.append(picture)
    pairs = stem.with_name(f"{stem.name}_people.csv")
    if differences := compare_people_of(setup, rows):
        files.append(pairs)
        write_pairs(pairs, differences, list_given_moments(setup.training.optimization))
    else:
        # Of people who were one group before.
        pairs.unlink(missing_ok=True)
    return files


def _describe_row(row: Row) -> dict[str, object]:
    """What JSON holds of a row; of the only person no name, where nobody has a group none."""
    content = asdict(row)
    for name in ("group", "person"):
        if not content[name]:
            del content[name]
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
    # Of the only person no name, where nobody has a group none.
    grouped, several = any(row.group for row in rows), any(row.person for row in rows)
    whose = [*(["group"] if grouped else []), *(["person"] if several else [])]
    what = ["hidden", "estimator", "kind", "quantity", "trials", "seeds"]
    write_csv(
        path,
        [*whose, *what, *METRICS, *spreads],
        (
            [*([row.group] if grouped else []), *([row.person] if several else [])]
            + [row.hidden, row.estimator, row.kind, row.quantity, row.trials, row.seeds]
            + [f"{row.mean[metric]:.6g}" for metric in METRICS]
            + [f"{row.deviation[metric]:.6g}" for metric in METRICS]
            for row in rows
        ),
    )
