"""Verbs that take recordings to what an NMM is trained with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .console import FILE, FOLDER, SETUP, ConsoleListener, console, example, warn

if TYPE_CHECKING:
    from ..formats.tables import Table
    from ..recordings.columns import Reading

RATE = click.option("--sampling-rate", type=float, help="Hz, where FILE has no column of times.")
INITIAL_TIME = click.option("--initial-time", type=float, help="s; nothing before is written.")
FINAL_TIME = click.option("--final-time", type=float, help="s; nothing after is written.")


@click.command(
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
    from ..recordings.emg.emg_setup import read_emg_setup
    from ..recordings.emg.process import process_emg
    from ..recordings.emg.quality_file import make_table

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


@click.command(
    "convert-c3d",
    epilog=example(
        'nmm-opensim convert-c3d trial.c3d --output results/trial --axes "x z -y" \\',
        "    --plate 1=calcn_r --plate 2=calcn_l",
        what="for a laboratory that walks along x and whose z points up",
    ),
)
@click.argument("file", type=FILE)
@click.option(
    "--output",
    "folder",
    required=True,
    type=FOLDER,
    help="Folder of the files that are written.",
)
@click.option(
    "--axes",
    required=True,
    help="The laboratory's axes that become OpenSim's x (forward), y (up), z (right): 'x z -y'.",
)
@click.option(
    "--plate",
    "plates",
    multiple=True,
    metavar="NUMBER[=BODY]",
    help="A force plate, from 1, and the model's body that steps on it if one does. Repeat it.",
)
@click.option(
    "--force-threshold",
    type=float,
    default=20.0,
    show_default=True,
    help="N; where a plate carries less, it is taken for empty.",
)
@click.option(
    "--action-forces",
    is_flag=True,
    help="The channels hold the force on the plate, not the reaction on the subject.",
)
@click.option(
    "--length-units",
    "length_unit",
    type=click.Choice(["mm", "cm", "m"]),
    help="Of the markers and plates, where FILE states none that is known.",
)
@click.option(
    "--strip-prefix", is_flag=True, help="Take off the subject's name that all markers begin with."
)
@click.option(
    "--marker", "names", multiple=True, help="A marker to write. Repeat it. Default: all of them."
)
def convert_c3d(
    file: Path, folder: Path, axes: str, plates: tuple[str, ...], **options: Any
) -> None:
    """Markers (.trc) and external loads (.xml, .mot) from a C3D file.

    FILE's markers go to <name>_markers.trc, its force plates (types 1 to 4) to <name>_forces.mot,
    in N, m and N m, and where you name the bodies that stand on them to <name>_external_loads.xml.
    Where feet and plates change, give numbers alone, and gait-events finds who stood where. Times
    count from the first frame, as those of its EMG do. What is left out, or looks unusual, is said.
    """
    from ..recordings.convert_c3d import convert_c3d, parse_plates
    from ..recordings.force_plates import PlateOptions
    from ..recordings.markers import MarkerOptions

    unit = options["length_unit"]
    converted = convert_c3d(
        file,
        folder,
        axes,
        parse_plates(plates),
        PlateOptions(options["force_threshold"], options["action_forces"], unit),
        MarkerOptions(unit, options["strip_prefix"], options["names"]),
    )
    if converted.marker_file is not None:
        console.print(f"{len(converted.markers)} markers: {converted.marker_file}", soft_wrap=True)
    if converted.force_file is not None:
        console.print(f"Forces of plates: {converted.force_file}", soft_wrap=True)
    if converted.external_loads_file is not None:
        console.print(f"External loads: {converted.external_loads_file}", soft_wrap=True)
    for note in converted.notes:
        warn(note)
    for number in converted.unused_plates:
        warn(f"force plate {number} is in the file, but no --plate {number} asks for it.")


@click.command(
    "convert-trc",
    epilog=example(
        'nmm-opensim convert-trc walk.trc --output results/walk.trc --axes "x z -y" \\',
        "    --prefix S01:",
        what="for a laboratory whose z points up and that names its markers S01:R.ASIS",
    ),
)
@click.argument("file", type=FILE)
@click.option("--output", required=True, type=FILE, help="The marker file (.trc) that is written.")
@click.option(
    "--axes",
    help="The laboratory's axes that become OpenSim's x (forward), y (up), z (right): 'x z -y'.",
)
@click.option("--prefix", help="What is taken off the markers' names, such as S01:")
@click.option(
    "--units",
    type=click.Choice(["mm", "cm", "m"]),
    help="The unit that the numbers have, where FILE states another.",
)
def convert_trc(
    file: Path, output: Path, axes: str | None, prefix: str | None, units: str | None
) -> None:
    """Markers (.trc) of another program as OpenSim reads them.

    FILE may have another program's header, other axes, a prefix before each name, or a unit that
    is not the numbers'. Markers at exactly 0 0 0 become gaps: nothing ever is there.
    """
    from ..recordings.convert_trc import convert_trc

    markers = convert_trc(file, output, axes, prefix, units)
    console.print(
        f"{len(markers.labels)} markers, {markers.time[0]:g} to {markers.time[-1]:g} s: {output}",
        soft_wrap=True,
    )
    if markers.zeros:
        warn(f"{sum(markers.zeros.values())} positions at 0 0 0 were taken for gaps.")


@click.command(
    "convert-coordinates",
    epilog=example(
        "python -m nmm_opensim.emg data/elbow_raw",
        "nmm-opensim convert-coordinates data/elbow_raw/elbow_flexion_deg_200Hz.csv \\",
        "    --output results/elbow_raw/flexion.mot --column value=elbow_flexion --units deg",
    ),
)
@click.argument("file", type=FILE)
@click.option(
    "--output",
    required=True,
    type=FILE,
    help="The motion file (.mot) that is written, in degrees.",
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    required=True,
    metavar="LABEL=COORDINATE",
    help="A column of FILE and the model's coordinate that it is. Repeat it.",
)
@click.option("--units", type=click.Choice(["deg", "rad"]), help="Where FILE states none.")
@RATE
@INITIAL_TIME
@FINAL_TIME
def convert_coordinates(
    file: Path, output: Path, columns: tuple[str, ...], units: str | None, **reading: float | None
) -> None:
    """Joint angles (.mot) from the columns of a .csv, .txt or .c3d file.

    FILE holds angles of a goniometer or of another program; of a C3D file a column is an analog
    channel, or an axis of a stored angle such as RKneeAngles:X. Nothing is guessed: columns, the
    coordinates of the model and the unit are said, and LABEL=-COORDINATE where the sign is the
    other. The zero must be the model's own.
    """
    from ..recordings.columns import parse_columns
    from ..recordings.coordinates import convert_coordinates

    table = convert_coordinates(
        file, output, parse_columns(columns), units, make_reading(**reading)
    )
    tell_ranges(table, "deg")
    console.print(f"Joint angles: {output}", soft_wrap=True)


@click.command(
    "convert-moments",
    epilog=example(
        "nmm-opensim convert-moments trial.c3d --output results/trial/moments.sto \\",
        "    --column RKneeMoment:X=-knee_angle_r --units Nmm/kg --mass 62",
        what="for Plug-in Gait's extension moment and a model whose knee flexion is positive",
    ),
)
@click.argument("file", type=FILE)
@click.option(
    "--output", required=True, type=FILE, help="The moments (.sto) that are written, in N m."
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    required=True,
    metavar="LABEL=COORDINATE",
    help="A column of FILE and the coordinate it is about; =-COORDINATE turns it. Repeat it.",
)
@click.option(
    "--units",
    type=click.Choice(["Nm", "Nmm", "Nm/kg", "Nmm/kg"]),
    help="Where FILE states none, and always for a C3D file.",
)
@click.option("--mass", type=float, help="The subject's, in kg, for moments per kg.")
@RATE
@INITIAL_TIME
@FINAL_TIME
def convert_moments(
    file: Path, output: Path, columns: tuple[str, ...], units: str | None, **rest: float | None
) -> None:
    """Joint moments (.sto) that another program computed, in place of inverse dynamics.

    FILE is a .csv, .txt or .c3d file; of a C3D file a column is an axis of a stored moment such as
    RKneeMoment:X. They must be the moments that the muscles give, about the model's coordinates and
    with their signs; the header states where they are from. Only times at which all columns exist
    are written.
    """
    from ..recordings.columns import parse_columns
    from ..recordings.moments import MomentUnits, convert_moments

    given = MomentUnits(units, rest.pop("mass"))
    table, notes = convert_moments(
        file, output, parse_columns(columns), given, make_reading(**rest)
    )
    tell_ranges(table, "N m")
    for note in notes:
        warn(note)
    console.print(f"Joint moments: {output}", soft_wrap=True)


def make_reading(
    sampling_rate: float | None, initial_time: float | None, final_time: float | None
) -> Reading:
    """What the options declare of a file of columns."""
    from ..recordings.columns import Reading

    return Reading(sampling_rate, None, initial_time, final_time)


def tell_ranges(table: Table, unit: str) -> None:
    """Each column's values and times."""
    for name, values in zip(table.columns, table.values.T, strict=True):
        console.print(
            f"{name}: {values.min():.4g} to {values.max():.4g} {unit}, {table.time[0]:g} to "
            f"{table.time[-1]:g} s",
            soft_wrap=True,
        )


