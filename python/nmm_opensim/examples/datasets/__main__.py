"""``python -m nmm_opensim.datasets NAME RECORDINGS OUTPUT``: published recordings made usable."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import one_line_errors
from .cp import import_cp
from .mcgill import import_mcgill
from .overground import import_overground
from .treadmill import import_treadmill
from .treadmill_left import import_treadmill_left

DATASETS = {
    "treadmill": import_treadmill,
    "overground": import_overground,
    "treadmill_left": import_treadmill_left,
    "cp": import_cp,
    "mcgill": import_mcgill,
}


@click.command(
    epilog="\b\nExample:\n  python -m nmm_opensim.datasets treadmill ../recordings/treadmill "
    "data/treadmill\n  nmm-opensim train setups/treadmill_train.xml"
)
@click.argument("name", type=click.Choice(list(DATASETS)))
@click.argument("recordings", type=click.Path(path_type=Path, file_okay=False))
@click.argument("output", type=click.Path(path_type=Path, file_okay=False))
def main(name: str, recordings: Path, output: Path) -> None:
    """Make OpenSim files of published recordings.

    RECORDINGS is the folder of the data set NAME as it was published. OUTPUT gets the model with
    Millard2012EquilibriumMuscles, and EMG, coordinates and moments of its trials.
    """
    DATASETS[name](recordings, output)
    click.echo(f"Files: {output}")


def start(program: str) -> None:
    """Run as ``python -m`` of the module ``program``."""
    with one_line_errors(program):
        main()


if __name__ == "__main__":
    start("nmm_opensim.examples.datasets")
