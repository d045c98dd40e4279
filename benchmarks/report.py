"""How large and how slow a report with one minute of 16 channels of raw EMG at 2 kHz is.

Takes the walking trial's results (bash scripts/demo.sh) and adds simulated raw EMG.

Usage: python benchmarks/report.py
"""

import tempfile
import time
from pathlib import Path

import numpy as np

from nmm_opensim.emg.process import process_emg
from nmm_opensim.emg.setup import read_emg_setup
from nmm_opensim.emg.simulated import make_bursts, simulate_emg
from nmm_opensim.report.setup import read_report_setup
from nmm_opensim.report.write import write_report

CHANNELS, RATE, DURATION = 16, 2000.0, 60.0
SETUPS = Path(__file__).resolve().parents[1] / "setups"
EMG = """<OpenSimDocument Version="40500"><NMMEmgProcessingTool name="minute"><recordings>
<Recording name="trial"><files><EmgFile name="all"><file>raw.csv</file>
<channels>{channels}</channels>
<units>uV</units></EmgFile></files></Recording></recordings>
<mains_frequency>50</mains_frequency><normalization>maximum</normalization>
<results_directory>results</results_directory></NMMEmgProcessingTool></OpenSimDocument>"""
REPORT = """<OpenSimDocument Version="40500"><NMMReportTool name="minute">
<training_setup_file>{setups}/walking_train.xml</training_setup_file>
<runs><Run name="stance"><run_setup_file>{setups}/walking_nmm.xml</run_setup_file></Run></runs>
<emg_setup_file>emg.xml</emg_setup_file>
<results_directory>results</results_directory></NMMReportTool></OpenSimDocument>"""


def main() -> None:
    """Write raw EMG and setups, and time what ``nmm-opensim report`` does with them."""
    random = np.random.default_rng(1)
    clock = np.arange(int(DURATION * RATE)) / RATE
    names = [f"emg{i}" for i in range(CHANNELS)]
    raw = [
        simulate_emg(random, name, 2e-4 * make_bursts(clock, 2.0, i / CHANNELS), RATE).values * 1e6
        for i, name in enumerate(names)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = np.column_stack([clock, *raw])
        header = ",".join(["time", *names])
        np.savetxt(folder / "raw.csv", table, "%.7g", ",", header=header, comments="")
        (folder / "emg.xml").write_text(EMG.format(channels=",".join(names)), encoding="utf-8")
        (folder / "report.xml").write_text(REPORT.format(setups=SETUPS), encoding="utf-8")
        process_emg(read_emg_setup(folder / "emg.xml"))
        start = time.perf_counter()
        page, *figures = write_report(read_report_setup(folder / "report.xml"))
        print(
            f"{CHANNELS} channels, {DURATION:g} s: {time.perf_counter() - start:.1f} s, "
            f"{page.stat().st_size / 1e6:.1f} MB, {len(figures)} figures"
        )


if __name__ == "__main__":
    main()
