"""``python -m nmm_opensim.elbow`` is ``python -m nmm_opensim.examples.elbow``."""

from .examples.elbow.__main__ import start

if __name__ == "__main__":
    start("nmm_opensim.elbow")
