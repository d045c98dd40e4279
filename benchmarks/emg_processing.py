"""How long one minute of 16 channels of raw EMG at 2 kHz takes: reading, checking, filtering.

Usage: python benchmarks/emg_processing.py
"""

import tempfile
import time
from pathlib import Path

from raw_emg import CHANNELS, DURATION, write_raw_emg

from nmm_opensim.recordings.emg.emg_setup import read_emg_setup
from nmm_opensim.recordings.emg.process import process_emg

REPEATS = 3


def main() -> None:
    """Write a CSV file and a setup, and time what ``nmm-opensim process-emg`` does with them."""
    with tempfile.TemporaryDirectory() as name:
        setup = write_raw_emg(Path(name))
        for _ in range(REPEATS):
            start = time.perf_counter()
            process_emg(read_emg_setup(setup))
            print(f"{CHANNELS} channels, {DURATION:g} s: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
