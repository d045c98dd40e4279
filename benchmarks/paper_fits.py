"""Fits whose parameters are held against the truth: a benchmark's cells keep scores alone.

One fold and one seed of each person. What is fitted is kept beside the cells, so that a stopped
program goes on; as with cells, it is made again where version or input files changed.
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from elbow_truth import ComparedParameter, compare_parameters
from paper_scores import find_truth

from nmm_opensim.benchmarking.benchmark_setup import BenchmarkSetup
from nmm_opensim.benchmarking.cell_store import hash_inputs
from nmm_opensim.benchmarking.cells import Question
from nmm_opensim.benchmarking.compute import prepare_question
from nmm_opensim.benchmarking.person import Person
from nmm_opensim.errors import NMMError
from nmm_opensim.estimators.interface import FittedNMM
from nmm_opensim.files import write_text
from nmm_opensim.listener import SILENT
from nmm_opensim.training.fit_outcome import fit_estimator

WITH_PARAMETERS = ("nmm", "hybrid", "posterior")
"""NMMs that are fitted again, as far as the benchmark has them."""
SEED = 1


@dataclass(frozen=True)
class Fit:
    """An NMM of one person: its parameters, and how long it took (s)."""

    person: str
    estimator: str
    seconds: float
    parameters: tuple[ComparedParameter, ...]


@dataclass(frozen=True)
class Wanted:
    """What is to be fitted of a person, and the files that will keep it, by estimator."""

    question: Question
    key: str
    files: dict[str, Path]


def fit_all(setup: BenchmarkSetup, processes: int) -> Iterator[tuple[str, list[Fit]]]:
    """Each person's name and fits, in the order in which they are done, kept ones first.

    Raises:
        NMMError: where a person's files cannot be used.

    """
    missing: list[Wanted] = []
    for wanted in (_want(setup, person) for person in setup.people):
        fits = [_read(wanted, name) for name in wanted.files]
        if all(fit is not None for fit in fits):
            yield wanted.question.person.name, [fit for fit in fits if fit is not None]
        else:
            missing.append(wanted)
    if not missing:
        return
    # New processes, which know nothing of this one: threads of libraries do not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(missing)), context, _begin) as pool:
        fitting = [pool.submit(_fit, wanted) for wanted in missing]
        try:
            for done in as_completed(fitting):
                yield done.result()
        except BrokenProcessPool:
            raise NMMError(
                "fits of parameters: expected processes to end by themselves, but one was ended, "
                "as where memory does not suffice; what is fitted is kept: the same command goes "
                "on, with fewer --processes if need be."
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _want(setup: BenchmarkSetup, person: Person) -> Wanted:
    """The last fold, by its heaviest load the farthest from what training saw."""
    fold, hidden = person.folds[-1], person.hidden_groups[0]
    folder = setup.results_directory / "parameters"
    names = [name for name in WITH_PARAMETERS if name in setup.estimators]
    return Wanted(
        Question(person, hidden, fold, ()),
        f"{hash_inputs(person)} {hidden} {fold} {SEED}",
        {name: folder / f"{person.name}_{name}.json" for name in names},
    )


def _read(wanted: Wanted, estimator: str) -> Fit | None:
    """What is kept, None where it is absent or of something else."""
    try:
        content = json.loads(wanted.files[estimator].read_text(encoding="utf-8"))
        if content["key"] != wanted.key:
            return None
        found = tuple(ComparedParameter(**each) for each in content["parameters"])
        return Fit(wanted.question.person.name, estimator, content["seconds"], found)
    except (OSError, ValueError, KeyError, TypeError):
        # Absent, or not of our making: made anew.
        return None


def _begin() -> None:
    """Ctrl-C ends it without a word, and it has a processor of its own."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    torch.set_num_threads(1)


def _fit(wanted: Wanted) -> tuple[str, list[Fit]]:
    """All fits of a person, those that are not kept made and kept."""
    return wanted.question.person.name, list(_fit_person(wanted))


def _fit_person(wanted: Wanted) -> Iterator[Fit]:
    person = wanted.question.person
    prepared = prepare_question(wanted.question, SILENT)
    for name, file in wanted.files.items():
        fit = _read(wanted, name)
        if fit is None:
            began = time.perf_counter()
            fitted = fit_estimator(name, prepared, SEED)
            seconds = time.perf_counter() - began
            assert isinstance(fitted, FittedNMM)
            compared = compare_parameters(prepared, fitted.describe_nmm(), find_truth(person))
            fit = Fit(person.name, name, seconds, tuple(compared))
            write_text(file, json.dumps(_pack(fit, wanted.key), indent=1))
        yield fit


def _pack(fit: Fit, key: str) -> dict[str, Any]:
    parameters = [asdict(each) for each in fit.parameters]
    return {"key": key, "seconds": fit.seconds, "parameters": parameters}


def sort_fits(setup: BenchmarkSetup, fits: Sequence[Fit]) -> list[Fit]:
    """In the order of people, whoever was done first."""
    order = [person.name for person in setup.people]
    return sorted(fits, key=lambda fit: order.index(fit.person))
