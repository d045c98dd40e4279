"""The tutorials: the commands that they print are run as they stand, in a project of their own."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

TUTORIALS = ROOT / "docs" / "tutorials"
SHARED = ROOT.parent / "shared" / "data"
RECORDED = SHARED / "elbow_raw"
LABORATORY = SHARED / "walking_wearable"


def commands_of(document: Path) -> str:
    """Everything between ```bash and ```, in order."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", document.read_text(encoding="utf-8"), re.M | re.S)
    assert blocks, f"{document} prints no commands"
    return "".join(blocks)


def follow(document: str, folder: Path) -> str:
    """Run a tutorial in ``folder``; returns what its commands printed."""
    for name in ("models", "setups"):
        shutil.copytree(ROOT / name, folder / name)
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands_of(TUTORIALS / document)],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_walking(example: Path, tmp_path: Path) -> None:
    shutil.copytree(example, tmp_path / "data" / "example3DWalking")
    printed = follow("walking.md", tmp_path)
    assert "FILL IN" not in (tmp_path / "results/soleus/soleus_train.xml").read_text("utf-8")
    assert "soleus_r EMG, markers_walk_test (test)" in printed
    flat = " ".join(printed.split())
    assert re.search(r"soleus_r: (trust|use with care), expected r 0\.\d\d", flat)
    assert (tmp_path / "results/soleus/results/soleus.png").is_file()
    page = (tmp_path / "results/soleus/results/soleus_report.html").read_text("utf-8")
    assert "soleus_r" in page


@pytest.mark.parametrize("recordings", ["simulated", "published"])
def test_elbow(recordings: str, tmp_path: Path) -> None:
    if recordings == "published":
        if not RECORDED.is_dir():
            pytest.skip(f"the published recordings are not in {RECORDED}")
        (tmp_path / "data" / "elbow_raw").mkdir(parents=True)
        for file in RECORDED.glob("*.csv"):
            shutil.copyfile(file, tmp_path / "data" / "elbow_raw" / file.name)
    printed = follow("elbow.md", tmp_path)
    results = tmp_path / "results" / "elbow_raw"
    assert "FILL IN" not in (results / "elbow_raw_train.xml").read_text("utf-8")
    # The tutorial says so: nobody's arm was ever masked to learn trust from.
    for muscle in ("BRA", "TRImed"):
        assert f"{muscle}: use with care, expected r" in printed
    assert (results / "results" / "elbow_raw.png").is_file()
    page = (results / "results" / "elbow_raw_report.html").read_text("utf-8")
    assert "TRImed" in page
    assert "The setup names no raw EMG" not in page


def test_laboratory(example: Path, tmp_path: Path) -> None:
    if not LABORATORY.is_dir():
        pytest.skip(f"the published recordings are not in {LABORATORY}")
    shutil.copytree(example, tmp_path / "data" / "example3DWalking")
    (tmp_path / "data" / "laboratory").symlink_to(LABORATORY)
    printed = follow("laboratory.md", tmp_path)
    results = tmp_path / "results" / "laboratory"
    # What the tutorial tells of these recordings.
    setup = (results / "laboratory_train.xml").read_text("utf-8")
    assert re.findall(r'FILL IN: .*?name="(\w+)"', setup, re.S) == ["sart_r"]
    flat = " ".join(printed.split())
    assert re.search(r"walk_06 1 4\.514–5\.174 right yes", flat)
    assert re.search(r"soleus_r: (trust|use with care), expected r", flat)
    with (results / "results" / "laboratory_scores.csv").open(encoding="utf-8") as file:
        scores = list(csv.DictReader(file))
    unseen = {row["quantity"]: float(row["r"]) for row in scores if "test" in row.values()}
    assert unseen
    assert min(unseen.values()) > 0.9
    page = (results / "results" / "laboratory_report.html").read_text("utf-8")
    assert "Motion quality" in page
    assert "The setup names no raw EMG" not in page