@click.command("gait-events", epilog=example("nmm-opensim gait-events GAIT.xml"))
@SETUP
def gait_events(setup: Path) -> None:
    """Which foot was on which plate, gait events, strides, and loads of each foot.

    SETUP holds an NMMGaitTool: plates (columns of a .mot or .sto), two markers a foot (.trc),
    trials. Each trial gets NAME_events.csv, which you may correct and name as <events_file>,
    NAME_strides.csv, NAME_measured.csv (the times in which all loads of a foot were measured) and
    NAME_external_loads.xml with one load a foot.
    """
    from ..recordings.gait.find import find_gait
    from ..recordings.gait.gait_setup import read_gait_setup
    from ..recordings.gait.gait_table import (
        describe_offsets,
        make_contact_table,
        make_range_table,
        make_stride_table,
    )

    declared = read_gait_setup(setup)
    with console.status("Reading markers and forces") as status:
        found = find_gait(declared, status.update)
    for make_table in (make_contact_table, make_stride_table, make_range_table):
        console.print(make_table(found.trials))
    console.print(describe_offsets(found.offsets), soft_wrap=True)
    for trial in found.trials:
        for warning in trial.warnings:
            warn(warning)
        for file in trial.files:
            console.print(f"{trial.name}: {file}", soft_wrap=True, markup=False)


@click.command(
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
    from ..recordings.inverse.run import run_kinematics

    for motion in run_kinematics(setup, ConsoleListener()):
        console.print(f"Joint angles: {motion}", soft_wrap=True)


@click.command(
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
    from ..recordings.inverse.run import run_dynamics

    for moments in run_dynamics(setup, ConsoleListener()):
        console.print(f"Joint moments: {moments}", soft_wrap=True)


@click.command(epilog=example("nmm-opensim timing setups/walking_train.xml"))
@SETUP
def timing(setup: Path) -> None:
    """How much EMG leads the motion it causes, from measured muscles only.

    SETUP holds an NMMTrainingTool; its training trials are looked at. The lead of each recording is
    the electromechanical delay and the lag between its streams together. An implausible one is a
    warning.
    """
    from ..timing.recordings import estimate_setup_timing
    from ..timing.timing_table import make_table
    from ..training.preparation import prepare_recordings
    from ..training.training_setup import read_training_setup

    declared = read_training_setup(setup)
    with console.status("Reading data and sampling muscle paths") as status:
        prepared = prepare_recordings(declared, status.update)
        status.update("Estimating lags")
        found = estimate_setup_timing(prepared)
    console.print(make_table(found))
    for warning in found.warnings:
        warn(warning)
