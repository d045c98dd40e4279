"""Verbs that write a copy of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from .console import FILE, MODEL, console, example, warn

OUTPUT = click.option(
    "--output",
    required=True,
    type=FILE,
    help="The copy that is written; put it beside MODEL if that refers to other files.",
)


@click.command(
    epilog=example(
        "nmm-opensim scale data/arm26/arm26.osim --output results/arm26_light.osim --mass 3.1"
    ),
)
@MODEL
@OUTPUT
@click.option("--mass", required=True, type=float, help="Total mass of the subject's model, kg.")
@click.option("--height", type=float, help="The subject's height, m; needs --model-height.")
@click.option("--model-height", type=float, help="Height of the person that MODEL stands for, m.")
@click.option(
    "--segment",
    "segments",
    multiple=True,
    metavar="BODY=METRES",
    help="Length of a segment between its joint centres; goes before all else. Repeat it.",
)
@click.option("--static", "static_file", type=FILE, help="Markers of a static trial (.trc).")
@click.option(
    "--marker-map",
    "map_file",
    type=FILE,
    help="CSV that says which marker, or body, of MODEL each of its markers is; "
    "`init MODEL --static-file STATIC --output FOLDER` prepares it.",
)
@click.option(
    "--static-times",
    type=(float, float),
    metavar="FROM TO",
    help="When the subject stands still, s. Default: the whole static trial.",
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
    segments: tuple[str, ...],
    strength: str,
    static_times: tuple[float, float] | None,
    **options: Any,
) -> None:
    """Scale a generic model to a subject, in a copy.

    MODEL is an .osim file. Each body keeps its share of the mass. Lengths come from a static trial
    whose landmarks a marker map names, from segments, or from a height, and with them paths, fibres
    and tendons. The markers of a static trial replace the model's, each where it was seen. What
    changed is shown and written beside the copy: _scaling.csv and _markers.csv.
    """
    from ..models.scaling.scale import Sizes, scale_model
    from ..models.scaling.scaling_report import (
        list_warnings,
        make_report,
        write_changes,
        write_markers,
    )
    from ..models.scaling.segments import read_segment_lengths
    from ..models.scaling.static_trial import read_static_trial

    static_trial = read_static_trial(
        model, options.pop("static_file"), options.pop("map_file"), static_times
    )
    subject = Sizes(**options, segment_lengths=read_segment_lengths(segments))
    scaled = scale_model(
        model,
        output,
        subject,
        scale_strength=strength == "mass-length",
        static_trial=static_trial,
    )
    console.print(make_report(scaled))
    table = output.with_name(f"{output.stem}_scaling.csv")
    write_changes(table, scaled)
    for warning in [*(static_trial.warnings if static_trial else ()), *list_warnings(scaled)]:
        warn(warning)
    console.print(f"Scaled model: {output}", soft_wrap=True)
    console.print(f"Every number before and after: {table}", soft_wrap=True)
    if scaled.markers:
        markers = output.with_name(f"{output.stem}_markers.csv")
        write_markers(markers, scaled.markers)
        console.print(f"Every marker: {markers}", soft_wrap=True)


@click.command(
    "convert-muscles",
    epilog=example(
        "nmm-opensim convert-muscles data/arm26/arm26.osim --output results/arm26_millard.osim"
    ),
)
@MODEL
@OUTPUT
def convert_muscles(model: Path, output: Path) -> None:
    """Convert all muscles of a model to Millard2012EquilibriumMuscle, in a copy.

    MODEL is an .osim file; an NMM needs muscles of this class. Parameters, paths and everything
    else in the model are kept; Millard's curves are brought as near to the old muscles' as they
    come. What that changed, and what has no equivalent, is shown and written beside the copy:
    _conversion.csv, and isometric force-length curves as _force_length.csv and .png.
    """
    from ..models.conversion.conversion_report import (
        draw_curves,
        make_report,
        write_curves,
        write_properties,
    )
    from ..models.conversion.convert import convert_muscles

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


@click.command(
    "apply-calibration",
    epilog=example(
        "nmm-opensim apply-calibration data/example3DWalking/subject_walk_scaled.osim "
        "--artefact results/walking/walking.nmm --output results/walking/calibrated.osim"
    ),
)
@MODEL
@click.option(
    "--artefact",
    required=True,
    type=FILE,
    help="Trained NMM (.nmm) whose calibrated muscle parameters are set.",
)
@OUTPUT
def apply_calibration(model: Path, artefact: Path, output: Path) -> None:
    """Set an NMM's calibrated muscle parameters in a copy of its model.

    MODEL is the .osim file that the NMM was trained with. Strength, optimal fibre length and tendon
    slack length become the artefact's absolute values, so doing it twice changes nothing. EMG
    gains, shape factor and electromechanical delay, which no model file can hold, stay in the
    artefact.
    """
    from ..models.calibrated import write_calibrated_model

    changes = write_calibrated_model(model, artefact, output)
    table = Table("muscle", "parameter", "before", "after", box=None)
    for change in changes:
        table.add_row(
            change.muscle, change.parameter, f"{change.before:.5g}", f"{change.after:.5g}"
        )
    console.print(table)
    console.print(f"Calibrated model: {output}", soft_wrap=True)
