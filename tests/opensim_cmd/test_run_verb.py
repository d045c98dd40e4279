"""``nmm-opensim run`` as a user meets it: the real opensim-cmd, then a picture."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import Walking, run_cli
from sto import read_sto

SERIES = [
    "excitations",
    "outside_training",
    "activations",
    "muscle_forces",
    "joint_moments",
    "agreement",
]


def test_run_writes_results_and_a_picture(walking: Walking, tmp_path: Path) -> None:
    setup = walking.copy(
        walking.run_setup,
        "cli_nmm.xml",
        ("<results_directory>../results/walking<", "<results_directory>../results/cli<"),
    )
    done = run_cli("run", str(setup), cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    results = walking.folder / "results" / "cli"
    expected = {f"walking_{series}.sto" for series in SERIES} | {"walking.png"}
    assert {file.name for file in results.iterdir()} == expected
    picture = (results / "walking.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    # An empty set of axes is smaller.
    assert len(picture) > 20_000
    assert str(results / "walking.png") in done.stdout
    frames = len(read_sto(results / "walking_excitations.sto").time)
    assert re.search(
        rf"Outside training: \d+ of {frames} frames lie outside what training saw: ", done.stdout
    )


def test_a_tool_that_fails_ends_with_one_line_and_status_2(
    walking: Walking, tmp_path: Path
) -> None:
    setup = walking.copy(
        walking.run_setup,
        "cli_refused.xml",
        ("<final_time>2.37<", "<final_time>3.5<"),
        ("<results_directory>../results/walking<", "<results_directory>../results/cli_refused<"),
    )
    done = run_cli("run", str(setup), cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert lines[-1].startswith(f"nmm-opensim: {setup}: opensim-cmd ended with status ")
    assert [line for line in lines if line.startswith("nmm-opensim: ")] == lines[-1:]
    assert "Traceback" not in done.stderr
    assert "xpected initial_time < final_time within" in lines[-1]
    assert not (walking.folder / "results" / "cli_refused").exists()
