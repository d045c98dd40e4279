"""The command line as a user meets it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Walking, run_cli

VERBS = [
    "train",
    "benchmark",
    "population",
    "timing",
    "run",
    "report",
    "inverse-kinematics",
    "inverse-dynamics",
    "validate",
]


@pytest.mark.parametrize("verb", [*VERBS, "convert-muscles", "scale"])
def test_help_ends_with_an_example_that_exists(verb: str) -> None:
    done = run_cli(verb, "--help")
    assert done.returncode == 0
    *_, title, example = done.stdout.splitlines()
    assert title.strip() == "Example:"
    (setup,) = re.findall(rf"nmm-opensim {verb} (\S+)", example)
    assert (ROOT / setup).is_file()


@pytest.mark.parametrize("verb", VERBS)
def test_a_missing_setup_is_one_line_and_status_2(verb: str, tmp_path: Path) -> None:
    done = run_cli(verb, "absent.xml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "absent.xml" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('name="soleus_r"', 'name="soleus"', "'soleus' is not in the model; nearest: soleus_r"),
        ("<channels>tibialis_anterior", "<channels>tibialis", "nearest: tibialis_anterior"),
        ("knee_angle_r ankle_angle_r</moment", "knee_r ankle_angle_r</moment", "nearest: knee_an"),
        ("<final_time>2.37", "<final_time>3.5", "expected initial_time < final_time within 0-2.37"),
        ('<TiedMuscle name="ehl_r"><to>tibant_r</to></TiedMuscle>', "", "these have none: ehl_r"),
    ],
)
def test_training_refusals(walking_inputs: Walking, old: str, new: str, expected: str) -> None:
    before = sorted(walking_inputs.results.iterdir())
    replacements = [(old, new)]
    if "soleus" in old:
        replacements.append(("<to>soleus_r", "<to>soleus"))
    setup = walking_inputs.copy(walking_inputs.train_setup, "refused_cli.xml", *replacements)
    done = run_cli("train", str(setup))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert expected in done.stderr
    assert sorted(walking_inputs.results.iterdir()) == before


def test_timing_says_how_much_emg_leads(walking_inputs: Walking) -> None:
    done = run_cli("timing", str(walking_inputs.train_setup))
    assert done.returncode == 0, done.stderr
    assert re.search(r"electromyography.sto +\d+ ± \d+", done.stdout)
    assert "<emg_time_offset>" in done.stdout


def test_a_short_emg_recording_names_both_ranges(walking_inputs: Walking) -> None:
    source = walking_inputs.folder / "data/example3DWalking/electromyography.sto"
    lines = source.read_text().splitlines()
    short = source.with_name("short.sto")
    short.write_text("\n".join(lines[:3007]).replace("nRows=4780", "nRows=3000") + "\n")
    setup = walking_inputs.copy(
        walking_inputs.train_setup, "short_emg.xml", (source.name, short.name)
    )
    done = run_cli("train", str(setup))
    assert done.returncode == 2
    assert re.search(r"expected samples from .* to 2.33 s, but found 0 to 1.4995 s", done.stderr)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("nmm-opensim inverse", ["inverse-dynamics", "inverse-kinematics"]),
        ("nmm-opensim scale --mo", ["--model-height"]),
        ("nmm-opensim scale --strength mod", ["model"]),
    ],
)
def test_the_shell_completes(words: str, expected: list[str]) -> None:
    program = Path(sys.executable).with_name("nmm-opensim")
    environment = {
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
        "_NMM_OPENSIM_COMPLETE": "bash_complete",
    }
    done = subprocess.run(
        [program], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    assert sorted(line.split(",")[1] for line in done.stdout.splitlines()) == expected


def test_bash_takes_the_completion_that_the_documents_name() -> None:
    program = Path(sys.executable).with_name("nmm-opensim")
    line = 'eval "$(_NMM_OPENSIM_COMPLETE=bash_source nmm-opensim)"'
    assert line in (ROOT / "docs" / "setting-up.md").read_text()
    path = f"{program.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"{line}; complete -p nmm-opensim"],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_nmm_opensim_completion nmm-opensim" in done.stdout
