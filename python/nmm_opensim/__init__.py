"""Neural musculoskeletal models: the EMG of muscles that electrodes cannot reach.

Python trains and calibrates a model and writes one artefact (``.nmm``); the OpenSim plugin reads
that artefact and runs it inside any OpenSim pipeline.
"""

from .version import __version__ as __version__


def load_plugin() -> None:
    """Make the plugin's classes known to the ``opensim`` of this process.

    See :func:`nmm_opensim.running.plugin.load_plugin`.
    """
    from .running.plugin import load_plugin as load

    load()
