"""One minute of 16 channels of raw EMG at 2 kHz and the setup that processes it, made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nmm_opensim.examples.raw_emg.simulated import make_bursts, simulate_emg

CHANNELS, RATE, DURATION = 16, 2000.0, 60.0
SETUP = """<OpenSimDocument Version="40500"><NMMEmgProcessingTool name="minute"><recordings>
<Recording name="trial"><files><EmgFile name="all"><file>raw.csv</file>
<channels>{channels}</channels>
<units>uV</units></EmgFile></files></Recording></recordings>
<mains_frequency>50</mains_frequency><notch>50</notch><normalization>maximum</normalization>
<results_directory>results</results_directory></NMMEmgProcessingTool></OpenSimDocument>"""


def write_raw_emg(folder: Path) -> Path:
    """Write raw.csv and emg.xml, the setup, whose path is returned."""
    random = np.random.default_rng(1)
    clock = np.arange(int(DURATION * RATE)) / RATE
    names = [f"emg{i}" for i in range(CHANNELS)]
    raw = [
        simulate_emg(random, name, 2e-4 * make_bursts(clock, 2.0, i / CHANNELS), RATE).values * 1e6
        for i, name in enumerate(names)
    ]
    table = np.column_stack([clock, *raw])
    header = ",".join(["time", *names])
    np.savetxt(folder / "raw.csv", table, "%.7g", ",", header=header, comments="")
    setup = folder / "emg.xml"
    setup.write_text(SETUP.format(channels=",".join(names)), encoding="utf-8")
    return setup
