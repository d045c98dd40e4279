"""``python -m nmm_opensim.emg`` is ``python -m nmm_opensim.examples.raw_emg``."""

from .examples.raw_emg.__main__ import start

if __name__ == "__main__":
    start("nmm_opensim.emg")
