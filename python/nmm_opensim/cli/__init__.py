"""The command line: thin verbs over the package."""

from __future__ import annotations

import sys

import click

from ..errors import one_line_errors
from ..version import __version__
from . import models, nmm, project, recordings
from .console import example


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
    motion, with OpenSim's physics as the teacher. Most verbs take an OpenSim-style XML setup; file
    names in it are relative to the setup's own folder.
    """


for module in (project, models, recordings, nmm):
    for verb in vars(module).values():
        if isinstance(verb, click.Command):
            cli.add_command(verb)


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
