"""How long one minute of 16 channels of raw EMG at 2 kHz takes: reading, checking, filtering.

Usage: python benchmarks/emg_processing.py
"""

import tempfile
import time
from pathlib import Path

import numpy as np

from nmm_opensim.emg.process import process_emg
from nmm_opensim.emg.setup import read_emg_setup
from nmm_opensim.emg.simulated import make_bursts, simulate_emg

CHANNELS, RATE, DURATION, REPEATS = 16, 2000.0, 60.0, 3
SETUP = """<OpenSimDocument Version="40500"><NMMEmgProcessingTool name="minute"><recordings>
<Recording name="trial"><files><EmgFile name="all"><file>raw.csv</file>
<channels>{channels}</channels>
<units>uV</units></EmgFile></files></Recording></recordings>
<mains_frequency>50</mains_frequency><notch>50</notch><normalization>maximum</normalization>
<results_directory>results</results_directory></NMMEmgProcessingTool></OpenSimDocument>"""


def main() -> None:
    """Write a CSV file and a setup, and time what ``nmm-opensim process-emg`` does with them."""
    random = np.random.default_rng(1)
    clock = np.arange(int(DURATION * RATE)) / RATE
    names = [f"emg{i}" for i in range(CHANNELS)]
    raw = [
        simulate_emg(random, name, 2e-4 * make_bursts(clock, 2.0, i / CHANNELS), RATE).values * 1e6
        for i, name in enumerate(names)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savetxt(
            folder / "raw.csv",
            np.column_stack([clock, *raw]),
            fmt="%.7g",
            delimiter=",",
            header=",".join(["time", *names]),
            comments="",
        )
        setup = folder / "setup.xml"
        setup.write_text(SETUP.format(channels=",".join(names)), encoding="utf-8")
        for _ in range(REPEATS):
            start = time.perf_counter()
            process_emg(read_emg_setup(setup))
            print(f"{CHANNELS} channels, {DURATION:g} s: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
