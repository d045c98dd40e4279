"""The command line: thin verbs over the package."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from . import __version__
from .errors import one_line_errors

SETUP = click.argument("setup", type=click.Path(path_type=Path, dir_okay=False))
console = Console(highlight=False)
F = TypeVar("F", bound=Callable[..., None])


def warn(text: str) -> None:
    """Something that a user should know and that stops nothing."""
    console.print(f"Warning: {text}", style="yellow", soft_wrap=True)


def example(*lines: str, what: str = "") -> str:
    """What a help text ends with, kept line by line."""
    title = f"Example, {what}:" if what else "Example:"
    return "\b\n" + "\n  ".join([title, *lines])


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example(
        "nmm-opensim inverse-kinematics setups/walking_ik.xml",
        "nmm-opensim inverse-dynamics setups/walking_id.xml",
        "nmm-opensim train setups/walking_train.xml",
        "nmm-opensim run setups/walking_nmm.xml",
        what="the whole chain on one walking trial",
    ),
)
@click.version_option(__version__)
def cli() -> None:
    """See the muscles that electrodes cannot reach.

    A neural musculoskeletal model (NMM) reconstructs the EMG of deep muscles from surface EMG and
    motion, with OpenSim's physics as the teacher. Every verb takes an OpenSim-style XML setup;
    file names in it are relative to the setup's own folder.
    """


def _file_option(name: str, text: str, *, many: bool = True) -> Callable[[F], F]:
    """An option for a file, or for one file of each recording."""
    parameter = name.removeprefix("--").replace("-", "_") + ("s" if many else "")
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(name, parameter, multiple=many, type=kind, help=text)


@cli.command(
    "init",
    epilog=example(
        "nmm-opensim init data/example3DWalking/subject_walk_scaled.osim --output results/knee \\",
        "    --emg-file data/example3DWalking/electromyography.sto \\",
        "    --marker-file data/example3DWalking/markers_walk.trc \\",
        "    --tasks-file data/example3DWalking/ik_tasks_walk.xml \\",
        "    --external-loads-file data/example3DWalking/grf_walk.xml --cutoff 6 \\",
        "    --coordinate knee_angle_r --coordinate ankle_angle_r --deep-muscle soleus_r \\",
        "    --channel soleus=soleus_r --channel gastrocnemius=gasmed_r,gaslat_r \\",
        "    --channel tibialis_anterior=tibant_r --channel vastus_medius=vasmed_r,vasint_r",
    ),
)
@click.argument("model_file", metavar="MODEL", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the setups; their results go into its folder results.",
)
@click.option("--name", help="What files are named after. Default: the folder's name.")
@_file_option("--emg-file", "EMG envelopes (.sto), 0 to 1. Repeat it for more recordings.")
@_file_option("--marker-file", "Markers (.trc), one for each EMG file, in the same order.")
@_file_option("--coordinates-file", "Joint angles (.mot, .sto) in place of markers.")
@_file_option("--external-loads-file", "ExternalLoads (.xml), such as of force plates.")
@click.option("--no-external-loads", is_flag=True, help="Nothing acts on the body from outside.")
@_file_option("--inverse-dynamics-file", "Joint moments (.sto), where they are known.")
@_file_option("--tasks-file", "IKTaskSet (.xml) with the weights of the markers.", many=False)
@click.option("--cutoff", help="Low-pass filter of angles and forces, Hz, or none.")
@click.option(
    "--coordinate",
    "coordinates",
    multiple=True,
    help="A coordinate whose moment supervises. Repeat it.",
)
@click.option(
    "--deep-muscle", "deep_muscles", multiple=True, help="A muscle to reconstruct. Repeat it."
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="CHANNEL=MUSCLE,…",
    help="Which muscles a channel measures; none for no muscle. Repeat it.",
)
@_file_option(
    "--mapping-file",
    "CSV with the columns channel,muscles in place of --channel.",
    many=False,
)
@click.option("--overwrite", is_flag=True, help="Replace setups that are there.")
def init(**values: Any) -> None:
    """Write the setups of a new project from a model and recordings.

    MODEL is an .osim file with Millard2012EquilibriumMuscles. Looks at which muscles cross the
    coordinates, which of them are measured and which act alike, and writes setups that run: inverse
    kinematics and dynamics, training, run, benchmark. Channels are matched to muscles only where
    you say so or names are equal; what is open is marked FILL IN and listed with near names. Asks
    what no file tells, but only at a terminal.
    """
    from .init.init import Options, write_setups
    from .init.report import make_table

    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    options = Options(**values)
    written = write_setups(
        options,
        (lambda q: click.prompt(q, default="", show_default=False)) if at_terminal else None,
    )
    console.print(make_table(written))
    for file in written.files:
        console.print(f"Written: {file}", soft_wrap=True)
    if written.mapping_file is not None:
        channels = ", ".join(written.open_channels)
        warn(
            f"nobody said which muscles these channels measure: {channels}; fill in "
            f"{written.mapping_file} and give it as --mapping-file with --overwrite."
        )
    console.print("\nNext:", *written.commands, sep="\n  ", soft_wrap=True)


@cli.command(
    "process-emg",
    epilog=example(
        "python -m nmm_opensim.emg data/elbow_raw",
        "nmm-opensim process-emg setups/elbow_emg.xml",
    ),
)
@SETUP
def process_emg(setup: Path) -> None:
    """Envelopes (.sto) from raw EMG, and what is wrong with the recording.

    SETUP holds an NMMEmgProcessingTool: files (.csv, .txt, .c3d, .sto, .mot), filters and
    normalisation. The envelopes are as `train` takes them. Findings are shown and written as JSON.
    """
    from .emg.process import process_emg
    from .emg.quality_file import make_table
    from .emg.setup import read_emg_setup

    declared = read_emg_setup(setup)
    with console.status("Processing EMG") as status:
        processed = process_emg(declared, status.update)
    if any(recording.findings for recording in processed.recordings):
        console.print(make_table(processed.recordings))
    else:
        console.print("No findings.")
    for file in processed.envelope_files:
        console.print(f"EMG envelopes: {file}", soft_wrap=True)
    console.print(f"EMG quality: {processed.quality_file}", soft_wrap=True)


@cli.command(
    "inverse-kinematics",
    epilog=example("nmm-opensim inverse-kinematics setups/walking_ik.xml"),
)
@SETUP
def inverse_kinematics(setup: Path) -> None:
    """Joint angles from markers, by OpenSim's InverseKinematicsTool.

    SETUP holds an NMMInverseTool, which inverse-dynamics takes too: all trials, one filter. Or it
    is OpenSim's own setup file; unlike in OpenSim, its model is looked for in the setup's folder
    too, so it runs from anywhere.
    """
    from .inverse.run import run_kinematics

    for motion in run_kinematics(setup):
        console.print(f"Joint angles: {motion}", soft_wrap=True)


@cli.command(
    "inverse-dynamics",
    epilog=example("nmm-opensim inverse-dynamics setups/walking_id.xml"),
)
@SETUP
def inverse_dynamics(setup: Path) -> None:
    """Joint moments from angles and external loads, by OpenSim's InverseDynamicsTool.

    SETUP holds an NMMInverseTool, which filters angles and loads alike, or is OpenSim's own setup
    file. So that the moments are those the muscles must give, it must exclude Muscles and
    actuators, and no other force that acts: limits, ligaments and springs stay in the model. The
    result's header states how it was made; `train` checks it.
    """
    from .inverse.run import run_dynamics

    for moments in run_dynamics(setup):
        console.print(f"Joint moments: {moments}", soft_wrap=True)


@cli.command(epilog=example("nmm-opensim train setups/walking_train.xml"))
@SETUP
def train(setup: Path) -> None:
    """Train an NMM on joint moments and write its artefact (.nmm).

    SETUP holds an NMMTrainingTool: trials with roles, a source for every muscle, the estimator, and
    what is calibrated within which bounds. Of several seeds the one with the least training loss
    becomes the artefact, so no hidden recording has a say. Ctrl-C keeps a network's progress, and
    the same command goes on from there.
    """
    from .training.score_report import describe_judgements, list_scores, make_tables, write_scores
    from .training.scoring import score_training, summarise
    from .training.setup import read_training_setup
    from .training.train import choose, train
    from .training.training import Training

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
    with Progress(
        TextColumn("Training"),
        BarColumn(),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
        console=console,
    ) as bar:
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
    training.clear_checkpoint()
    table = declared.results_directory / f"{declared.name}_scores.csv"
    write_scores(table, scores)
    console.print(make_tables(summaries))
    for line in describe_judgements(chosen.nmm.describe_nmm()):
        console.print(line, soft_wrap=True)
    console.print(f"Scores of every seed: {table}", soft_wrap=True)
    which = "" if chosen.loss is None else f" of seed {chosen.nmm.seed} (least training loss)"
    console.print(f"Artefact{which}: {declared.artefact_file}", soft_wrap=True)


@cli.command(epilog=example("nmm-opensim benchmark setups/walking_benchmark.xml"))
@SETUP
def benchmark(setup: Path) -> None:
    """Hide recorded muscles in turn and ask every estimator for them.

    SETUP holds an NMMBenchmarkTool: a training setup, the channels to hide, the estimators and the
    seeds. Tells for which of your muscles the method can be trusted, beside its baselines, as
    Markdown, CSV, JSON and a picture. What is computed is kept: the same command goes on where it
    was stopped.
    """
    from .benchmark.cells import Cell, run_cells
    from .benchmark.report import make_markdown, write_report
    from .benchmark.setup import read_benchmark_setup
    from .benchmark.summary import judge, summarise_cells
    from .estimators.catalogue import ESTIMATORS

    declared = read_benchmark_setup(setup)
    with Progress(
        TextColumn("Benchmark"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total} {task.fields[state]}"),
        TimeElapsedColumn(),
        console=console,
    ) as bar:
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
    options = declared.training.optimization
    verdicts = judge(rows, {name: ESTIMATORS[name](options).standing for name in ESTIMATORS})
    console.print(Markdown(make_markdown(declared, rows, verdicts)))
    for file in write_report(declared, rows, verdicts):
        console.print(f"Written: {file}", soft_wrap=True)


@cli.command(epilog=example("nmm-opensim timing setups/walking_train.xml"))
@SETUP
def timing(setup: Path) -> None:
    """How much EMG leads the motion it causes, from measured muscles only.

    SETUP holds an NMMTrainingTool; its training trials are looked at. The lead of each recording is
    the electromechanical delay and the lag between its streams together. An implausible one is a
    warning.
    """
    from .timing.recordings import estimate_setup_timing
    from .timing.report import make_table
    from .training.setup import read_training_setup
    from .training.training import Training

    declared = read_training_setup(setup)
    with console.status("Reading data and sampling muscle paths") as status:
        training = Training(declared, status.update)
        status.update("Estimating lags")
        found = estimate_setup_timing(training)
    console.print(make_table(found))
    for warning in found.warnings:
        warn(warning)


@cli.command(epilog=example("nmm-opensim run setups/walking_nmm.xml"))
@SETUP
def run(setup: Path) -> None:
    """Run an NMM inside OpenSim and draw the result.

    SETUP holds an NMMTool, which the plugin runs in the real opensim-cmd: reconstructed EMG,
    activations, muscle forces, joint moments and their agreement as .sto files. A picture of deep
    EMG and moments is added. `opensim-cmd print-xml NMMTool` is the manual of the setup.
    """
    from .figures import draw_run
    from .opensim_cmd import run_tool
    from .results import read_results, read_run_setup

    declared = read_run_setup(setup)
    command = run_tool(setup)
    picture = declared.results_directory / f"{declared.name}.png"
    draw_run(read_results(declared), picture)
    console.print(f"Results: {declared.results_directory}", soft_wrap=True)
    console.print(f"Picture: {picture}", soft_wrap=True)
    console.print(f"The same without Python:\n  {' '.join(command)}", soft_wrap=True)


@cli.command(epilog=example("nmm-opensim validate setups/walking_train.xml"))
@click.argument("setups", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
def validate(setups: tuple[Path, ...]) -> None:
    """Check setup files without running anything.

    SETUPS hold tools of ours; the first thing that is wrong is one line with file and line. Files
    that a setup names must be there, but are not read.
    """
    from .schemas.check import check_setup

    for setup in setups:
        console.print(f"{setup}: a valid {check_setup(setup)}", soft_wrap=True)


@cli.command(epilog=example("nmm-opensim schemas results/schemas"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def schemas(folder: Path) -> None:
    """Write the XML Schemas of all setups into FOLDER, for an editor.

    Point the editor at setup.xsd: it completes elements, tells what they mean and underlines what
    is wrong.
    """
    from .schemas.schema import write_schemas

    console.print(f"Schema of every setup: {write_schemas(folder)}", soft_wrap=True)


@cli.command(
    "convert-muscles",
    epilog=example(
        "nmm-opensim convert-muscles data/arm26/arm26.osim --output results/arm26_millard.osim"
    ),
)
@click.argument("model", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The converted copy; put it beside MODEL if that refers to other files.",
)
def convert_muscles(model: Path, output: Path) -> None:
    """Convert all muscles of a model to Millard2012EquilibriumMuscle, in a copy.

    MODEL is an .osim file; an NMM needs muscles of this class. Parameters, paths and everything
    else in the model are kept; Millard's curves are brought as near to the old muscles' as they
    come. What that changed, and what has no equivalent, is shown and written beside the copy:
    _conversion.csv, and isometric force-length curves as _force_length.csv and .png.
    """
    from .conversion.convert import convert_muscles
    from .conversion.report import draw_curves, make_report, write_curves, write_properties

    with console.status("Converting muscles"):
        muscles = convert_muscles(model, output)
    console.print(make_report(muscles))
    console.print(f"Converted model: {output}", soft_wrap=True)
    if muscles:
        properties, curves, picture = (
            output.with_name(output.stem + ending)
            for ending in ("_conversion.csv", "_force_length.csv", "_force_length.png")
        )
        write_properties(properties, muscles)
        write_curves(curves, muscles)
        draw_curves(picture, muscles)
        console.print(f"What was lost, added and changed: {properties}", soft_wrap=True)
        console.print(f"Force-length curves: {curves}, {picture}", soft_wrap=True)


@cli.command(
    "apply-calibration",
    epilog=example(
        "nmm-opensim apply-calibration data/example3DWalking/subject_walk_scaled.osim "
        "--artefact results/walking/walking.nmm --output results/walking/calibrated.osim"
    ),
)
@click.argument("model", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--artefact",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Trained NMM (.nmm) whose calibrated muscle parameters are set.",
)
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The calibrated copy; put it beside MODEL if that refers to other files.",
)
def apply_calibration(model: Path, artefact: Path, output: Path) -> None:
    """Set an NMM's calibrated muscle parameters in a copy of its model.

    MODEL is the .osim file that the NMM was trained with. Strength, optimal fibre length and tendon
    slack length become the artefact's absolute values, so doing it twice changes nothing. EMG
    gains, shape factor and electromechanical delay, which no model file can hold, stay in the
    artefact.
    """
    from .calibrated_model import write_calibrated_model

    changes = write_calibrated_model(model, artefact, output)
    table = Table("muscle", "parameter", "before", "after", box=None)
    for change in changes:
        table.add_row(
            change.muscle, change.parameter, f"{change.before:.5g}", f"{change.after:.5g}"
        )
    console.print(table)
    console.print(f"Calibrated model: {output}", soft_wrap=True)


@cli.command(
    epilog=example(
        "nmm-opensim scale data/arm26/arm26.osim --output results/arm26_light.osim --mass 3.1"
    ),
)
@click.argument("model", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--output",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The scaled copy; put it beside MODEL if that refers to other files.",
)
@click.option("--mass", required=True, type=float, help="Total mass of the subject's model, kg.")
@click.option("--height", type=float, help="The subject's height, m; needs --model-height.")
@click.option("--model-height", type=float, help="Height of the person that MODEL stands for, m.")
@click.option(
    "--segment",
    "segments",
    multiple=True,
    metavar="BODY=METRES",
    help="Length of a segment between its joint centres; goes before the height. Repeat it.",
)
@click.option(
    "--strength",
    type=click.Choice(["mass-length", "model"]),
    default="mass-length",
    show_default=True,
    help="Maximum isometric forces: with body mass over fibre length, or the model's own.",
)
def scale(
    model: Path,
    output: Path,
    mass: float,
    height: float | None,
    model_height: float | None,
    segments: tuple[str, ...],
    strength: str,
) -> None:
    """Scale a generic model to a subject without markers, in a copy.

    MODEL is an .osim file. Each body keeps its share of the mass; lengths change where a height or
    segments are given, and with them paths, fibres and tendons. What changed is shown and written
    beside the copy: _scaling.csv. With a static trial with markers use OpenSim's own ScaleTool.
    """
    from .scaling.report import make_report, write_changes
    from .scaling.scale import scale_model
    from .scaling.segments import read_segment_lengths

    scaled = scale_model(
        model,
        output,
        mass,
        height=height,
        model_height=model_height,
        segment_lengths=read_segment_lengths(segments),
        scale_strength=strength == "mass-length",
    )
    console.print(make_report(scaled))
    table = output.with_name(f"{output.stem}_scaling.csv")
    write_changes(table, scaled)
    console.print(f"Scaled model: {output}", soft_wrap=True)
    console.print(f"Every number before and after: {table}", soft_wrap=True)


@cli.command(epilog=example("nmm-opensim doctor --artefact results/walking/walking.nmm"))
@click.option(
    "--artefact",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Trained NMM (.nmm) to look at too.",
)
def doctor(artefact: Path | None) -> None:
    """Which OpenSim, plugin, torch and artefact are found, and whether they fit.

    Where the plugin cannot be loaded the real reason is told: a missing library in the loader's own
    words, or the versions that differ. The exit status is 1 if anything does not fit.
    """
    from .doctor import examine

    findings = examine(artefact)
    table = Table(box=None, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in findings:
        mark = {True: "[green]fits", False: "[red]does not fit", None: ""}[finding.fits]
        table.add_row(finding.name, mark, escape(finding.text))
    console.print(table)
    if any(finding.fits is False for finding in findings):
        sys.exit(1)


def main() -> None:
    """Run the command line: an unusable input is one line and exit status 2, never a traceback."""
    try:
        with one_line_errors("nmm-opensim"):
            cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
