"""Verbs that train, judge and run NMMs."""

from __future__ import annotations

from pathlib import Path

import click
from rich.markdown import Markdown

from .console import SETUP, ConsoleListener, console, example


@click.command(epilog=example("nmm-opensim train setups/walking_train.xml"))
@SETUP
def train(setup: Path) -> None:
    """Train an NMM on joint moments and write its artefact (.nmm).

    SETUP holds an NMMTrainingTool: trials with roles, a source for every muscle, the estimator, and
    what is calibrated within which bounds. Of several seeds the one with the least training loss
    becomes the artefact, so no hidden recording has a say. Ctrl-C keeps the progress, and the same
    command goes on from there.
    """
    from ..training.score_tables import describe_judgements, make_tables
    from ..training.scoring import summarise
    from ..training.train import train

    with ConsoleListener("Training") as listener:
        trained = train(setup, listener)
    chosen = trained.outcome.chosen
    console.print(make_tables(summarise(trained.scores)))
    for line in describe_judgements(chosen.describe_nmm()):
        console.print(line, soft_wrap=True)
    console.print(f"Scores of every seed: {trained.scores_file}", soft_wrap=True)
    which = "" if chosen.loss is None else f" of seed {chosen.seed} (least training loss)"
    console.print(f"Artefact{which}: {trained.artefact_file}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim population setups/walking_population.xml"))
@SETUP
def population(setup: Path) -> None:
    """Build a population: statistics of many people's EMG (.nmmpop).

    SETUP holds an NMMPopulationTool: a movement, and people as tables of mean strides, as training
    setups of their recordings, or as finished populations; which muscle each column or channel
    records is said and never guessed. Nobody's own curve is in the file: a muscle takes five people
    at least. Prints how well people foretell one whom they do not know. Raw EMG is turned into
    envelopes by process-emg first.
    """
    from ..population.build import build_population
    from ..population.population_table import describe_sources, make_table

    with ConsoleListener("Population", "nothing is written") as listener:
        built = build_population(setup, listener)
    console.print(make_table(built))
    for line in describe_sources(built):
        console.print(line, soft_wrap=True)
    console.print(f"Population: {built.setup.population_file}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim run setups/walking_nmm.xml"))
@SETUP
def run(setup: Path) -> None:
    """Run an NMM inside OpenSim and draw the result.

    SETUP holds an NMMTool, which the plugin runs in the real opensim-cmd: reconstructed EMG,
    activations, muscle forces, joint moments and their agreement as .sto files. A picture of deep
    EMG and moments is added. `opensim-cmd print-xml NMMTool` is the manual of the setup.
    """
    from ..running.run import run

    done = run(setup)
    console.print(f"Results: {done.results.setup.results_directory}", soft_wrap=True)
    if outside := done.results.describe_outside():
        console.print(f"Outside training: {outside}", soft_wrap=True)
    for muscle, said in done.results.describe_verdicts().items():
        console.print(f"{muscle}: {said}", soft_wrap=True, markup=False)
    console.print(f"Picture: {done.picture}", soft_wrap=True)
    console.print(f"The same without Python:\n  {' '.join(done.command)}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim benchmark setups/walking_benchmark.xml"))
@SETUP
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Compute in N processes: a person's hidden group and fold in each at a time.",
)
def benchmark(setup: Path, processes: int) -> None:
    """Hide recorded muscles in turn and ask every estimator for them.

    SETUP holds an NMMBenchmarkTool: a training setup, or one for each of several people, the
    channels to hide, the estimators and the seeds. Tells for which of your muscles the method can
    be trusted, beside its baselines, as Markdown, CSV, JSON and a picture. What is computed is
    kept: the same command goes on where it was stopped.
    """
    from ..benchmarking.benchmark import benchmark

    with ConsoleListener("Benchmark", "what is computed is kept", line_every=0.0) as listener:
        done = benchmark(setup, listener, processes)
    console.print(Markdown(done.markdown))
    for file in done.files:
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
