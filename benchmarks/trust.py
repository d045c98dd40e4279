"""Learns trust from masked muscles, and judges it by data sets that are left out.

Every recorded muscle of every setup is asked for in turn without its recording, from
all other channels and from random sets of these, and compared with it. A setup is a benchmark
(``<NMMBenchmarkTool>``, with its folds) or a training setup, whose only walk teaches and tests.

    python benchmarks/trust.py treadmill=setups/treadmill_benchmark.xml … --kept FOLDER \
        --judge-only wearable=setups/wearable_benchmark.xml --write TRUST.json --figure TRUST.png

Nothing is learnt from ``--judge-only`` setups. Each group of setups that share people is left out
as a whole: the table and the figure show predictions by a model that saw nothing of the group.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from trust_judged import Row, judge, show

from nmm_opensim import _core
from nmm_opensim.arrays import Array
from nmm_opensim.benchmarking.benchmark_setup import read_benchmark_setup
from nmm_opensim.estimators.agreement import agree
from nmm_opensim.estimators.interface import Task, split
from nmm_opensim.estimators.prior.combination import MusclePrior
from nmm_opensim.estimators.prior.make_prior import make_prior
from nmm_opensim.estimators.prior.shares import find_peak
from nmm_opensim.estimators.prior.weighing import weigh
from nmm_opensim.estimators.trust.findings import Findings, MaskedMuscle, gather_findings
from nmm_opensim.estimators.trust.learning import Evidence, learn
from nmm_opensim.estimators.trust.trust_model import to_text
from nmm_opensim.files import write_text
from nmm_opensim.nmm.chain import PreparedTrial
from nmm_opensim.nmm.sources import Deep, Measured, MuscleSources, find_recorded
from nmm_opensim.training.hide_channels import hide_channels
from nmm_opensim.training.preparation import PreparedTraining, prepare_recordings
from nmm_opensim.training.training_setup import TrainingSetup, read_training_setup

SUBSETS = 6
"""Random sets of channels, for each muscle that is asked for."""
FRAMES = 250
"""Of a trial that intervals are learnt from."""


@dataclass(frozen=True)
class Question:
    """A channel that is asked for, from some others."""

    channel: str
    heard: tuple[str, ...]
    complete: bool


def list_folds(file: Path) -> Iterator[TrainingSetup]:
    """Training setups of which every recorded muscle is measured."""
    if "NMMBenchmarkTool" in file.read_text(encoding="utf-8"):
        benchmark = read_benchmark_setup(file)
        for person in benchmark.people:
            for fold in person.folds:
                yield fold.apply(hide_channels(person.training, {}))
    else:
        yield hide_channels(read_training_setup(file), {})


def list_questions(channels: Sequence[str], random: np.random.Generator) -> Iterator[Question]:
    """Each channel from all others, and from SUBSETS of at least two of them."""
    for channel in channels:
        others = tuple(name for name in channels if name != channel)
        yield Question(channel, others, True)
        for _ in range(SUBSETS):
            size = min(int(random.integers(2, max(3, len(others)))), len(others))
            chosen = set(random.choice(others, size=size, replace=False).tolist())
            yield Question(channel, tuple(name for name in others if name in chosen), False)


def restrict(prepared: PreparedTraining, question: Question) -> Task:
    """The task in which the question's channels are all there is."""
    task, declared = prepared.task, prepared.declaration.sources
    recorded = find_recorded(declared.sources)[question.channel]
    measured = [
        replace(source, synergists=tuple(n for n in source.synergists if n in question.heard))
        for source in declared.sources
        if isinstance(source, Measured) and set(source.channels) <= set(question.heard)
    ]
    synergists = tuple(name for name in recorded.synergists if name in question.heard)
    sources = MuscleSources((*measured, Deep(recorded.muscle, None, synergists)))
    columns = [declared.channels.index(name) for name in sources.channels]

    def cut(trial: PreparedTrial) -> PreparedTrial:
        return replace(trial, envelopes=trial.envelopes[:, columns])

    return replace(
        task,
        declaration=replace(task.declaration, sources=sources),
        training=tuple(map(cut, task.training)),
        validation=tuple(map(cut, task.validation)),
    )


def answer(
    prepared: PreparedTraining, question: Question, group: str
) -> Iterator[tuple[Evidence, float]]:
    """The evidence of each test trial, and r of the copy of synergists there (NaN without any)."""
    task = restrict(prepared, question)
    prior = make_prior(task)
    weighed = weigh(prior, split(task)[1])
    prior.believe(weighed.weighting, weighed.fit is None or weighed.fit.heard)
    findings = gather_findings(prior, prior.deep[0], weighed.met, split(task)[1])
    channels = prepared.declaration.sources.channels
    asked, heard = channels.index(question.channel), task.declaration.sources.channels
    maximum = max(trial.envelopes[:, asked].max() for trial in prepared.trials.values())
    files = prepared.setup.with_role("test") or prepared.setup.with_role("train")
    for trial in (prepared.trials[each.name] for each in files):
        recording = trial.envelopes[:, asked]
        cut = replace(trial, envelopes=trial.envelopes[:, [channels.index(n) for n in heard]])
        if recording.std() > 0:
            copied = _copy_agreement(prior, cut, recording)
            yield _compare(prior, cut, recording, maximum, (group, question, findings)), copied


