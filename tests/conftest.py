"""What all tests share: OpenSim's walking example and a trained NMM on it."""

from __future__ import annotations

# isort: off
import os

# OpenSim's inverse kinematics stops wherever its tolerance is met, and which pose that is depends
# on the kernels that OpenBLAS takes for this processor: 5 degrees of a toe, 1.5 of an ankle between
# AVX2 and AVX-512. Tests are to mean the same on every machine; set before OpenBLAS is loaded.
os.environ.setdefault("OPENBLAS_CORETYPE", "Haswell")
# Nor on the number of its cores; and tests that run side by side have one each.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# isort: on

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from nmm_opensim.physics.osim_model import OsimModel
from nmm_opensim.recordings.inverse.dynamics import run_inverse_dynamics
from nmm_opensim.recordings.inverse.kinematics import run_inverse_kinematics
from nmm_opensim.training.fit_outcome import fit_outcome, open_checkpoint
from nmm_opensim.training.outcome import Outcome, write_outcome
from nmm_opensim.training.preparation import PreparedTraining, prepare_training
from nmm_opensim.training.training_setup import read_training_setup

# What a run finds, the next one finds too.
settings.register_profile("fixed", derandomize=True)
settings.load_profile("fixed")

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "data" / "example3DWalking"


@pytest.fixture(scope="session")
def example() -> Path:
    """The folder of OpenSim's example3DWalking, which the set-up takes from its sources."""
    if not EXAMPLE.is_dir():
        pytest.fail(f"expected {EXAMPLE}; run the set-up (scripts/test.sh)")
    return EXAMPLE


@pytest.fixture(scope="session")
def model(example: Path) -> OsimModel:
    """The walking model."""
    return OsimModel(example / "subject_walk_scaled.osim")


@pytest.fixture(scope="session")
def opensim_source() -> Path:
    """OpenSim's sources, which hold its test data."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "opensim_sdk" / "build.py"), "--source"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@dataclass(frozen=True)
class Walking:
    """A project folder, with spaces in its name, on the walking trial."""

    folder: Path
    train_setup: Path
    run_setup: Path
    results: Path

    def copy(self, setup: Path, name: str, *replacements: tuple[str, str]) -> Path:
        """A changed copy of a setup beside it; every replaced text must be there."""
        text = setup.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, f"'{old}' is not in {setup}"
            text = text.replace(old, new)
        copy = setup.with_name(name)
        copy.write_text(text, encoding="utf-8")
        return copy

    def leave_out_moments(self, setup: Path, name: str, trial: str) -> Path:
        """A copy of a training setup one of whose trials has no inverse dynamics file."""
        text = setup.read_text(encoding="utf-8")
        before, found, after = text.partition(f'<Trial name="{trial}">')
        assert found
        own, ended, others = after.partition("</Trial>")
        kept, count = re.subn(r"\s*<inverse_dynamics_file>[^<]*</inverse_dynamics_file>", "", own)
        assert count == 1
        copy = setup.with_name(name)
        copy.write_text(before + found + kept + ended + others, encoding="utf-8")
        return copy

    def copy_elsewhere(self, setup: Path, folder: str, *replacements: tuple[str, str]) -> Path:
        """A changed copy of a setup whose results and artefact lie in ``results/<folder>``."""
        return self.copy(
            setup,
            f"{folder}_{setup.name}",
            ("results/walking/walking.nmm", f"results/{folder}/walking.nmm"),
            (">../results/walking<", f">../results/{folder}<"),
            *replacements,
        )


@pytest.fixture(scope="session")
def walking_inputs(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Walking:
    """Setups, data, inverse kinematics and inverse dynamics; nothing is trained yet."""
    folder = tmp_path_factory.mktemp("walking") / "a project with spaces"
    setups = folder / "setups"
    shutil.copytree(ROOT / "setups", setups)
    shutil.copytree(example, folder / "data" / "example3DWalking")
    run_inverse_kinematics(setups / "walking_ik.xml")
    run_inverse_dynamics(setups / "walking_id.xml")
    walking = Walking(
        folder, setups / "short_train.xml", setups / "walking_nmm.xml", folder / "results/walking"
    )
    # Short: these tests ask whether the chain is right, not how good one stride can be.
    walking.copy(
        setups / "walking_train.xml",
        "short_train.xml",
        ("<estimator>posterior<", "<estimator>nmm<"),
        ("<iterations>600", "<iterations>40"),
        ("<seeds>1 2 3 4 5<", "<seeds>1<"),
    )
    return walking


@pytest.fixture(scope="session")
def training(walking_inputs: Walking) -> PreparedTraining:
    """The prepared training of the walking trial."""
    return prepare_training(read_training_setup(walking_inputs.train_setup))


@pytest.fixture(scope="session")
def outcome(training: PreparedTraining) -> Outcome:
    """The outcome of the training."""
    outcome = fit_outcome(training)
    open_checkpoint(training.setup).clear()
    return outcome


@pytest.fixture(scope="session")
def walking(walking_inputs: Walking, training: PreparedTraining, outcome: Outcome) -> Walking:
    """The walking project with its artefact."""
    write_outcome(training, outcome, {})
    return walking_inputs


def poison_channel(source: Path, target: Path, poison: str) -> None:
    """A copy of an EMG file whose hidden channel, soleus, lies or is missing."""
    lines = source.read_text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("time"))
    column = lines[first].split("\t").index("soleus")
    random = np.random.default_rng(5)
    for i in range(first, len(lines)):
        fields = lines[i].split("\t")
        if poison == "removed":
            del fields[column]
        elif i > first:
            value = float(fields[column])
            fields[column] = {
                "nan": "nan",
                "noise": str(random.uniform()),
                "inverted": str(1.0 - value),
            }[poison]
        lines[i] = "\t".join(fields)
    target.write_text("\n".join(lines) + "\n")


def run_cli(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line as a user starts it."""
    return subprocess.run(
        [sys.executable, "-m", "nmm_opensim", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
