"""How long a C3D file of ten minutes takes, and how much memory: EMG read, then all converted.

16 channels at 2 kHz, twelve of them two force plates that are stepped on in turn, and 60 markers at
100 Hz with gaps.

Usage: PYTHONPATH=tests python benchmarks/c3d_reading.py
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from c3d_files import C3DFile, integers

DURATION, RATE, SAMPLES, MARKERS, EMG = 600, 100, 20, 60, 4  # s, Hz, of a channel in a frame
READ = """
from nmm_opensim.recordings.read import read_signals
read_signals(Path(sys.argv[1]), "EMG file")
"""
CONVERT = """
from nmm_opensim.cli import main
main()
"""
# Of the process itself: what its parent took is not in it.
MEASURED = """
import sys
from pathlib import Path
{work}
peak = [line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line]
print(peak[0].split()[1], file=sys.stderr)
"""


def write_long_file(file: Path) -> None:
    """Markers that sway, and 700 N on each plate for half of every second."""
    frames = DURATION * RATE
    random = np.random.default_rng(0)
    points = (
        random.normal(size=(1, MARKERS, 3)) * 500 + np.sin(np.arange(frames) / 50)[:, None, None]
    )
    words = np.where(random.random((frames, MARKERS)) < 0.01, -1.0, 0.0)
    analog = np.zeros((frames * SAMPLES, EMG + 12))
    analog[:, :EMG] = random.normal(size=(frames * SAMPLES, EMG)) * 1e-4
    step = np.sin(np.arange(frames * SAMPLES) / (RATE * SAMPLES) * 2 * np.pi)
    for plate, loaded in enumerate((step > 0, step < 0)):
        load = np.array([30.0, 5.0, -700.0, 2e4, 3e4, 500.0])
        first = EMG + 6 * plate
        analog[:, first : first + 6] = loaded[:, None] * load + random.normal(size=(len(step), 6))
    corners = np.array([[300.0, 300, 0], [-300, 300, 0], [-300, -300, 0], [300, -300, 0]]) * [
        1,
        -1,
        1,
    ]
    names = [f"F{i}" for i in range(12)]
    C3DFile(
        points,
        analog.reshape(frames, SAMPLES, -1),
        {
            "POINT:LABELS": [f"M{i}" for i in range(MARKERS)],
            "POINT:UNITS": ["mm"],
            "ANALOG:LABELS": [*(f"EMG{i}" for i in range(EMG)), *names],
            "ANALOG:UNITS": ["V"] * EMG + (["N"] * 3 + ["Nmm"] * 3) * 2,
            "FORCE_PLATFORM:USED": integers(2),
            "FORCE_PLATFORM:TYPE": integers(2, 2),
            "FORCE_PLATFORM:CORNERS": np.stack([corners.T] * 2, axis=-1).astype(np.float32),
            "FORCE_PLATFORM:ORIGIN": np.array([[0, 0], [0, 0], [-40, -40]], np.float32),
            "FORCE_PLATFORM:CHANNEL": (EMG + 1 + np.arange(12)).reshape(2, 6).T.astype(np.int16),
        },
        words=words,
    ).write(file)


def main() -> None:
    """Write the file, and time processes of their own that read and convert it."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "long.c3d"
        write_long_file(file)
        print(f"{file.stat().st_size / 1e6:.0f} MB")
        convert = ["convert-c3d", str(file), "--output", name, "--axes", "x z -y"]
        plates = ["--plate", "1=calcn_r", "--plate", "2=calcn_l"]
        for what, work, words in (
            ("EMG read", READ, [str(file)]),
            ("markers converted", CONVERT, convert),
            ("markers and plates converted", CONVERT, [*convert, *plates]),
        ):
            start, before = time.perf_counter(), os.times()
            done = subprocess.run(
                [sys.executable, "-c", MEASURED.format(work=work), *words],
                check=True,
                capture_output=True,
                text=True,
            )
            seconds, after = time.perf_counter() - start, os.times()
            busy = sum(after[2:4]) - sum(before[2:4])
            peak = int(done.stderr.split()[-1]) / 1024
            print(f"{what}: {seconds:.1f} s ({busy:.1f} s of a processor), {peak:.0f} MB")


if __name__ == "__main__":
    main()
