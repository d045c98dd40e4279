"""``python -m nmm_opensim.elbow FOLDER``: simulated elbow trials with known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ...errors import one_line_errors
from ...physics.muscles.millard import TENDON_MODELS
from .regime import DRIFTING, REGIMES
from .setup import SETUP_FILE
from .trials import LOADS, MOVEMENT_TIMES, Session, TrialCase, list_cases, make_elbow_trials


@click.command(
    epilog="\b\nExample:\n  python -m nmm_opensim.elbow results/elbow\n"
    "  nmm-opensim train results/elbow/train.xml"
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0),
    help="Chooses the subject and its trials.",
)
@click.option(
    "--regime",
    default=DRIFTING,
    show_default=True,
    type=click.Choice(list(REGIMES)),
    help="How regularly the muscles share the moment; docs/elbow.md.",
)
@click.option(
    "--repetitions",
    default=2,
    show_default=True,
    type=click.IntRange(1),
    help="Trials of each load and speed, each with co-contraction and sharing of its own.",
)
@click.option("--duration", default=12.0, show_default=True, help="Of each trial, s.")
@click.option(
    "--tendon",
    default="rigid",
    show_default=True,
    type=click.Choice(TENDON_MODELS),
    help="Tendons.",
)
@click.option(
    "--emg-noise", default=1.0, show_default=True, help="Multiplies the usual noise of the EMG."
)
def main(folder: Path, seed: int, repetitions: int, **session: Any) -> None:
    """Simulate elbow flexion-extension by a subject whose every excitation is known.

    FOLDER gets the generic model, a folder for each trial with what a user would have (emg.sto,
    coordinates.mot, hand_load.xml, and moments.sto by inverse dynamics), truth/: the subject, and
    excitations, activations and forces of all muscles, and train.xml, which trains on them. What is
    there and whole is not made again, so that a stopped command goes on.
    """
    cases = list_cases(repetitions=repetitions)
    made = Session(cases, **session)
    click.echo(
        f"{len(cases)} trials of {made.duration:g} s: {', '.join(f'{load:g}' for load in LOADS)} "
        f"kg; {', '.join(MOVEMENT_TIMES)}; {repetitions} of each"
    )
    simulated = []

    def show(case: TrialCase) -> None:
        simulated.append(case)
        click.echo(f"Simulating {case.name} ({cases.index(case) + 1} of {len(cases)})")

    make_elbow_trials(folder, seed, made, show)
    there = len(cases) - len(simulated)
    click.echo(f"Trials: {folder}" + (f" ({there} were there already)" if there else ""))
    click.echo(f"Setup: {folder / SETUP_FILE}")


def start(program: str) -> None:
    """Run as ``python -m`` of the module ``program``."""
    with one_line_errors(program):
        main()


if __name__ == "__main__":
    start("nmm_opensim.examples.elbow")
