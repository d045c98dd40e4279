"""``python -m nmm_opensim.datasets`` is ``python -m nmm_opensim.examples.datasets``."""

from .examples.datasets.__main__ import start

if __name__ == "__main__":
    start("nmm_opensim.datasets")
