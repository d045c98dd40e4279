"""How large and how slow a report with one minute of 16 channels of raw EMG at 2 kHz is.

Takes the walking trial's results (bash scripts/demo.sh) and adds simulated raw EMG.

Usage: python benchmarks/report.py
"""

import tempfile
import time
from pathlib import Path

from raw_emg import CHANNELS, DURATION, write_raw_emg

from nmm_opensim.recordings.emg.emg_setup import read_emg_setup
from nmm_opensim.recordings.emg.process import process_emg
from nmm_opensim.report.report_setup import read_report_setup
from nmm_opensim.report.write import write_report

SETUPS = Path(__file__).resolve().parents[1] / "setups"
REPORT = """<OpenSimDocument Version="40500"><NMMReportTool name="minute">
<training_setup_file>{setups}/walking_train.xml</training_setup_file>
<runs><Run name="stance"><run_setup_file>{setups}/walking_nmm.xml</run_setup_file></Run></runs>
<emg_setup_file>emg.xml</emg_setup_file>
<results_directory>results</results_directory></NMMReportTool></OpenSimDocument>"""


def main() -> None:
    """Write raw EMG and setups, and time what ``nmm-opensim report`` does with them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        emg_setup = write_raw_emg(folder)
        (folder / "report.xml").write_text(REPORT.format(setups=SETUPS), encoding="utf-8")
        process_emg(read_emg_setup(emg_setup))
        start = time.perf_counter()
        page, *figures = write_report(read_report_setup(folder / "report.xml"))
        print(
            f"{CHANNELS} channels, {DURATION:g} s: {time.perf_counter() - start:.1f} s, "
            f"{page.stat().st_size / 1e6:.1f} MB, {len(figures)} figures"
        )


if __name__ == "__main__":
    main()
