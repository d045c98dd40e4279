"""Neural musculoskeletal models: the EMG of muscles that electrodes cannot reach.

Python trains and calibrates a model and writes one artefact (``.nmm``); the OpenSim plugin reads
that artefact and runs it inside any OpenSim pipeline.

What scripts may use is named in ``__init__.pyi`` and described in docs/python.md; it is loaded when
it is first asked for.
"""

import lazy_loader

from .version import __version__ as __version__

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
