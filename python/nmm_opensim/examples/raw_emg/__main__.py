"""``python -m nmm_opensim.emg OUTPUT``: simulated raw EMG for where no recordings are."""

from __future__ import annotations

from pathlib import Path

import click

from ...errors import NMMError, one_line_errors
from .simulated import ELBOW, ELBOW_ANGLE, write_elbow


@click.command(
    epilog="\b\nExample:\n  python -m nmm_opensim.emg data/elbow_raw\n"
    "  nmm-opensim process-emg setups/elbow_emg.xml"
)
@click.argument("output", type=click.Path(path_type=Path, file_okay=False))
def main(output: Path) -> None:
    """Write simulated raw EMG of elbow flexion, in the form of the published recordings.

    OUTPUT gets one CSV (2000 Hz, microvolts) for each muscle and one of the angle. Files that are
    there stay: the published recordings, copied there, are used instead.
    """
    there = [name for name in (*ELBOW, ELBOW_ANGLE) if (output / name).exists()]
    if there:
        raise NMMError(f"'{output}': found {there[0]} there; remove it or choose another folder.")
    for file in write_elbow(output):
        click.echo(f"Simulated: {file}")


def start(program: str) -> None:
    """Run as ``python -m`` of the module ``program``."""
    with one_line_errors(program):
        main()


if __name__ == "__main__":
    start("nmm_opensim.examples.raw_emg")
