"""Verbs for a project: its setups and what they need."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.markup import escape
from rich.table import Table

from ..errors import NMMError
from .console import FILE, FOLDER, console, example, warn

F = TypeVar("F", bound=Callable[..., None])


def _file_option(name: str, text: str, *, many: bool = True) -> Callable[[F], F]:
    """An option for a file, or for one file of each recording."""
    parameter = name.removeprefix("--").replace("-", "_") + ("s" if many else "")
    return click.option(name, parameter, multiple=many, type=FILE, help=text)


@click.command(
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
@click.argument("model_file", metavar="MODEL", type=FILE)
@click.option(
    "--output",
    "folder",
    required=True,
    type=FOLDER,
    help="Folder of the setups; their results go into its folder results.",
)
@click.option("--name", help="What files are named after. Default: the folder's name.")
@_file_option("--emg-file", "EMG envelopes (.sto), 0 to 1. Repeat it for more recordings.")
@_file_option("--marker-file", "Markers (.trc), one for each EMG file, in the same order.")
@_file_option("--coordinates-file", "Joint angles (.mot, .sto) in place of markers.")
@_file_option("--external-loads-file", "ExternalLoads (.xml), such as of force plates.")
@click.option("--no-external-loads", is_flag=True, help="Nothing acts on the body from outside.")
@_file_option(
    "--measured-file",
    "When all loads are measured (.csv of gait-events): training and test stay within.",
)
@click.option(
    "--measured-side",
    type=click.Choice(["right", "left", "both"]),
    help="The legs whose moments are wanted, of the measured files.",
)
@_file_option("--inverse-dynamics-file", "Joint moments (.sto), where they are known.")
@_file_option("--tasks-file", "IKTaskSet (.xml) with the weights of the markers.", many=False)
@_file_option(
    "--emg-setup-file", "Setup of process-emg, so that the report shows raw EMG.", many=False
)
@_file_option(
    "--other-subject",
    "Another person's training setup, whose recordings help; muscles are paired by equal names. "
    "Repeat it.",
)
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
@_file_option(
    "--static-file",
    "Markers of a static trial (.trc): writes only the marker map that scale takes.",
    many=False,
)
@click.option("--overwrite", is_flag=True, help="Replace setups that are there.")
def init(static_file: Path | None, **values: Any) -> None:
    """Write the setups of a new project from a model and recordings.

    MODEL is an .osim file with Millard2012EquilibriumMuscles. Looks at which muscles cross the
    coordinates, which of them are measured and which act alike, and writes setups that run: inverse
    kinematics and dynamics, training, run, benchmark. Channels are matched to muscles only where
    you say so or names are equal; what is open is marked FILL IN and listed with near names. Asks
    what no file tells, but only at a terminal.

    A generic model is scaled first: with a static trial and MODEL alone init writes a table of its
    markers, to fill in which marker of the model each is, with near ones beside.
    """
    from ..project.init.init import Options, write_setups
    from ..project.init.setup_table import make_table

    if static_file is not None:
        _write_marker_map(static_file, values)
        return
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


def _write_marker_map(static_file: Path, values: dict[str, Any]) -> None:
    from ..project.init.static_trial import prepare_marker_map

    own = {"model_file", "folder", "overwrite"}
    others = [f"--{name.removesuffix('s').replace('_', '-')}" for name in values if name not in own]
    given = [values[name] for name in values if name not in own]
    if any(given):
        option = next(option for option, value in zip(others, given, strict=True) if value)
        raise NMMError(
            f"init: --static-file: expected no setups to be asked for yet, but found {option}; "
            "they take the scaled model: scale first, then call init without --static-file."
        )
    written = prepare_marker_map(
        values["model_file"], static_file, values["folder"], values["overwrite"]
    )
    console.print(f"Written: {written.file}", soft_wrap=True)
    console.print(
        f"{written.markers - len(written.open)} of {written.markers} markers are named like the "
        "model's. Fill in the column model_marker for the others: the model's marker at the same "
        "place, or the body that carries it, or none. The suggestions beside are not read.",
        soft_wrap=True,
    )
    console.print("\nNext:", written.command, sep="\n  ", soft_wrap=True)


@click.command(epilog=example("nmm-opensim validate setups/walking_train.xml"))
@click.argument("setups", nargs=-1, required=True, type=FILE)
def validate(setups: tuple[Path, ...]) -> None:
    """Check setup files without running anything.

    SETUPS hold tools of ours; the first thing that is wrong is one line with file and line. Files
    that a setup names must be there, but are not read.
    """
    from ..project.schemas.check import check_setup

    for setup in setups:
        console.print(f"{setup}: a valid {check_setup(setup)}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim schemas results/schemas"))
@click.argument("folder", type=FOLDER)
def schemas(folder: Path) -> None:
    """Write the XML Schemas of all setups into FOLDER, for an editor.

    Point the editor at setup.xsd: it completes elements, tells what they mean and underlines what
    is wrong.
    """
    from ..project.schemas.schema import write_schemas

    console.print(f"Schema of every setup: {write_schemas(folder)}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim doctor --artefact results/walking/walking.nmm"))
@click.option(
    "--artefact",
    type=FILE,
    help="Trained NMM (.nmm) to look at too.",
)
def doctor(artefact: Path | None) -> None:
    """Which OpenSim, plugin, torch and artefact are found, and whether they fit.

    Where the plugin cannot be loaded the real reason is told: a missing library in the loader's own
    words, or the versions that differ. The exit status is 1 if anything does not fit.
    """
    from ..running.doctor import examine

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
