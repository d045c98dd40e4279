"""Verbs that train, judge and run NMMs."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.markdown import Markdown

from .console import SETUP, console, example, make_progress, warn


@click.command(epilog=example("nmm-opensim train setups/walking_train.xml"))
@SETUP
def train(setup: Path) -> None:
    """Train an NMM on joint moments and write its artefact (.nmm).

    SETUP holds an NMMTrainingTool: trials with roles, a source for every muscle, the estimator, and
    what is calibrated within which bounds. Of several seeds the one with the least training loss
    becomes the artefact, so no hidden recording has a say. Ctrl-C keeps the progress, and the same
    command goes on from there.
    """
    from ..training.preparation import Training
    from ..training.score_tables import describe_judgements, list_scores, make_tables, write_scores
    from ..training.scoring import score_training, summarise
    from ..training.train import choose, train
    from ..training.training_setup import read_training_setup

    declared = read_training_setup(setup)
    with console.status("Reading data and sampling muscle paths") as status:
        training = Training(declared, status.update)
    for warning in training.warnings:
        warn(warning)
    if (report := training.declaration.path_model.report) is not None:
        paths = declared.artefact_file.with_name(f"{declared.artefact_file.stem}_paths.csv")
        report.write(paths)
        console.print(report.describe(), soft_wrap=True)
        console.print(f"Fitted paths of every muscle: {paths}", soft_wrap=True)
    with make_progress("Training", "{task.fields[state]}") as bar:
        task = bar.add_task("", total=None, state="")

        def show(text: str, share: float | None) -> None:
            bar.update(task, total=None if share is None else 1.0, completed=share, state=text)

        try:
            outcomes = train(training, show, warn)
        except KeyboardInterrupt:
            bar.stop()
            console.print("Stopped; the progress is kept. The same command goes on from here.")
            sys.exit(130)
        bar.update(task, total=1.0, completed=1.0)
    scores = score_training(training, outcomes)
    chosen = choose(outcomes)
    summaries = summarise(scores)
    training.write(chosen, list_scores(summaries))
    training.checkpoint.clear()
    table = declared.results_directory / f"{declared.name}_scores.csv"
    write_scores(table, scores)
    console.print(make_tables(summaries))
    for line in describe_judgements(chosen.nmm.describe_nmm()):
        console.print(line, soft_wrap=True)
    console.print(f"Scores of every seed: {table}", soft_wrap=True)
    which = "" if chosen.loss is None else f" of seed {chosen.nmm.seed} (least training loss)"
    console.print(f"Artefact{which}: {declared.artefact_file}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim run setups/walking_nmm.xml"))
@SETUP
def run(setup: Path) -> None:
    """Run an NMM inside OpenSim and draw the result.

    SETUP holds an NMMTool, which the plugin runs in the real opensim-cmd: reconstructed EMG,
    activations, muscle forces, joint moments and their agreement as .sto files. A picture of deep
    EMG and moments is added. `opensim-cmd print-xml NMMTool` is the manual of the setup.
    """
    from ..running.figures import draw_run
    from ..running.opensim_cmd import run_tool
    from ..running.results import read_results, read_run_setup

    declared = read_run_setup(setup)
    command = run_tool(setup)
    picture = declared.results_directory / f"{declared.name}.png"
    draw_run(read_results(declared), picture)
    console.print(f"Results: {declared.results_directory}", soft_wrap=True)
    console.print(f"Picture: {picture}", soft_wrap=True)
    console.print(f"The same without Python:\n  {' '.join(command)}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim benchmark setups/walking_benchmark.xml"))
@SETUP
def benchmark(setup: Path) -> None:
    """Hide recorded muscles in turn and ask every estimator for them.

    SETUP holds an NMMBenchmarkTool: a training setup, the channels to hide, the estimators and the
    seeds. Tells for which of your muscles the method can be trusted, beside its baselines, as
    Markdown, CSV, JSON and a picture. What is computed is kept: the same command goes on where it
    was stopped.
    """
    from ..benchmarking.benchmark_report import make_markdown, write_report
    from ..benchmarking.benchmark_setup import read_benchmark_setup
    from ..benchmarking.cells import Cell, run_cells
    from ..benchmarking.summary import judge, summarise_cells
    from ..estimators.catalogue import list_standings

    declared = read_benchmark_setup(setup)
    with make_progress("Benchmark", "{task.completed}/{task.total} {task.fields[state]}") as bar:
        task = bar.add_task("", total=None, state="")

        def show(cell: Cell, number: int, total: int) -> None:
            seed = "" if cell.seed is None else f", seed {cell.seed}"
            state = f"{cell.hidden.name}, {cell.fold.name}, {cell.estimator}{seed}"
            bar.update(task, completed=number, total=total, state=state)

        try:
            cells = list(run_cells(declared, show, warn))
        except KeyboardInterrupt:
            bar.stop()
            console.print("Stopped; what is computed is kept. The same command goes on from here.")
            sys.exit(130)
        bar.update(task, completed=len(cells), total=len(cells), state="")
    rows = summarise_cells(cells)
    verdicts = judge(rows, list_standings(declared.training.optimization))
    console.print(Markdown(make_markdown(declared, rows, verdicts)))
    for file in write_report(declared, rows, verdicts):
        console.print(f"Written: {file}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim report setups/walking_report.xml"))
@SETUP
def report(setup: Path) -> None:
    """Show a whole project in one HTML file.

    SETUP holds an NMMReportTool: the training setup; runs, raw EMG and benchmark where there are
    some. The page needs no network and no program but a browser: data quality, deep EMG, muscle
    forces, moments, parameters, baselines, verdicts, and how to make all of it again. Figures for
    papers (PDF, SVG) are written beside it.
    """
    from ..report.report_setup import read_report_setup
    from ..report.write import write_report

    declared = read_report_setup(setup)
    with console.status("Report") as status:
        page, *figures = write_report(declared, status.update)
    console.print(f"Report: {page}", soft_wrap=True)
    if figures:
        console.print(f"Figures for papers: {len(figures)} files beside it", soft_wrap=True)