def _compare(
    prior: MusclePrior,
    trial: PreparedTrial,
    recording: Array,
    maximum: float,
    of: tuple[str, Question, Findings],
) -> Evidence:
    group, question, findings = of
    asked = prior.deep[0]
    estimate = prior.predict(asked, trial)
    scale = _core.agreement(estimate, recording).best_scale
    error = _core.agreement(scale * estimate, recording).rmse / maximum
    peak = find_peak(estimate)
    every = max(1, len(estimate) // FRAMES)
    learns = question.complete and scale > 0
    nothing = np.empty(0)
    return Evidence(
        group,
        asked.muscle,
        trial.name,
        findings,
        agree(estimate, recording),
        float(error),
        1.0,
        (estimate / peak)[::every] if learns else nothing,
        (recording / (scale * peak))[::every] if learns else nothing,
    )


def _copy_agreement(prior: MusclePrior, trial: PreparedTrial, recording: Array) -> float:
    synergists = prior.find_evidence(prior.deep[0]).synergists
    if not synergists:
        return float("nan")
    copy = np.mean([prior.read(channel, trial) for channel in synergists], axis=0)
    return agree(copy, recording)


def _name(file: Path) -> str:
    """Of a data set: a folder's own training setup has the folder's name."""
    return file.parent.name if file.stem == "train" else file.stem.removesuffix("_benchmark")


def gather(files: Sequence[Path], groups: Sequence[str], kept: Path, console: Console) -> list[Row]:
    """Evidence with whether all channels were heard, its setup, and r of the copy; kept on disk."""
    rows: list[Row] = []
    for file, group in zip(files, groups, strict=True):
        name = _name(file)
        cache = kept / f"{group}_{name}.json"
        if not cache.is_file():
            write_text(cache, json.dumps([_pack(row) for row in _ask_all(file, group)]))
        own = [_unpack(entry) for entry in json.loads(cache.read_text(encoding="utf-8"))]
        rows += own
        console.print(f"{file}: {len(own)} answers")
    return rows


def _ask_all(file: Path, group: str) -> Iterator[Row]:
    random = np.random.default_rng(0)
    for setup in list_folds(file):
        prepared = prepare_recordings(setup)
        for question in list_questions(prepared.declaration.sources.channels, random):
            for evidence, copied in answer(prepared, question, group):
                yield evidence, question.complete, _name(file), copied


def _pack(row: Row) -> list[Any]:
    evidence, *others = row
    entry = asdict(evidence)
    for series in ("estimate", "recording"):
        entry[series] = [float(f"{value:.6g}") for value in entry[series]]
    return [entry, *others]


def _unpack(packed: list[Any]) -> Row:
    entry, complete, name, copied = packed
    findings = entry["findings"]
    findings["masked"] = tuple(MaskedMuscle(**muscle) for muscle in findings["masked"])
    entry["findings"] = Findings(**findings)
    for series in ("estimate", "recording"):
        entry[series] = np.array(entry[series])
    return Evidence(**entry), complete, name, copied


def weigh_rows(rows: list[Row]) -> list[Row]:
    """Every muscle of a group counts once, as often as it was asked for."""
    counts = Counter((e.group, e.muscle, complete) for e, complete, _, _ in rows)
    return [
        (replace(e, weight=1.0 / counts[e.group, e.muscle, complete]), complete, stem, copied)
        for e, complete, stem, copied in rows
    ]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("setups", nargs="+", help="GROUP=SETUP.xml")
    parser.add_argument("--judge-only", nargs="*", default=[], help="GROUP=SETUP.xml")
    parser.add_argument("--kept", type=Path, required=True, help="folder of what was gathered")
    parser.add_argument("--write", type=Path)
    parser.add_argument("--figure", type=Path)
    options = parser.parse_args()
    console = Console()
    options.kept.mkdir(parents=True, exist_ok=True)
    pairs = [text.split("=", 1) for text in (*options.setups, *options.judge_only)]
    judged_only = {text.split("=", 1)[0] for text in options.judge_only}
    rows = weigh_rows(
        gather([Path(f) for _, f in pairs], [g for g, _ in pairs], options.kept, console)
    )
    show(judge(rows, judged_only), console, options.figure)
    if options.write:
        learnt = [e for e, *_ in rows if e.group not in judged_only]
        sources = [
            f"{group}: {_name(Path(file))}" for group, file in pairs if group not in judged_only
        ]
        options.write.write_text(to_text(learn(learnt, sources)), encoding="utf-8")


if __name__ == "__main__":
    main()
